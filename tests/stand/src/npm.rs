//! npm packages for tests that need somebody else's JavaScript: one folder under `.local/` for each
//! lock file, made once and kept.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::made_once::{made_once, run};
use crate::packages;

/// A `node_modules` with exactly what the `package-lock.json` in `folder` lists, each package
/// compared with the digest that stands there. The first caller makes it; whoever comes meanwhile
/// waits.
///
/// # Errors
/// When there is no npm and none can be installed, or the packages cannot be had.
pub async fn npm_with(folder: &Path) -> Result<PathBuf> {
    let [manifest, lock] = ["package.json", "package-lock.json"].map(|name| folder.join(name));
    let (manifest, lock) = (read(&manifest)?, read(&lock)?);
    tokio::task::spawn_blocking(move || modules(&manifest, &lock)).await?
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn modules(manifest: &str, lock: &str) -> Result<PathBuf> {
    let folder = made_once("npm", &[manifest, lock], |folder| {
        packages::install_npm()?;
        fs::create_dir_all(folder)?;
        fs::write(folder.join("package.json"), manifest)?;
        fs::write(folder.join("package-lock.json"), lock)?;
        // `ci` refuses what differs from the lock; nothing that a package brings is run.
        let quietly = ["--ignore-scripts", "--no-audit", "--no-fund"];
        run(Command::new("npm")
            .arg("ci")
            .args(quietly)
            .current_dir(folder))
    })?;
    Ok(folder.join("node_modules"))
}
