//! The services as processes that can be started, ended and asked: one of each, or several.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use super::{Plan, Ports, Service};
use crate::process::Process;

/// Longer than a debug binary needs on a busy machine of two cores.
const START: Duration = Duration::from_secs(60);

/// One process of a service. The first has the number 0, and is what a service alone means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Replica {
    /// Of which service.
    pub service: Service,
    /// Never given twice in one fleet.
    pub number: usize,
}

impl From<Service> for Replica {
    fn from(service: Service) -> Self {
        Self { service, number: 0 }
    }
}

impl Replica {
    /// The service's name, with the number behind it when it is not the first.
    #[must_use]
    pub fn name(self) -> String {
        match self.number {
            0 => self.service.name().to_owned(),
            number => format!("{}-{number}", self.service.name()),
        }
    }
}

/// A process, and where it listens.
struct Member {
    process: Process,
    ports: Ports,
}

/// The services, or those of them that run at the moment. Dropping it kills them.
pub struct Fleet {
    /// What they are told; a change holds from the next start of a service on.
    pub plan: Plan,
    /// Where the binaries of whatever is started next lie; `None`: beside the program that asks.
    pub binaries: Option<PathBuf>,
    logs: PathBuf,
    running: BTreeMap<Replica, Member>,
    added: usize,
}

impl Fleet {
    /// Nobody runs yet. Each will log to `<logs>/<name>.log`.
    #[must_use]
    pub fn new(plan: Plan, logs: &Path) -> Self {
        Self {
            plan,
            binaries: None,
            logs: logs.to_owned(),
            running: BTreeMap::new(),
            added: 0,
        }
    }

    /// Starts one of each and waits until they are ready.
    ///
    /// # Errors
    /// When one ends instead, with its last words, or is not ready in time.
    pub async fn start(plan: Plan, logs: &Path) -> Result<Self> {
        let mut fleet = Self::new(plan, logs);
        fleet.start_all().await?;
        Ok(fleet)
    }

    /// Starts one of each, where the world looks for it, and waits until they are ready.
    ///
    /// # Errors
    /// As [`Fleet::start`].
    pub async fn start_all(&mut self) -> Result<()> {
        for service in Service::ALL {
            self.spawn(service)?;
        }
        for service in Service::ALL {
            self.wait_ready(service).await?;
        }
        Ok(())
    }

    /// Starts one service without waiting for it.
    ///
    /// # Errors
    /// When its binary has not been built.
    pub fn spawn(&mut self, service: Service) -> Result<()> {
        let ports = self.plan.ports(service);
        self.spawn_at(service.into(), ports)
    }

    /// Starts one more process of a service, on ports of its own, without waiting for it.
    ///
    /// # Errors
    /// When its binary has not been built.
    pub fn add(&mut self, service: Service) -> Result<Replica> {
        self.added += 1;
        let number = self.added;
        let replica = Replica { service, number };
        self.spawn_at(replica, Ports::free(service))?;
        Ok(replica)
    }

    fn spawn_at(&mut self, replica: Replica, ports: Ports) -> Result<()> {
        let (name, log) = (replica.service.name(), self.log(replica));
        let told = self.plan.environment_at(replica.service, ports);
        let process = match &self.binaries {
            Some(folder) => Process::spawn_from(folder, name, &[], &told, &log)?,
            None => Process::spawn(name, &[], &told, &log)?,
        };
        self.running.insert(replica, Member { process, ports });
        Ok(())
    }

    /// Waits until a process that was started is ready.
    ///
    /// # Errors
    /// When it ends instead, or is not ready in time.
    pub async fn wait_ready(&mut self, replica: impl Into<Replica>) -> Result<()> {
        let member = self.member_mut(replica)?;
        let ready = format!("{}/readyz", member.ports.admin_url());
        member.process.wait_ready(&ready, START).await
    }

    /// Starts one service and waits until it is ready.
    ///
    /// # Errors
    /// As [`Fleet::spawn`] and [`Fleet::wait_ready`].
    pub async fn start_one(&mut self, service: Service) -> Result<()> {
        self.spawn(service)?;
        self.wait_ready(service).await
    }

    /// Ends one process as a power cut would.
    ///
    /// # Errors
    /// When it does not run.
    pub async fn kill_9(&mut self, replica: impl Into<Replica>) -> Result<()> {
        let replica = replica.into();
        self.process(replica)?.kill_9()?;
        self.wait(replica).await.map(drop)
    }

    /// Asks one process to stop, and waits until it has.
    ///
    /// # Errors
    /// When it does not stop in time, or not with exit code 0.
    pub async fn stop(&mut self, replica: impl Into<Replica>) -> Result<()> {
        let replica = replica.into();
        self.process(replica)?.sigterm()?;
        let status = self.wait(replica).await?;
        ensure!(status.success(), "{} stopped with {status}", replica.name());
        Ok(())
    }

    /// Asks every process to stop, one after the other, and waits until it has.
    ///
    /// # Errors
    /// As [`Fleet::stop`].
    pub async fn stop_all(&mut self) -> Result<()> {
        for replica in self.replicas() {
            self.stop(replica).await?;
        }
        Ok(())
    }

    /// Waits until one process has ended by itself.
    ///
    /// # Errors
    /// When it is still there after a minute.
    pub async fn wait(&mut self, replica: impl Into<Replica>) -> Result<ExitStatus> {
        let replica = replica.into();
        let status = self.member_mut(replica)?.process.wait(START).await?;
        self.running.remove(&replica);
        Ok(status)
    }

    /// Everything that runs.
    #[must_use]
    pub fn replicas(&self) -> Vec<Replica> {
        self.running.keys().copied().collect()
    }

    /// What runs of one service.
    #[must_use]
    pub fn replicas_of(&self, service: Service) -> Vec<Replica> {
        let of_it = self.running.keys().filter(|one| one.service == service);
        of_it.copied().collect()
    }

    /// A running process.
    ///
    /// # Errors
    /// When it does not run.
    pub fn process(&self, replica: impl Into<Replica>) -> Result<&Process> {
        self.member(replica.into()).map(|member| &member.process)
    }

    /// Where a running process listens.
    ///
    /// # Errors
    /// When it does not run.
    pub fn ports(&self, replica: impl Into<Replica>) -> Result<Ports> {
        self.member(replica.into()).map(|member| member.ports)
    }

    /// Where a process logs to.
    #[must_use]
    pub fn log(&self, replica: impl Into<Replica>) -> PathBuf {
        self.logs.join(format!("{}.log", replica.into().name()))
    }

    /// The folder of all logs.
    #[must_use]
    pub fn logs(&self) -> &Path {
        &self.logs
    }

    fn member(&self, replica: Replica) -> Result<&Member> {
        let member = self.running.get(&replica);
        member.with_context(|| format!("{} does not run", replica.name()))
    }

    fn member_mut(&mut self, replica: impl Into<Replica>) -> Result<&mut Member> {
        let replica = replica.into();
        let member = self.running.get_mut(&replica);
        member.with_context(|| format!("{} does not run", replica.name()))
    }
}
