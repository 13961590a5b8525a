//! Builds our binaries, so that what is started is what the checkout says.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::folder::checkout;

/// Runs `cargo build` for every binary of the workspace; Cargo's progress goes to standard error.
///
/// # Errors
/// When Cargo cannot be started or the build fails.
pub async fn build() -> Result<()> {
    let mut cargo = command()?;
    let status = tokio::task::spawn_blocking(move || cargo.status()).await?;
    let status = status.context("cannot start cargo")?;
    if !status.success() {
        bail!("cargo build failed ({status})");
    }
    Ok(())
}

fn command() -> Result<Command> {
    // Cargo says which one it is when it runs us.
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    // The whole workspace: for one package Cargo would choose other features for what is shared,
    // and compile it a second time.
    command
        .args(["build", "--workspace", "--bins"])
        .current_dir(checkout())
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    if is_release(&env::current_exe()?) {
        command.arg("--release");
    }
    Ok(command)
}

/// What runs beside us must be built as we are: [`binary`](crate::process::binary) looks there.
fn is_release(program: &Path) -> bool {
    program
        .ancestors()
        .any(|folder| folder.file_name().is_some_and(|name| name == "release"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_is_read_from_where_the_program_lies() {
        assert!(is_release(Path::new("/x/target/release/stand")));
        assert!(!is_release(Path::new("/x/target/debug/stand")));
    }
}
