//! What every test begins with.

use std::fs;
use std::path::Path;

use deploy::{Overlay, Resources, build, checkout, kubectl, skipped};

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

/// What each overlay would build with one component more; nothing where there is no kubectl.
pub(crate) fn built_with(component: &str) -> Vec<(Overlay, Resources)> {
    let Some(_kubectl) = skipped(kubectl(), "the manifests are not built") else {
        return Vec::new();
    };
    let folder = tempfile::tempdir().unwrap();
    copy(&checkout().join("deploy/k8s"), folder.path());
    let added = format!("components:\n  - ../../components/{component}\n");
    Overlay::ALL
        .into_iter()
        .map(|overlay| {
            let here = folder.path().join("overlays").join(overlay.name());
            let file = here.join("kustomization.yaml");
            let written = fs::read_to_string(&file).unwrap();
            fs::write(&file, written.replacen("components:\n", &added, 1)).unwrap();
            (overlay, build(&here).unwrap())
        })
        .collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).unwrap();
        }
    }
}

/// The four services, as their Deployments are called.
pub(crate) const SERVICES: [&str; 4] = [
    "intake",
    "huifu-dispatcher",
    "callback-receiver",
    "partner-notifier",
];
