//! The four services as processes that can be started, ended and asked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use super::{Plan, Service};
use crate::process::Process;

/// Longer than a debug binary needs on a busy machine of two cores.
const START: Duration = Duration::from_secs(60);

/// The four services, or those of them that run at the moment. Dropping it kills them.
pub struct Fleet {
    /// What they are told; a change holds from the next start of a service on.
    pub plan: Plan,
    logs: PathBuf,
    running: BTreeMap<Service, Process>,
}

impl Fleet {
    /// Starts all four and waits until they are ready. Each logs to `<logs>/<service>.log`.
    ///
    /// # Errors
    /// When one ends instead, with its last words, or is not ready in time.
    pub async fn start(plan: Plan, logs: &Path) -> Result<Self> {
        let mut fleet = Self {
            plan,
            logs: logs.to_owned(),
            running: BTreeMap::new(),
        };
        for service in Service::ALL {
            fleet.spawn(service)?;
        }
        for service in Service::ALL {
            fleet.wait_ready(service).await?;
        }
        Ok(fleet)
    }

    /// Starts one service without waiting for it.
    ///
    /// # Errors
    /// When its binary has not been built.
    pub fn spawn(&mut self, service: Service) -> Result<()> {
        let environment = self.plan.environment(service);
        let process = Process::spawn(service.name(), &[], &environment, &self.log(service))?;
        self.running.insert(service, process);
        Ok(())
    }

    /// Waits until a started service is ready.
    ///
    /// # Errors
    /// When it ends instead, or is not ready in time.
    pub async fn wait_ready(&mut self, service: Service) -> Result<()> {
        let ready = format!("{}/readyz", self.plan.admin_url(service));
        self.process_mut(service)?.wait_ready(&ready, START).await
    }

    /// Starts one service and waits until it is ready.
    ///
    /// # Errors
    /// As [`Fleet::spawn`] and [`Fleet::wait_ready`].
    pub async fn start_one(&mut self, service: Service) -> Result<()> {
        self.spawn(service)?;
        self.wait_ready(service).await
    }

    /// Ends one service as a power cut would.
    ///
    /// # Errors
    /// When it does not run.
    pub async fn kill_9(&mut self, service: Service) -> Result<()> {
        self.process_mut(service)?.kill_9()?;
        self.wait(service).await.map(drop)
    }

    /// Asks one service to stop, and waits until it has.
    ///
    /// # Errors
    /// When it does not stop in time, or not with exit code 0.
    pub async fn stop(&mut self, service: Service) -> Result<()> {
        self.process_mut(service)?.sigterm()?;
        let status = self.wait(service).await?;
        ensure!(status.success(), "{} stopped with {status}", service.name());
        Ok(())
    }

    /// Waits until one service has ended by itself.
    ///
    /// # Errors
    /// When it is still there after a minute.
    pub async fn wait(&mut self, service: Service) -> Result<ExitStatus> {
        let status = self.process_mut(service)?.wait(START).await?;
        self.running.remove(&service);
        Ok(status)
    }

    /// A running service's process.
    ///
    /// # Errors
    /// When it does not run.
    pub fn process(&self, service: Service) -> Result<&Process> {
        self.running
            .get(&service)
            .with_context(|| format!("{} does not run", service.name()))
    }

    fn process_mut(&mut self, service: Service) -> Result<&mut Process> {
        self.running
            .get_mut(&service)
            .with_context(|| format!("{} does not run", service.name()))
    }

    /// Where a service logs to.
    #[must_use]
    pub fn log(&self, service: Service) -> PathBuf {
        self.logs.join(format!("{}.log", service.name()))
    }
}
