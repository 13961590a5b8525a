//! What every test begins with.

use deploy::{Overlay, Resources, kubectl, skipped};

/// What each overlay builds, with its migration; nothing where there is no kubectl.
pub(crate) fn built() -> Vec<(Overlay, Resources)> {
    let Some(_kubectl) = skipped(kubectl(), "the manifests are not built") else {
        return Vec::new();
    };
    Overlay::ALL
        .into_iter()
        .map(|overlay| {
            let services = overlay.build().unwrap();
            let migration = overlay.build_migration().unwrap();
            let both = format!("{}---\n{}", services.yaml, migration.yaml);
            (overlay, Resources::parse(&both).unwrap())
        })
        .collect()
}

/// The four services, as their Deployments are called.
pub(crate) const SERVICES: [&str; 4] = [
    "intake",
    "huifu-dispatcher",
    "callback-receiver",
    "partner-notifier",
];
