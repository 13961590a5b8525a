//! Programs that somebody else wrote.

use std::path::PathBuf;

use anyhow::Result;
use stand::program;

/// What builds the manifests. Debian has no package of it under this name, so where a machine came
/// without it the tests that need it are skipped.
///
/// # Errors
/// When it is not there.
pub fn kubectl() -> Result<PathBuf> {
    program("kubectl", "kubectl")
}

/// What checks rules and runs their tests.
///
/// # Errors
/// When it is not there and cannot be installed.
pub fn promtool() -> Result<PathBuf> {
    program("promtool", "prometheus")
}

/// What builds an image without an engine.
///
/// # Errors
/// When it is not there and cannot be installed.
pub fn buildah() -> Result<PathBuf> {
    program("buildah", "buildah")
}

/// Takes a tool, or says aloud what is not proved without it.
pub fn skipped<T>(tool: Result<T>, what: &str) -> Option<T> {
    match tool {
        Ok(tool) => Some(tool),
        Err(error) => {
            eprintln!("skipped: {what}: {error:#}");
            None
        }
    }
}
