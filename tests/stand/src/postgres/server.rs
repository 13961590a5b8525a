//! One PostgreSQL server of ours: its folder, its port, its password and, while it runs, its
//! process.
//!
//! It listens on TCP alone. A Unix socket would have to lie in a path shorter than 108 bytes
//! that both we and the `postgres` user may enter, and buys nothing here.

mod copies;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use rustix::process::Signal;
use serde::{Deserialize, Serialize};

use super::{Postgres, connect};
use crate::engine::{Engine, Stop};
use crate::eventually::Waiting;
use crate::folder::{self, PostgresUser, inside, tail};
use crate::packages::postgres_programs;
use crate::running::{MARKER, Running};
use crate::{ports, secret};

/// A start takes 0.2 s, a start after a kill replays the log; two cores busy compiling make it
/// many times slower.
const START: Duration = Duration::from_secs(60);

/// Fast shutdown disconnects the clients and writes a checkpoint.
const CLEAN_END: Duration = Duration::from_secs(30);

const USER: &str = "tixian";

const SETTINGS: [&str; 10] = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    // Many test processes at once, each with pools of real services.
    "max_connections=300",
    "shared_buffers=256MB",
    // How many statements a withdrawal costs is counted from here.
    "shared_preload_libraries=pg_stat_statements",
    "pg_stat_statements.max=10000",
    "pg_stat_statements.track=all",
    "max_wal_size=2GB",
    "timezone=UTC",
    "log_line_prefix=%m [%p] %d ",
];

/// What is written down about a server, with its password: for files of mode 600.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Server {
    instance: String,
    folder: PathBuf,
    log: PathBuf,
    port: u16,
    password: String,
    /// What it is told beside [`SETTINGS`].
    #[serde(default)]
    extra: Vec<String>,
    process: Option<Running>,
}

impl Server {
    /// Makes a new, empty server; [`start`](Self::start) starts it. 0.7 s.
    pub(crate) async fn create(name: &str) -> Result<Self> {
        let user = PostgresUser::find()?;
        let server = Self::without_data(name, secret::random_hex(16))?;
        let mut initdb = server.initdb(user)?;
        let output = tokio::task::spawn_blocking(move || initdb.output()).await??;
        fs::remove_file(server.password_file())?;
        if !output.status.success() {
            server.remove()?;
            bail!(
                "initdb failed: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        Ok(server)
    }

    /// A folder that has no data yet.
    fn without_data(name: &str, password: String) -> Result<Self> {
        let instance = format!("{name}-{}", secret::random_hex(6));
        Ok(Self {
            folder: PostgresUser::find()?.new_folder(&instance)?,
            log: inside("log")?.join(format!("postgres-{instance}.log")),
            port: ports::free_port(),
            password,
            extra: Vec::new(),
            process: None,
            instance,
        })
    }

    fn initdb(&self, user: PostgresUser) -> Result<Command> {
        // On the command line every user of the machine could read it.
        secret::write(&self.password_file(), self.password.as_bytes())?;
        if let PostgresUser::Debian { uid, gid } = user {
            std::os::unix::fs::chown(self.password_file(), Some(uid), Some(gid))?;
        }
        let as_user = user.command(&postgres_programs()?.join("initdb"));
        let mut command = in_own_session(&as_user);
        command
            .args([
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
            ])
            .args(["--username", USER, "--pwfile"])
            .arg(self.password_file())
            .arg(self.data());
        Ok(command)
    }

    fn password_file(&self) -> PathBuf {
        self.folder.join("password")
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    pub(crate) fn has_its_data(&self) -> bool {
        self.data().join("PG_VERSION").exists()
    }

    /// How to reach it, whether it runs or not.
    pub(crate) fn handle(&self) -> Result<Postgres> {
        Postgres::at(&self.admin_url())
    }

    fn admin_url(&self) -> String {
        self.admin_url_at(self.port)
    }

    fn admin_url_at(&self, port: u16) -> String {
        let password = &self.password;
        format!("postgres://{USER}:{password}@127.0.0.1:{port}/postgres")
    }

    /// Whether our own process runs and takes connections.
    pub(crate) async fn answers(&self) -> bool {
        self.process().is_some() && self.accepts_us().await.is_ok()
    }

    async fn accepts_us(&self) -> Result<()> {
        let client = connect(&self.admin_url()).await?;
        client.batch_execute("select 1").await?;
        Ok(())
    }

    /// Takes another port where somebody else has taken ours meanwhile.
    pub(crate) fn avoid_taken_port(&mut self) {
        if !ports::is_free(self.port) {
            self.port = ports::free_port();
        }
    }

    async fn spawn_and_wait(&self) -> Result<Running> {
        let mut child = self.command()?.spawn().context("cannot start PostgreSQL")?;
        let process = Running::note(child.id(), &self.instance).context("it ended at once")?;
        let mut waiting = Waiting::new(START, "an answer");
        while let Err(error) = self.accepts_us().await {
            if let Some(status) = child.try_wait()? {
                bail!("it ended with {status}");
            }
            if let Err(late) = waiting.saw(error).await {
                process.kill().await?;
                return Err(late);
            }
        }
        Ok(process)
    }

    fn command(&self) -> Result<Command> {
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.log)?;
        let program = postgres_programs()?.join("postgres");
        let mut command = in_own_session(&PostgresUser::find()?.command(&program));
        command
            .arg("-D")
            .arg(self.data())
            .args(["-p", &self.port.to_string()]);
        let extra = self.extra.iter().map(String::as_str);
        for setting in SETTINGS.into_iter().chain(extra) {
            command.args(["-c", setting]);
        }
        command
            .env(MARKER, &self.instance)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        Ok(command)
    }
}

/// In a session of its own a program outlives the test, and Ctrl-C in the terminal.
fn in_own_session(inner: &Command) -> Command {
    let mut command = Command::new("setsid");
    command
        .arg(inner.get_program())
        .args(inner.get_args())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("LANG", "C.UTF-8")
        .current_dir("/");
    command
}

impl Engine for Server {
    const NAME: &'static str = "postgres";

    fn instance(&self) -> &str {
        &self.instance
    }

    fn port(&self) -> u16 {
        self.port
    }

    fn process(&self) -> Option<&Running> {
        self.process.as_ref().filter(|process| process.is_alive())
    }

    async fn start(&mut self) -> Result<()> {
        let what = format!("PostgreSQL to start, see {}", self.log.display());
        let mut waiting = Waiting::new(START, &what);
        loop {
            // After a kill the old backends hold the shared memory until they notice, and the
            // first start is refused.
            match self.spawn_and_wait().await {
                Ok(process) => {
                    self.process = Some(process);
                    return Ok(());
                }
                Err(error) => waiting.saw(error).await.with_context(|| tail(&self.log))?,
            }
        }
    }

    async fn stop(&mut self, how: Stop) -> Result<()> {
        if let Some(process) = self.process.take() {
            match how {
                // Fast shutdown: clients are disconnected, data is checkpointed.
                Stop::Clean => process.end(Signal::INT, CLEAN_END).await?,
                Stop::Kill => process.kill().await?,
            }
        }
        Ok(())
    }

    fn remove(&self) -> Result<()> {
        folder::remove(&self.folder)
    }
}
