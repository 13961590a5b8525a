//! The reference clients in services/intake/clients, each run as its command line.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use stand::{GSON, Language};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::Scene;
use crate::register::{HTOUHUI_USER_ID, PARTNER_ID, PARTNER_KEY_ID, THIRD_PARTY_USER_ID};

/// Longer than the slowest of them takes to start on a busy machine.
const START: Duration = Duration::from_secs(60);

/// A client, ready to be run.
pub struct Client {
    command: Vec<OsString>,
    /// Where it was built, and what it writes.
    folder: TempDir,
}

impl Client {
    /// Builds what has to be built. `None` where the language is not there and cannot be had,
    /// which is told on standard error.
    pub async fn of(language: Language) -> Result<Option<Self>> {
        if !language.is_ready().await? {
            eprintln!(
                "SKIPPED: the {} client, because the language is not here and this is no Debian",
                language.name()
            );
            return Ok(None);
        }
        let folder = tempfile::tempdir()?;
        let command = command(language, folder.path()).await?;
        Ok(Some(Self { command, folder }))
    }

    /// Runs it to its end; what it said on standard output.
    pub async fn run(
        &self,
        arguments: &[&str],
        environment: &[(String, String)],
    ) -> Result<String> {
        let mut command = self.start(arguments, environment);
        let output = command.stderr(Stdio::piped()).output().await?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{arguments:?} failed: {said}");
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Checks the signature vectors; what it said.
    pub async fn check_vectors(&self) -> Result<String> {
        let file = intake().join("vectors/signatures.json");
        let file = file.to_str().context("a path that is no text")?;
        self.run(&["vectors", file], &[]).await
    }

    /// Serves the shop of a scene until the value is dropped.
    pub async fn serve(&self, scene: &Scene, money: &str) -> Result<Shop> {
        let port = stand::free_port().to_string();
        let user = format!("third_party_user_id={THIRD_PARTY_USER_ID}");
        let ours = format!("htouhui_user_id={HTOUHUI_USER_ID}");
        let money = format!("money={money}");
        let words = ["serve", &port, &user, &ours, &money];
        let environment = self.settings(scene)?;
        let mut child = self.start(&words, &environment).spawn()?;
        let output = child.stdout.take().context("its output is a pipe")?;
        let lines = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&lines);
        tokio::spawn(async move {
            let mut output = BufReader::new(output).lines();
            while let Ok(Some(line)) = output.next_line().await {
                heard
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(line);
            }
        });
        let shop = Shop {
            url: format!("http://127.0.0.1:{port}"),
            lines,
            _child: child,
        };
        stand::try_eventually(START, "the shop to serve", async || {
            reqwest::get(&shop.url)
                .await
                .and_then(reqwest::Response::error_for_status)
                .map(drop)
        })
        .await?;
        Ok(shop)
    }

    /// What the client is told of a scene.
    pub fn settings(&self, scene: &Scene) -> Result<Vec<(String, String)>> {
        let key = self.folder.path().join("partner-private.pem");
        std::fs::write(&key, stand::keys::rsa_2048(3).private_pkcs8_pem)?;
        let notices = self.folder.path().join("notices");
        let pairs = [
            ("INTAKE_URL", scene.fleet.plan.intake_url()),
            ("PARTNER_ID", PARTNER_ID.to_owned()),
            ("PARTNER_KEY_ID", PARTNER_KEY_ID.to_owned()),
            ("PARTNER_PRIVATE_KEY_FILE", key.display().to_string()),
            ("NOTICES_DIR", notices.display().to_string()),
        ];
        Ok(pairs.map(|(name, value)| (name.to_owned(), value)).into())
    }

    fn start(&self, arguments: &[&str], environment: &[(String, String)]) -> Command {
        let mut command = Command::new(&self.command[0]);
        command
            .args(&self.command[1..])
            .args(arguments)
            .envs(environment.iter().cloned())
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        command
    }
}

/// A client that serves its shop.
pub struct Shop {
    /// Where it is, without a slash at the end.
    pub url: String,
    lines: Arc<Mutex<Vec<String>>>,
    _child: Child,
}

impl Shop {
    /// What it has printed so far.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let lines = self.lines.lock();
        lines.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn command(language: Language, folder: &Path) -> Result<Vec<OsString>> {
    let source = intake().join("clients").join(language.name());
    Ok(match language {
        Language::Python => {
            let python = stand::python_with(&source.join("requirements.txt")).await?;
            vec![python.into(), "-B".into(), source.join("shop.py").into()]
        }
        Language::Node => vec!["node".into(), source.join("shop.js").into()],
        Language::Php => vec!["php".into(), source.join("shop.php").into()],
        Language::Java => {
            let classes = folder.join("classes");
            let mut javac = Command::new("javac");
            javac
                .args(["-Xlint:all", "-Werror", "-cp", GSON, "-d"])
                .arg(&classes);
            for file in std::fs::read_dir(&source)? {
                javac.arg(file?.path());
            }
            build(&mut javac).await?;
            let path = format!("{}:{GSON}", classes.display());
            vec!["java".into(), "-cp".into(), path.into(), "Shop".into()]
        }
        Language::Go => {
            let program = folder.join("shop");
            let mut go = Command::new("go");
            go.args(["build", "-o"]).arg(&program).arg(".");
            // Built once for all tests; the folder of whoever runs them is not ours to write to.
            go.env("GOCACHE", stand::stand_dir()?.join("go"))
                .env("GOFLAGS", "-buildvcs=false");
            build(go.current_dir(&source)).await?;
            vec![program.into()]
        }
    })
}

async fn build(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output().await?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?} failed: {said}");
    Ok(())
}

fn intake() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../services/intake")
}
