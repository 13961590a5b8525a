//! Folders under `.local/` that are made once from what they are to hold, and kept.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail, ensure};
use sha2::{Digest as _, Sha256};

use crate::folder::{Lock, inside, remove};

/// A folder of this kind for exactly these lists. The first caller has `make` fill it; whoever
/// comes meanwhile, in this process or another, waits.
pub(crate) fn made_once(
    kind: &str,
    lists: &[&str],
    make: impl FnOnce(&Path) -> Result<()>,
) -> Result<PathBuf> {
    let _lock = Lock::take_blocking(kind)?;
    let digest = Sha256::digest(lists.concat().as_bytes());
    let name = digest.iter().take(6).map(|byte| format!("{byte:02x}"));
    let folder = inside(kind)?.join(name.collect::<String>());
    let complete = folder.join("complete");
    if complete.exists() {
        return Ok(folder);
    }
    // Whatever an interrupted attempt left.
    remove(&folder)?;
    make(&folder)?;
    fs::write(complete, "")?;
    Ok(folder)
}

/// Runs a program to its end; an error tells what it said.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => bail!("cannot start {command:?}: {error}"),
    };
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "{command:?} failed: {}",
        said.trim()
    );
    Ok(())
}
