//! The console as a process, and a program that calls its API.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;
use tempfile::NamedTempFile;

use crate::opsctl::Opsctl;
use crate::ports::free_port;
use crate::process::Process;

/// Longer than a debug binary needs on a busy machine of two cores.
const START: Duration = Duration::from_secs(60);

/// One person of each role, called like it.
pub const ROLES: [&str; 3] = ["reader", "operator", "approver"];

/// A file of tokens, and whose each is.
pub struct Tokens {
    file: NamedTempFile,
    each: BTreeMap<String, String>,
}

impl Tokens {
    /// One for each of these, who are called so and have that role.
    ///
    /// # Errors
    /// When opsctl makes none, or the file cannot be written.
    pub async fn of(opsctl: &Opsctl, people: &[(&str, &str)]) -> Result<Self> {
        let mut file = NamedTempFile::new()?;
        let mut each = BTreeMap::new();
        for (name, role) in people {
            let made = ["console", "token", "--name", name, "--role", role];
            let made = opsctl.json(&made).await?;
            let part = |name: &str| made[name].as_str().context("a token has a line");
            writeln!(file, "{}", part("line")?)?;
            each.insert((*name).to_owned(), part("token")?.to_owned());
        }
        Ok(Self { file, each })
    }

    /// The tool in the hand of this person, who shows the token.
    ///
    /// # Errors
    /// When the person has none.
    pub fn in_hand_of(&self, name: &str, opsctl: &Opsctl) -> Result<Opsctl> {
        let token = self.each.get(name).context("this person has no token")?;
        let opsctl = opsctl.clone().with("OPSCTL_TOKEN", token);
        Ok(opsctl.with("CONSOLE_TOKENS_FILE", self.path()?))
    }

    fn path(&self) -> Result<&str> {
        self.file.path().to_str().context("a path that is no text")
    }
}

/// `opsctl serve`, and a token for each role. Dropping it kills it.
pub struct Console {
    process: Process,
    base: String,
    tokens: Tokens,
    client: reqwest::Client,
}

impl Console {
    /// Serves the database of `opsctl` on a port of its own; browsers find it there.
    ///
    /// # Errors
    /// As [`Self::behind`].
    pub async fn start(opsctl: &Opsctl, logs: &Path) -> Result<Self> {
        let port = free_port();
        Self::behind(opsctl, logs, port, &format!("http://127.0.0.1:{port}")).await
    }

    /// Serves the database of `opsctl` on `port`, which browsers reach under `public_url`.
    ///
    /// # Errors
    /// When it ends instead, with its last words, or is not ready in time.
    pub async fn behind(opsctl: &Opsctl, logs: &Path, port: u16, public_url: &str) -> Result<Self> {
        let tokens = Tokens::of(opsctl, &ROLES.map(|role| (role, role))).await?;
        let admin = format!("127.0.0.1:{}", free_port());
        let listen = format!("127.0.0.1:{port}");
        let told = [
            ("DATABASE_URL", opsctl.database_url()),
            ("ADMIN_LISTEN", &admin),
            ("LOG_FORMAT", "json"),
            ("CONSOLE_LISTEN", &listen),
            ("CONSOLE_PUBLIC_URL", public_url),
            ("CONSOLE_TOKENS_FILE", tokens.path()?),
        ];
        let told = told.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let log = logs.join("console.log");
        let mut process = Process::spawn("opsctl", &["serve"], &told.into(), &log)?;
        let ready = format!("http://{admin}/readyz");
        process.wait_ready(&ready, START).await?;
        Ok(Self {
            process,
            base: format!("http://{listen}"),
            tokens,
            client: reqwest::Client::builder().no_proxy().build()?,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.base
    }

    /// The token of the person of this role.
    ///
    /// # Panics
    /// When it is none of [`ROLES`].
    #[must_use]
    pub fn token(&self, role: &str) -> &str {
        &self.tokens.each[role]
    }

    /// The process itself, to end it or to start it anew.
    pub const fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// What the API answers to a question of this role.
    ///
    /// # Errors
    /// When it answers with a problem, with its text.
    pub async fn get(&self, role: &str, path: &str) -> Result<Value> {
        let request = self.client.get(format!("{}{path}", self.base));
        answered(request.bearer_auth(self.token(role))).await
    }

    /// What the API answers when this role acts.
    ///
    /// # Errors
    /// When it answers with a problem, with its text.
    pub async fn post(&self, role: &str, path: &str, body: &Value) -> Result<Value> {
        let request = self.client.post(format!("{}{path}", self.base));
        let request = request.header(CONTENT_TYPE, "application/json");
        let request = request.body(body.to_string());
        answered(request.bearer_auth(self.token(role))).await
    }
}

async fn answered(request: reqwest::RequestBuilder) -> Result<Value> {
    let response = request.send().await?;
    let status = response.status();
    let text = response.text().await?;
    ensure!(status.is_success(), "the console answered {status}: {text}");
    Ok(serde_json::from_str(&text)?)
}
