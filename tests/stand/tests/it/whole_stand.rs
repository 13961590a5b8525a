//! The command line, on a stand of its own: started by two at once, found again, brought down.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, Result};
use serde_json::Value;
use stand::private::{Postgres, RabbitMq};

use crate::connect;
use crate::vhosts::channel;

fn stand(folder: &Path, arguments: &[&str]) -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_stand"));
    command
        .args(arguments)
        .env("STAND_DIR", folder)
        .env_remove("DATABASE_URL")
        .env_remove("AMQP_URL")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

async fn output(child: std::process::Child) -> Result<String> {
    let output = tokio::task::spawn_blocking(|| child.wait_with_output()).await??;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    anyhow::ensure!(output.status.success(), "{}: {said}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}

fn record(folder: &Path, engine: &str) -> Result<Value> {
    let text = fs::read(folder.join(format!("{engine}.json"))).context("no record")?;
    Ok(serde_json::from_slice(&text)?)
}

/// Brings the stand down whatever became of the test.
struct Down<'a>(&'a Path);

impl Drop for Down<'_> {
    fn drop(&mut self) {
        drop(stand(self.0, &["down", "--remove"]).output());
    }
}

#[tokio::test]
async fn two_at_once_start_one_stand_and_bringing_it_down_touches_nothing_else() -> Result<()> {
    let (foreign_postgres, foreign_rabbitmq) =
        tokio::try_join!(Postgres::create(), RabbitMq::create())?;
    let foreign = (foreign_postgres.pid(), foreign_rabbitmq.pid());
    let folder = tempfile::tempdir()?;
    let _down = Down(folder.path());

    let first = stand(folder.path(), &["setup"]).spawn()?;
    let second = stand(folder.path(), &["setup"]).spawn()?;
    let (first, second) = tokio::try_join!(output(first), output(second))?;
    assert_eq!(first, second, "both must have found the same processes");

    let (postgres, rabbitmq) = (
        record(folder.path(), "postgres")?,
        record(folder.path(), "rabbitmq")?,
    );
    let third = output(stand(folder.path(), &["setup"]).spawn()?).await?;
    assert_eq!(third, first);
    assert_eq!(record(folder.path(), "postgres")?, postgres);
    assert_eq!(record(folder.path(), "rabbitmq")?, rabbitmq);

    let told = output(stand(folder.path(), &["down", "--remove"]).spawn()?).await?;
    assert_eq!(told.matches("stopped process").count(), 2, "{told}");
    let status = output(stand(folder.path(), &["status"]).spawn()?).await?;
    assert_eq!(
        status,
        "postgres: does not run\nrabbitmq: does not run\nsystem: does not run\n"
    );
    let data = postgres["folder"].as_str().context("no folder")?;
    assert!(!fs::exists(data)?, "{data} is left");

    assert_eq!((foreign_postgres.pid(), foreign_rabbitmq.pid()), foreign);
    connect(foreign_postgres.handle().admin_url()).await?;
    channel(foreign_rabbitmq.handle().amqp_url()).await?;
    Ok(())
}

#[tokio::test]
async fn records_with_passwords_are_for_their_owner_alone() -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    if std::env::var_os("DATABASE_URL").is_some() {
        // Then there is no server of ours, and no record.
        return Ok(());
    }
    stand::postgres().await?;
    let folder = stand::stand_dir()?;
    assert_eq!(fs::metadata(&folder)?.permissions().mode() & 0o077, 0);
    assert_eq!(
        fs::metadata(folder.join("postgres.json"))?
            .permissions()
            .mode()
            & 0o077,
        0
    );
    Ok(())
}
