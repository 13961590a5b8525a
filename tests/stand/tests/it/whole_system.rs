//! `stand up`, `stand down` and `stand demo`, on engines that `DATABASE_URL` and `AMQP_URL` name.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context as _, Result};
use stand::private::{Postgres, RabbitMq};

use crate::connect;
use crate::vhosts::channel;

/// Engines that are somebody else's, as far as the program under test can tell.
struct Foreign {
    postgres: Postgres,
    rabbitmq: RabbitMq,
    folder: tempfile::TempDir,
}

impl Foreign {
    async fn create() -> Result<Self> {
        let (postgres, rabbitmq) = tokio::try_join!(Postgres::create(), RabbitMq::create())?;
        Ok(Self {
            postgres,
            rabbitmq,
            folder: tempfile::tempdir()?,
        })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stand"));
        command
            .args(arguments)
            .env("STAND_DIR", self.path())
            .env("DATABASE_URL", self.postgres.handle().admin_url())
            .env("AMQP_URL", self.rabbitmq.handle().amqp_url())
            .env(
                "AMQP_MANAGEMENT_URL",
                self.rabbitmq.handle().management_url(),
            );
        command
    }

    async fn run(&self, arguments: &[&str]) -> Result<String> {
        let mut command = self.command(arguments);
        let output: Output = tokio::task::spawn_blocking(move || command.output()).await??;
        let (said, complained) = (text(&output.stdout), text(&output.stderr));
        anyhow::ensure!(
            output.status.success(),
            "{}: {complained}\n{said}",
            output.status
        );
        Ok(said)
    }

    /// The names of databases that somebody has made.
    async fn databases(&self) -> Result<Vec<String>> {
        let client = connect(self.postgres.handle().admin_url()).await?;
        let made = "select datname from pg_database where datname like 'tixian%' order by datname";
        let rows = client.query(made, &[]).await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    fn starts_engines_of_its_own(&self) -> bool {
        ["postgres.json", "rabbitmq.json"]
            .iter()
            .any(|record| self.path().join(record).exists())
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        drop(self.command(&["down"]).output());
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The programs that were told about this folder, or by whose name it can be told.
fn processes_of(folder: &Path) -> Vec<String> {
    let folder = folder.display().to_string();
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| fs::read(entry.path().join("cmdline")).ok())
        .map(|line| text(&line).replace('\0', " "))
        .filter(|line| line.contains(&folder))
        .collect()
}

#[tokio::test]
async fn the_demo_ends_as_it_must_and_leaves_nothing() -> Result<()> {
    let foreign = Foreign::create().await?;
    let said = foreign.run(&["demo", "--no-build"]).await?;
    for part in [
        "1. An account is opened, with two cards",
        "2. A withdrawal that is paid",
        "The user has no password yet: a code goes by SMS",
        "3. A withdrawal that fails at the bank",
        "$ POST /api/v1/replays {",
        "\"reason\":\"the shop is back\",\"ticket\":\"DEMO-1\"",
        "delivered 1",
        "The audit is whole: 4 rows.",
        "All ended as they must",
    ] {
        assert!(said.contains(part), "no {part:?} in:\n{said}");
    }
    assert!(!said.contains('\u{1b}'), "colours without a terminal");
    assert!(!foreign.starts_engines_of_its_own());
    assert_eq!(foreign.databases().await?, [""; 0]);
    assert_eq!(processes_of(foreign.path()), [""; 0]);
    Ok(())
}

#[tokio::test]
async fn the_system_stands_until_it_is_brought_down() -> Result<()> {
    let foreign = Foreign::create().await?;
    let first = foreign.run(&["up", "--no-build"]).await?;
    let file = foreign.path().join("tixian.env");
    let environment = read_environment(&file)?;
    assert_eq!(fs::metadata(&file)?.permissions().mode() & 0o777, 0o600);

    let second = foreign.run(&["up", "--no-build"]).await?;
    assert!(second.starts_with("Tixian runs already."), "{second}");
    let addresses = |said: &str| -> Vec<String> {
        said.lines()
            .filter(|line| line.starts_with("  "))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(addresses(&second), addresses(&first));
    assert_eq!(read_environment(&file)?, environment);

    let client = reqwest::Client::builder().no_proxy().build()?;
    for name in ["PARTNER_SANDBOX_URL", "SMS_SANDBOX_URL", "JWKS_URL"] {
        let answer = client.get(&environment[name]).send().await?;
        answer.error_for_status()?;
    }
    connect(&environment["DATABASE_URL"]).await?;
    channel(&environment["AMQP_URL"]).await?;
    assert!(fs::exists(&environment["PARTNER_PRIVATE_KEY_FILE"])?);
    assert!(!foreign.starts_engines_of_its_own());

    let told = foreign.run(&["down"]).await?;
    assert_eq!(told.matches("stopped process").count(), 7, "{told}");
    assert_eq!(processes_of(foreign.path()), [""; 0]);
    assert_eq!(
        foreign.databases().await?,
        ["tixian"],
        "its database is kept"
    );
    assert!(!fs::exists(&file)?, "the addresses no longer hold");
    Ok(())
}

fn read_environment(file: &Path) -> Result<BTreeMap<String, String>> {
    let text = fs::read_to_string(file)?;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, value) = line.split_once('=').context("a line without a value")?;
            Ok((name.to_owned(), value.trim_matches('\'').to_owned()))
        })
        .collect()
}
