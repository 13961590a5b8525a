//! The real `opsctl`, run as an operator would run it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::process::binary;
use crate::system::{DATA_KEYS, PASSWORD_PEPPER};

/// `opsctl` on one database.
#[derive(Debug, Clone)]
pub struct Opsctl {
    database_url: String,
    binaries: Option<PathBuf>,
    more: Vec<(String, String)>,
}

/// How it ended and what it said.
#[derive(Debug)]
pub struct Ended {
    /// 0, 1, 3 or 64.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Opsctl {
    /// On the database at this URL.
    #[must_use]
    pub fn on(database_url: &str) -> Self {
        Self {
            database_url: database_url.to_owned(),
            binaries: None,
            more: Vec::new(),
        }
    }

    /// That database.
    #[must_use]
    pub fn database_url(&self) -> &str {
        &self.database_url
    }

    /// The one of another release, which lies in this folder.
    #[must_use]
    pub fn from(mut self, binaries: &Path) -> Self {
        self.binaries = Some(binaries.to_owned());
        self
    }

    /// With one variable more in its environment.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.more.push((name.to_owned(), value.to_owned()));
        self
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
        let ended = self.ended(arguments, input).await?;
        if ended.code != Some(0) {
            bail!("`opsctl {}`: {}", arguments.join(" "), ended.stderr.trim());
        }
        Ok(ended.stdout)
    }

    /// Runs it with something on standard input; how it ended, whichever way that was.
    ///
    /// # Errors
    /// When it cannot be started, or printed something else than text.
    pub async fn ended(&self, arguments: &[&str], input: &str) -> Result<Ended> {
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
        let text =
            |bytes| String::from_utf8(bytes).context("opsctl printed something else than text");
        Ok(Ended {
            code: output.status.code(),
            stdout: text(output.stdout)?,
            stderr: text(output.stderr)?,
        })
    }

    fn command(&self, arguments: &[&str]) -> Result<Command> {
        let kept = |name: &str| -> OsString { std::env::var_os(name).unwrap_or_default() };
        let program = match &self.binaries {
            Some(folder) => folder.join("opsctl"),
            None => binary("opsctl")?,
        };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .env("PATH", kept("PATH"))
            .env("DATABASE_URL", &self.database_url)
            .env("PASSWORD_PEPPER", PASSWORD_PEPPER)
            .env("DATA_KEYS", DATA_KEYS)
            .env("ALLOW_PLAIN_ENGINES", "true")
            .env("USER", "demo")
            .envs(self.more.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Ok(command)
    }
}
