//! Python environments for tests that run somebody else's Python: one folder under `.local/` for
//! each list of pinned packages, made once and kept.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use sha2::{Digest as _, Sha256};

use crate::folder::{Lock, inside, remove};
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
    let _lock = Lock::take_blocking("python")?;
    let digest = Sha256::digest(list.as_bytes());
    let name = digest.iter().take(6).map(|byte| format!("{byte:02x}"));
    let folder = inside("python")?.join(name.collect::<String>());
    let python = folder.join("bin/python");
    let complete = folder.join("complete");
    if complete.exists() {
        return Ok(python);
    }
    // Whatever an interrupted attempt left.
    remove(&folder)?;
    create(&folder)?;
    let pip = [
        "-m",
        "pip",
        "install",
        "--no-deps",
        "--quiet",
        "--disable-pip-version-check",
    ];
    run(Command::new(&python)
        .args(pip)
        .arg("--requirement")
        .arg(requirements))?;
    fs::write(complete, "")?;
    Ok(python)
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

fn run(command: &mut Command) -> Result<()> {
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
