//! Kubernetes' own schemas, strictly: a field that is misspelt would be ignored by nobody but us.

use std::path::Path;
use std::process::Command;

use deploy::skipped;
use stand::python_with;

use crate::world::built;

/// The oldest Kubernetes that the manifests are for: preStop's `sleep` is on by default since 1.30.
const OLDEST: &str = "1.32";
const NEWEST: &str = "1.37";

#[tokio::test]
async fn everything_that_is_kubernetes_own_fits_its_schemas() {
    let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join("kubernetes/requirements.txt");
    let python = python_with(&requirements).await;
    let Some(python) = skipped(python, "the manifests are not compared with the schemas") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (overlay, resources) in built() {
        let file = folder.path().join(overlay.name());
        std::fs::write(&file, &resources.yaml).unwrap();
        files.push(file);
    }
    if files.is_empty() {
        return;
    }
    for version in [OLDEST, NEWEST] {
        let output = Command::new(&python)
            .arg(python.with_file_name("kubernetes-validate"))
            .args(["--strict", "--quiet", "--no-warn", "-k", version])
            .args(&files)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let wrong = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "at {version}: {said}{wrong}");
    }
}
