//! One RabbitMQ of ours: its folder, its ports, its password and, while it runs, its processes.
//!
//! Nothing is shared with a RabbitMQ of the system: not the node's name, nor the cookie (it lies
//! in `HOME`, which is ours), nor epmd, Erlang's own directory of nodes, which we start ourselves
//! so that it is known and can be stopped.

mod configuration;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use rustix::process::Signal;
use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;

use super::RabbitMq;
use crate::engine::{Engine, Stop};
use crate::eventually::Waiting;
use crate::folder::{self, inside, tail};
use crate::packages::RABBITMQ_PROGRAMS;
use crate::running::{MARKER, Running};
use crate::{ports, secret};
pub(crate) use configuration::Membership;
use configuration::{CERTIFICATE, KEY};

/// 3 to 4.5 s on idle cores; two cores busy compiling make it many times slower.
const START: Duration = Duration::from_secs(120);

/// A few milliseconds; bounded all the same.
const EPMD_START: Duration = Duration::from_secs(20);

/// 6 to 7.5 s on idle cores.
const CLEAN_END: Duration = Duration::from_secs(60);

const USER: &str = "tixian";

/// What is written down about a broker, with its password: for files of mode 600.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Server {
    instance: String,
    folder: PathBuf,
    ports: Ports,
    password: String,
    node: Option<Running>,
    epmd: Option<Running>,
    /// Of a node that has others beside it.
    membership: Option<Membership>,
    /// Whether clients reach it under TLS, and in no other way.
    #[serde(default)]
    tls: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Ports {
    amqp: u16,
    management: u16,
    distribution: u16,
    epmd: u16,
}

impl Ports {
    fn free() -> Self {
        Self {
            amqp: ports::free_port(),
            management: ports::free_port(),
            distribution: ports::free_port(),
            epmd: ports::free_port(),
        }
    }

    fn are_free(&self) -> bool {
        [self.amqp, self.management, self.distribution, self.epmd]
            .into_iter()
            .all(ports::is_free)
    }
}

impl Server {
    /// Makes the folder of a new broker; [`start`](Self::start) starts it.
    pub(crate) fn create(name: &str) -> Result<Self> {
        let instance = format!("{name}-{}", secret::random_hex(6));
        let server = Self {
            folder: inside(&format!("rabbitmq-{instance}"))?,
            ports: Ports::free(),
            password: secret::random_hex(16),
            node: None,
            epmd: None,
            membership: None,
            tls: false,
            instance,
        };
        Ok(server)
    }

    /// Clients reach it under TLS alone, with this certificate, before its first start.
    pub(crate) fn demand_tls(&mut self, certificate: &str, key: &str) -> Result<()> {
        secret::write(&self.folder.join(CERTIFICATE), certificate.as_bytes())?;
        secret::write(&self.folder.join(KEY), key.as_bytes())?;
        self.tls = true;
        Ok(())
    }

    pub(crate) fn has_its_folder(&self) -> bool {
        self.folder.is_dir()
    }

    /// How to reach it, whether it runs or not.
    pub(crate) fn handle(&self) -> Result<RabbitMq> {
        self.handle_at(self.ports.amqp, self.ports.management)
    }

    /// How to reach it through other ports than its own.
    pub(crate) fn handle_at(&self, amqp: u16, management: u16) -> Result<RabbitMq> {
        let (scheme, host) = if self.tls {
            // A certificate is for a name.
            ("amqps", "localhost")
        } else {
            ("amqp", "127.0.0.1")
        };
        let amqp = format!("{scheme}://{USER}:{}@{host}:{amqp}/%2f", self.password);
        let management = format!("http://127.0.0.1:{management}");
        RabbitMq::at(&amqp, Some(&management))
    }

    /// Whether our own process runs and takes connections.
    pub(crate) async fn answers(&self) -> bool {
        self.process().is_some() && self.serves().await.is_ok()
    }

    async fn serves(&self) -> Result<()> {
        self.handle()?.management().answers().await?;
        // The broker opens its AMQP port last, after the plug-ins.
        TcpStream::connect(("127.0.0.1", self.ports.amqp)).await?;
        Ok(())
    }

    /// Takes other ports where somebody else has taken ours meanwhile.
    pub(crate) fn avoid_taken_ports(&mut self) {
        if !self.ports.are_free() {
            self.ports = Ports::free();
        }
    }

    async fn spawn_and_wait(&self) -> Result<()> {
        let log = self.folder.join("log/start.log");
        let what = format!(
            "RabbitMQ to start, see {}",
            self.folder.join("log").display()
        );
        let mut starter = self
            .command(&log)?
            .spawn()
            .context("cannot start RabbitMQ")?;
        let mut waiting = Waiting::new(START, &what);
        while let Err(error) = self.serves().await {
            if let Some(status) = starter.try_wait()? {
                bail!("RabbitMQ ended with {status}: {}", tail(&log));
            }
            waiting.saw(error).await.with_context(|| tail(&log))?;
        }
        Ok(())
    }

