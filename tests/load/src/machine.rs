//! What the figures were taken on. A rate without its machine is a rumour.

use std::fmt::{self, Display};
use std::fs;
use std::process::Command;

use anyhow::Result;
use serde::Serialize;

/// The machine and what ran on it.
#[derive(Debug, Clone, Serialize)]
pub struct Machine {
    /// Processors that may be used.
    pub cores: usize,
    /// The processor's name.
    pub processor: String,
    /// Memory in MiB.
    pub memory_mib: u64,
    /// The kernel's release.
    pub kernel: String,
    /// PostgreSQL's version.
    pub postgres: String,
    /// RabbitMQ's version, by Debian's package.
    pub rabbitmq: String,
    /// The compiler on this machine.
    pub rustc: String,
    /// `debug` or `release`, of generator and services alike.
    pub profile: &'static str,
}

impl Machine {
    /// Asks the machine.
    pub(crate) async fn ask(sql: &tokio_postgres::Client) -> Result<Self> {
        let server_version = sql.query_one("show server_version", &[]).await?;
        Ok(Self {
            cores: std::thread::available_parallelism()?.get(),
            processor: field("/proc/cpuinfo", "model name"),
            memory_mib: field("/proc/meminfo", "MemTotal")
                .trim_end_matches(" kB")
                .parse::<u64>()
                .map_or(0, |kib| kib / 1024),
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease")
                .unwrap_or_default()
                .trim()
                .to_owned(),
            postgres: server_version.get(0),
            rabbitmq: said("dpkg-query", &["-W", "-f", "${Version}", "rabbitmq-server"]),
            rustc: said("rustc", &["--version"]),
            profile: if cfg!(debug_assertions) {
                "debug"
            } else {
                "release"
            },
        })
    }
}

impl Display for Machine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} cores of {}, {} MiB, Linux {}, PostgreSQL {}, RabbitMQ {}, {}, {}",
            self.cores,
            self.processor,
            self.memory_mib,
            self.kernel,
            self.postgres,
            self.rabbitmq,
            self.rustc,
            self.profile
        )
    }
}

/// The process of the shared RabbitMQ; `None` when it is somebody else's.
pub(crate) fn rabbitmq_pid() -> Result<Option<u32>> {
    if std::env::var_os("AMQP_URL").is_some() {
        return Ok(None);
    }
    let pid = stand::status()?.iter().find_map(|line| {
        let rest = line.strip_prefix("rabbitmq: runs as process ")?;
        rest.split(' ').next()?.parse().ok()
    });
    Ok(pid)
}

fn field(path: &str, name: &str) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let value = text.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        (found.trim() == name).then(|| value.trim().to_owned())
    });
    value.unwrap_or_default()
}

/// What a program printed; "unknown" where it is not installed.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let text = output.ok().filter(|output| output.status.success());
    text.and_then(|output| String::from_utf8(output.stdout).ok())
        .map_or_else(|| "unknown".to_owned(), |text| text.trim().to_owned())
}
