//! Installs the Debian packages of the engines where they are missing, and only then.
//!
//! Debian may start a service of its own with a package it installs. Those services stay as
//! Debian left them: ours have their own ports, folders and names.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

/// RabbitMQ's own scripts. Debian's wrappers in `/usr/sbin` serve root and `rabbitmq` alone.
pub(crate) const RABBITMQ_PROGRAMS: &str = "/usr/lib/rabbitmq/bin";

/// Installs what is missing of the engines we are to start ourselves, and tells in one line each
/// what it does.
///
/// # Errors
/// When something is missing and cannot be installed, with what to install by hand.
pub fn install_missing(mut tell: impl FnMut(&str)) -> Result<()> {
    let mut missing = Vec::new();
    if std::env::var_os("DATABASE_URL").is_none() && postgres_programs().is_err() {
        missing.push("postgresql");
    }
    if std::env::var_os("AMQP_URL").is_none() && !Path::new(RABBITMQ_PROGRAMS).is_dir() {
        missing.push("rabbitmq-server");
    }
    if missing.is_empty() {
        return Ok(());
    }
    let by_hand = format!(
        "install by hand, as root: apt-get install {}",
        missing.join(" ")
    );
    if !Path::new("/usr/bin/apt-get").exists() {
        bail!(
            "needed and not here: {}; without apt-get nothing can be installed",
            missing.join(", ")
        );
    }
    tell("package list: updating, with apt-get");
    apt_get(&["update"]).with_context(|| by_hand.clone())?;
    for package in missing {
        tell(&format!("{package}: installing, with apt-get"));
        apt_get(&["install", "--yes", "--no-install-recommends", package])
            .with_context(|| by_hand.clone())?;
    }
    Ok(())
}

fn apt_get(arguments: &[&str]) -> Result<()> {
    let mut command = if rustix::process::geteuid().is_root() {
        Command::new("env")
    } else if !Path::new("/usr/bin/sudo").exists() {
        bail!("we are not root, and there is no sudo");
    } else if sudo_asks_nothing() {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "env"]);
        sudo
    } else {
        // Asks for the password on the terminal, where there is one.
        let mut sudo = Command::new("sudo");
        sudo.arg("env");
        sudo
    };
    command
        .args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"])
        .args(arguments);
    // Its output is long, and only worth reading when it failed.
    let output = command.output().context("cannot start apt-get")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        bail!(
            "apt-get {} failed ({}): {said}",
            arguments.join(" "),
            output.status
        );
    }
    Ok(())
}

fn sudo_asks_nothing() -> bool {
    Command::new("sudo")
        .args(["-n", "true"])
        .output()
        .is_ok_and(|output| output.status.success())
}

/// The programs of the newest PostgreSQL that is installed.
pub(crate) fn postgres_programs() -> Result<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    versions
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .map(|version| {
            (
                version,
                PathBuf::from(format!("/usr/lib/postgresql/{version}/bin")),
            )
        })
        // The client package alone makes the folder too.
        .filter(|(_, programs)| programs.join("initdb").exists())
        .max()
        .map(|(_, programs)| programs)
        .context("no PostgreSQL server under /usr/lib/postgresql: run `make setup`")
}
