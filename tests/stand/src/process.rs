//! One of our real binaries as a process of its own, with nothing in its environment but what
//! the test says; and now and then somebody else's.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::eventually::Waiting;
use crate::folder::tail;
use crate::running::{MARKER, Running, Stat};

/// A running binary. It is killed when this value is dropped, and with its test when that is
/// killed: it stays in the test's process group.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `target/<profile>/<name>`. Of our own environment it gets `PATH` and `HOME` alone;
    /// what it prints is appended to `log`.
    ///
    /// # Errors
    /// When the binary has not been built, or `log` cannot be written.
    pub fn spawn(
        name: &str,
        arguments: &[&str],
        environment: &BTreeMap<String, String>,
        log: &Path,
    ) -> Result<Self> {
        Self::start(name, &binary(name)?, arguments, environment, log)
    }

    /// [`Process::spawn`] for a program that is not ours.
    ///
    /// # Errors
    /// When it is not there, or `log` cannot be written.
    pub fn spawn_installed(program: &Path, arguments: &[&str], log: &Path) -> Result<Self> {
        let name = program.display().to_string();
        Self::start(&name, program, arguments, &BTreeMap::new(), log)
    }

    /// [`Process::spawn`] for a binary of ours that lies elsewhere: another release's.
    ///
    /// # Errors
    /// When it is not there, or `log` cannot be written.
    pub fn spawn_from(
        folder: &Path,
        name: &str,
        arguments: &[&str],
        environment: &BTreeMap<String, String>,
        log: &Path,
    ) -> Result<Self> {
        Self::start(name, &folder.join(name), arguments, environment, log)
    }

    fn start(
        name: &str,
        program: &Path,
        arguments: &[&str],
        environment: &BTreeMap<String, String>,
        log: &Path,
    ) -> Result<Self> {
        let child = command(program, arguments, environment, log)?
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        Ok(Self {
            name: name.to_owned(),
            child,
            log: log.to_owned(),
        })
    }

    /// The process's id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The last lines it printed.
    #[must_use]
    pub fn log_tail(&self) -> String {
        tail(&self.log)
    }

    /// Waits until `GET url` answers with a success, as `/readyz` does once everything stands.
    ///
    /// # Errors
    /// When the process ends instead, or the deadline is over; with its last words.
    pub async fn wait_ready(&mut self, url: &str, deadline: Duration) -> Result<()> {
        let client = prober()?;
        let what = format!("{} to be ready at {url}", self.name);
        let mut waiting = Waiting::new(deadline, &what);
        while let Err(error) = success(&client, url).await {
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended with {status}: {}", self.name, tail(&self.log));
            }
            waiting.saw(error).await.with_context(|| tail(&self.log))?;
        }
        Ok(())
    }

    /// Asks it to finish what it has taken and to end.
    ///
    /// # Errors
    /// When it cannot be signalled.
    pub fn sigterm(&self) -> Result<()> {
        self.signal(Signal::TERM)
    }

    /// Ends it as a power cut would.
    ///
    /// # Errors
    /// When it cannot be signalled.
    pub fn kill_9(&self) -> Result<()> {
        self.signal(Signal::KILL)
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        let pid = i32::try_from(self.pid()).ok().and_then(Pid::from_raw);
        // Until we wait for our child, the kernel gives its id to nobody else.
        kill_process(pid.context("a child has no process id")?, signal)
            .with_context(|| format!("cannot signal {}", self.name))
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// When the deadline is over; with its last words.
    pub async fn wait(&mut self, deadline: Duration) -> Result<ExitStatus> {
        let what = format!("the end of {}", self.name);
        let mut waiting = Waiting::new(deadline, &what);
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            waiting
                .saw("it lives")
                .await
                .with_context(|| tail(&self.log))?;
        }
    }

    /// Resident memory, in KiB; `None` once it has ended.
    #[must_use]
    pub fn rss_kib(&self) -> Option<u64> {
        rss_kib(self.pid())
    }

    /// CPU used since its start, by user and system; `None` once it has been waited for.
    #[must_use]
    pub fn cpu_time(&self) -> Option<Duration> {
        cpu_time(self.pid())
    }
}

/// A binary of ours that outlives us: in a session of its own, so that neither our end nor Ctrl-C
/// in the terminal is its end. It is found again by `marker`.
pub(crate) fn spawn_detached(
    name: &str,
    arguments: &[&str],
    environment: &BTreeMap<String, String>,
    log: &Path,
    marker: &str,
) -> Result<Running> {
    let program = binary(name)?.display().to_string();
    let arguments: Vec<&str> = [program.as_str()]
        .iter()
        .chain(arguments)
        .copied()
        .collect();
    // It becomes the program, under the same process id.
    let child = command(Path::new("setsid"), &arguments, environment, log)?
        .env(MARKER, marker)
        .current_dir("/")
        .spawn()
        .with_context(|| format!("cannot start {name}"))?;
    Running::note(child.id(), marker).with_context(|| format!("{name} ended at once"))
}

fn command(
    program: &Path,
    arguments: &[&str],
    environment: &BTreeMap<String, String>,
    log: &Path,
) -> Result<Command> {
    let output = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(log)
        .with_context(|| format!("cannot write {}", log.display()))?;
    let kept = ["PATH", "HOME"]
        .into_iter()
        .filter_map(|name| Some((name, env::var_os(name)?)));
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env_clear()
        .envs(kept)
        .envs(environment)
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output);
    Ok(command)
}

impl Drop for Process {
    fn drop(&mut self) {
        // Neither can fail for a child of ours; one that has ended already is only reaped.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A client for asking whether something is ready.
pub(crate) fn prober() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(2))
        .redirect(reqwest::redirect::Policy::none())
        .build()
}

pub(crate) async fn success(client: &reqwest::Client, url: &str) -> reqwest::Result<()> {
    client.get(url).send().await?.error_for_status().map(drop)
}

/// Resident memory of any process, in KiB.
#[must_use]
pub fn rss_kib(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// CPU used by any process since its start, by user and system.
#[must_use]
pub fn cpu_time(pid: u32) -> Option<Duration> {
    let per_second = rustix::param::clock_ticks_per_second();
    Some(Duration::from_millis(
        Stat::read(pid)?.cpu * 1_000 / per_second,
    ))
}

/// The path of one of our binaries: in `STAND_BIN_DIR`, else beside the program that asks.
///
/// # Errors
/// When it has not been built.
pub fn binary(name: &str) -> Result<PathBuf> {
    let path = match env::var_os("STAND_BIN_DIR") {
        Some(folder) => Some(PathBuf::from(folder).join(name)).filter(|path| path.is_file()),
        // A test lies in `target/<profile>/deps`, a binary in `target/<profile>`.
        None => env::current_exe()?
            .ancestors()
            .skip(1)
            .take(2)
            .map(|folder| folder.join(name))
            .find(|path| path.is_file()),
    };
    path.with_context(|| format!("no binary `{name}`: run `cargo build --workspace --bins`"))
}
