//! The release before this one, as binaries: what a rollout replaces, and what a rollback brings
//! back.
//!
//! Which one that is stands in `deploy/previous-release`, as a revision of this repository. Until
//! there is a release it is one with an older schema and older binaries; whoever makes a release
//! writes that one there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::folder::{checkout, remove};
use crate::made_once::made_once;

/// What stands in a cluster of the release before, and what migrates its schema.
const BINARIES: [&str; 5] = [
    "intake",
    "huifu-dispatcher",
    "callback-receiver",
    "partner-notifier",
    "opsctl",
];

/// What Cargo adds to the environment of what it runs; whatever else begins so is the user's.
const OF_A_PACKAGE: [&str; 6] = [
    "CARGO_BIN_",
    "CARGO_CRATE_",
    "CARGO_MANIFEST_",
    "CARGO_PKG_",
    "CARGO_PRIMARY_",
    "CARGO_TARGET_",
];

/// The folder of its binaries under `.local/`. The first caller builds them, which takes some
/// minutes; Cargo's progress goes to standard error.
///
/// # Errors
/// When the checkout's history does not hold the revision, or the build fails.
pub async fn previous_release() -> Result<PathBuf> {
    tokio::task::spawn_blocking(|| {
        let revision = fs::read_to_string(checkout().join("deploy/previous-release"))
            .context("cannot read deploy/previous-release")?;
        let revision = revision.trim();
        made_once("previous", &[revision], |folder| make(revision, folder))
    })
    .await?
}

fn make(revision: &str, folder: &Path) -> Result<()> {
    let (source, target) = (folder.join("source"), folder.join("target"));
    fs::create_dir_all(&source)?;
    unpack(revision, &source)?;
    build(&source, &target)?;
    for name in BINARIES {
        fs::copy(target.join("debug").join(name), folder.join(name))
            .with_context(|| format!("the release before has no {name}"))?;
    }
    // The binaries are what is wanted; the rest is gigabytes.
    remove(&target)?;
    remove(&source)
}

fn unpack(revision: &str, source: &Path) -> Result<()> {
    let mut archive = Command::new("git")
        .args(["archive", "--format=tar", revision])
        .current_dir(checkout())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start git")?;
    let tar = archive.stdout.take().expect("standard output was piped");
    let unpacked = Command::new("tar")
        .arg("-x")
        .current_dir(source)
        .stdin(tar)
        .status()
        .context("cannot start tar")?;
    ensure!(
        archive.wait()?.success() && unpacked.success(),
        "cannot unpack {revision}: is it in this checkout's history? `git fetch --unshallow`"
    );
    Ok(())
}

fn build(source: &Path, target: &Path) -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "--locked", "--target-dir"])
        .arg(target);
    for name in BINARIES {
        cargo.args(["--bin", name]);
    }
    // Cargo tells whatever it runs about the package that it was built from.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if OF_A_PACKAGE.iter().any(|begin| text.starts_with(begin)) {
            cargo.env_remove(name);
        }
    }
    let built = cargo
        .env("CARGO_INCREMENTAL", "0")
        .current_dir(source)
        .stdin(Stdio::null())
        .status()
        .context("cannot start cargo")?;
    ensure!(
        built.success(),
        "cargo build of the release before failed ({built})"
    );
    Ok(())
}
