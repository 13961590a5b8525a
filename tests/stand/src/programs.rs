//! Programs that a test needs from Debian.

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::folder::Lock;
use crate::packages;

/// Where a program is, after its package was installed if it was missing. Whoever comes meanwhile
/// waits.
///
/// # Errors
/// When it is missing and cannot be installed, with what to install by hand.
pub fn program(name: &str, package: &str) -> Result<PathBuf> {
    if let Some(found) = found(name) {
        return Ok(found);
    }
    let _lock = Lock::take_blocking("programs")?;
    if let Some(found) = found(name) {
        return Ok(found);
    }
    packages::install(&[package])?;
    found(name).with_context(|| format!("{package} is installed and has no {name}"))
}

fn found(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}
