//! Python environments for tests that run somebody else's Python: one folder under `.local/` for
//! each list of pinned packages, made once and kept.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::folder::remove;
use crate::made_once::{made_once, run};
use crate::packages;

/// The interpreter of an environment that has exactly what `requirements` lists. The first caller
/// makes it, from PyPI; whoever comes meanwhile waits.
///
/// # Errors
/// When there is no Python 3, or the packages cannot be had.
pub async fn python_with(requirements: &Path) -> Result<PathBuf> {
    let list = fs::read_to_string(requirements)
        .with_context(|| format!("cannot read {}", requirements.display()))?;
    let requirements = requirements.to_owned();
    tokio::task::spawn_blocking(move || environment(&list, &requirements)).await?
}

fn environment(list: &str, requirements: &Path) -> Result<PathBuf> {
    let folder = made_once("python", &[list], |folder| {
        create(folder)?;
        let pip = [
            "-m",
            "pip",
            "install",
            "--no-deps",
            "--quiet",
            "--disable-pip-version-check",
        ];
        run(Command::new(folder.join("bin/python"))
            .args(pip)
            .arg("--requirement")
            .arg(requirements))
    })?;
    Ok(folder.join("bin/python"))
}

/// Debian's Python cannot make environments until `python3-venv` is there.
fn create(folder: &Path) -> Result<()> {
    let venv = || run(Command::new("python3").args(["-m", "venv"]).arg(folder));
    if venv().is_ok() {
        return Ok(());
    }
    remove(folder)?;
    packages::install(&["python3-venv"])?;
    venv()
}
