//! Installs Debian packages where they are missing, and only then.
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
pub fn install_missing(tell: impl FnMut(&str)) -> Result<()> {
    let mut missing = Vec::new();
    if std::env::var_os("DATABASE_URL").is_none() && postgres_programs().is_err() {
        missing.push("postgresql");
    }
    if std::env::var_os("AMQP_URL").is_none() && !Path::new(RABBITMQ_PROGRAMS).is_dir() {
        missing.push("rabbitmq-server");
    }
    install_telling(&missing, tell)
}

/// Installs packages that a test of its own needs.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    install_telling(packages, |_| ())
}

/// Installs npm, unless there is one, whoever made it.
pub(crate) fn install_npm() -> Result<()> {
    if succeeds("npm", &["--version"]) {
        return Ok(());
    }
    install(&["npm"])
}

/// Whether there is a font with Chinese characters.
pub(crate) fn can_write_chinese() -> bool {
    let listed = Command::new("fc-list").arg(":lang=zh-cn").output();
    listed.is_ok_and(|listed| !listed.stdout.is_empty())
}

/// Installs packages, if there are any, and tells in one line each what it does.
pub(crate) fn install_telling(packages: &[&str], mut tell: impl FnMut(&str)) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let by_hand = format!(
        "install by hand, as root: apt-get install {}",
        packages.join(" ")
    );
    as_root().context(by_hand.clone())?;
    tell("package list: updating, with apt-get");
    // A list that cannot be had in full is often still good enough.
    let updated = apt_get(&["update"]);
    for package in packages {
        tell(&format!("{package}: installing, with apt-get"));
        apt_get(&["install", "--yes", "--no-install-recommends", package])
            .map_err(|error| match &updated {
                Ok(()) => error,
                Err(update) => error.context(format!("{update:#}")),
            })
            .with_context(|| by_hand.clone())?;
    }
    Ok(())
}

fn apt_get(arguments: &[&str]) -> Result<()> {
    let mut command = as_root()?;
    // Another test may be installing something else.
    let patience = "--option=DPkg::Lock::Timeout=120";
    command
        .args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", patience])
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

/// `env` with the right to install packages.
fn as_root() -> Result<Command> {
    if !Path::new("/usr/bin/apt-get").exists() {
        bail!("there is no apt-get");
    }
    if rustix::process::geteuid().is_root() {
        return Ok(Command::new("env"));
    }
    if !Path::new("/usr/bin/sudo").exists() {
        bail!("we are not root, and there is no sudo");
    }
    let mut sudo = Command::new("sudo");
    if succeeds("sudo", &["-n", "true"]) {
        sudo.arg("-n");
    }
    // Otherwise it asks for the password on the terminal, where there is one.
    sudo.arg("env");
    Ok(sudo)
}

fn succeeds(program: &str, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
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