    /// The node itself; what we have spawned is the script that waits for it.
    fn note_node(&self) -> Option<Running> {
        let pid = fs::read_to_string(self.folder.join("pid"))
            .ok()?
            .trim()
            .parse()
            .ok()?;
        Running::note(pid, &self.instance).filter(Running::is_alive)
    }

    async fn start_epmd(&mut self) -> Result<()> {
        if self.membership.is_some() || self.epmd.as_ref().is_some_and(Running::is_alive) {
            return Ok(());
        }
        let mut epmd = self.in_own_session("epmd");
        epmd.args([
            "-address",
            "127.0.0.1",
            "-port",
            &self.ports.epmd.to_string(),
        ]);
        let child = epmd.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        self.epmd = Running::note(child.id(), &self.instance);
        let mut waiting = Waiting::new(EPMD_START, "epmd to listen");
        while let Err(error) = TcpStream::connect(("127.0.0.1", self.ports.epmd)).await {
            waiting.saw(error).await?;
        }
        Ok(())
    }

    fn command(&self, log: &Path) -> Result<Command> {
        let log = fs::OpenOptions::new().create(true).append(true).open(log)?;
        let program = Path::new(RABBITMQ_PROGRAMS).join("rabbitmq-server");
        if !program.exists() {
            bail!("no RabbitMQ under {RABBITMQ_PROGRAMS}: run `make setup`");
        }
        let mut command = self.in_own_session(program);
        let folder = |name: &str| self.folder.join(name);
        command
            .env("RABBITMQ_NODENAME", self.node_name())
            .env("RABBITMQ_DIST_PORT", self.ports.distribution.to_string())
            .env("RABBITMQ_MNESIA_BASE", folder("mnesia"))
            .env("RABBITMQ_LOG_BASE", folder("log"))
            .env("RABBITMQ_CONFIG_FILE", folder("rabbitmq.conf"))
            .env("RABBITMQ_ADVANCED_CONFIG_FILE", folder("advanced.config"))
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", folder("enabled_plugins"))
            // An empty file keeps the system's out.
            .env("RABBITMQ_CONF_ENV_FILE", folder("environment.conf"))
            .env("RABBITMQ_GENERATED_CONFIG_DIR", folder("generated"))
            .env("RABBITMQ_FEATURE_FLAGS_FILE", folder("feature_flags"))
            .env("RABBITMQ_PID_FILE", folder("pid"))
            .env(
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                "-kernel inet_dist_use_interface {127,0,0,1}",
            )
            .stdout(log.try_clone()?)
            .stderr(log);
        // They mean a port without TLS, and go before what the file says.
        if !self.tls {
            command
                .env("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1")
                .env("RABBITMQ_NODE_PORT", self.ports.amqp.to_string());
        }
        Ok(command)
    }

    /// In a session of its own it outlives the test, and Ctrl-C in the terminal.
    fn in_own_session(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new("setsid");
        command
            .arg(program)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("LANG", "C.UTF-8")
            .env("HOME", &self.folder)
            .env("ERL_EPMD_PORT", self.ports.epmd.to_string())
            .env("ERL_EPMD_ADDRESS", "127.0.0.1")
            .env(MARKER, &self.instance)
            .current_dir(&self.folder)
            .stdin(Stdio::null());
        command
    }

    /// Forgets every message, queue, exchange and virtual host of a broker that does not run.
    pub(crate) fn forget_everything(&self) -> Result<()> {
        folder::remove(&self.folder.join("mnesia"))
    }
}

impl Engine for Server {
    const NAME: &'static str = "rabbitmq";

    fn instance(&self) -> &str {
        &self.instance
    }

    fn port(&self) -> u16 {
        self.ports.amqp
    }

    fn process(&self) -> Option<&Running> {
        self.node.as_ref().filter(|node| node.is_alive())
    }

    async fn start(&mut self) -> Result<()> {
        self.write_configuration()?;
        self.start_epmd().await?;
        let started = self.spawn_and_wait().await;
        self.node = self.note_node();
        if started.is_err() {
            self.stop(Stop::Kill).await?;
        }
        started
    }

    async fn stop(&mut self, how: Stop) -> Result<()> {
        // One whose start was cut short has written down its process itself.
        if let Some(node) = self.node.take().or_else(|| self.note_node()) {
            match how {
                Stop::Clean => node.end(Signal::TERM, CLEAN_END).await?,
                Stop::Kill => node.kill().await?,
            }
        }
        if let Some(epmd) = self.epmd.take() {
            // It keeps nothing on disk, and has no other way to be stopped.
            epmd.kill().await?;
        }
        Ok(())
    }

    fn remove(&self) -> Result<()> {
        folder::remove(&self.folder)
    }
}
