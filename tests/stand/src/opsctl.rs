//! The real `opsctl`, run as an operator would run it.

use std::ffi::OsString;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::process::binary;
use crate::system::{DATA_KEYS, PASSWORD_PEPPER};

/// `opsctl` on one database.
#[derive(Debug, Clone)]
pub struct Opsctl {
    database_url: String,
}

impl Opsctl {
    /// On the database at this URL.
    #[must_use]
    pub fn on(database_url: &str) -> Self {
        Self {
            database_url: database_url.to_owned(),
        }
    }

    /// Runs it; what it printed.
    ///
    /// # Errors
    /// When it ends with another code than 0, with what it said.
    pub async fn run(&self, arguments: &[&str]) -> Result<String> {
        self.run_with_input(arguments, "").await
    }

    /// [`run`](Self::run) with `--json`.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn json(&self, arguments: &[&str]) -> Result<Value> {
        let with_flag: Vec<&str> = ["--json"].iter().chain(arguments).copied().collect();
        let printed = self.run(&with_flag).await?;
        serde_json::from_str(&printed).context("opsctl --json printed something else than JSON")
    }

    /// [`run`](Self::run) with something on standard input.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn run_with_input(&self, arguments: &[&str], input: &str) -> Result<String> {
        let mut command = self.command(arguments)?;
        let input = input.to_owned();
        // Waiting for a program holds a thread, and signals must be heard meanwhile.
        let output = tokio::task::spawn_blocking(move || {
            let mut child = command.spawn()?;
            let mut stdin = child.stdin.take().expect("standard input was piped");
            std::io::Write::write_all(&mut stdin, input.as_bytes())?;
            drop(stdin);
            child.wait_with_output()
        });
        let output = output.await?.context("cannot run opsctl")?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("`opsctl {}`: {}", arguments.join(" "), said.trim());
        }
        String::from_utf8(output.stdout).context("opsctl printed something else than text")
    }

    fn command(&self, arguments: &[&str]) -> Result<Command> {
        let kept = |name: &str| -> OsString { std::env::var_os(name).unwrap_or_default() };
        let mut command = Command::new(binary("opsctl")?);
        command
            .args(arguments)
            .env_clear()
            .env("PATH", kept("PATH"))
            .env("DATABASE_URL", &self.database_url)
            .env("PASSWORD_PEPPER", PASSWORD_PEPPER)
            .env("DATA_KEYS", DATA_KEYS)
            .env("USER", "demo")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Ok(command)
    }
}
