//! A service inside a test: the same steps as a process, without signals and without `exit`.

use std::future::Future;
use std::net::SocketAddr;

use anyhow::{Context as _, bail};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::Service;
use super::launch::{Addresses, launch};
use super::supervise::Verdict;
use crate::settings::{Env, ProcessSettings, Settings};
use crate::telemetry;

/// A service that runs in this process. Dropping it tells it to stop and does not wait.
pub struct Running {
    /// Where `/livez`, `/readyz` and `/metrics` answer.
    pub admin: SocketAddr,
    /// Where it serves, in the order of its calls of `http`.
    pub listening: Vec<SocketAddr>,
    stopping: DropGuard,
    life: JoinHandle<anyhow::Result<Verdict>>,
}

impl Running {
    /// The first address it serves at.
    ///
    /// # Panics
    /// When it serves none.
    pub fn address(&self) -> SocketAddr {
        *self.listening.first().expect("the service called `http`")
    }

    /// Stops as SIGTERM would, and waits; an error when SIGTERM would have ended in 1.
    pub async fn stop(self) -> anyhow::Result<()> {
        drop(self.stopping);
        ended(self.life.await)
    }

    /// Waits for the service to end by itself, as a process would with 1.
    pub async fn ended(self) -> anyhow::Result<()> {
        let Self { life, stopping, .. } = self;
        let result = life.await;
        drop(stopping);
        ended(result)
    }
}

fn ended(life: Result<anyhow::Result<Verdict>, tokio::task::JoinError>) -> anyhow::Result<()> {
    match life.context("the service panicked")?? {
        Verdict::Finished => Ok(()),
        Verdict::Failed => bail!("a task of the service failed"),
    }
}

/// Starts a service with the settings of `env`, and returns once `start` has returned.
pub async fn start_in_process<S, F, Fut>(
    name: &'static str,
    mut env: Env,
    start: F,
) -> anyhow::Result<Running>
where
    S: Settings,
    F: FnOnce(Service<S>) -> Fut + Send + 'static,
    Fut: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let process = ProcessSettings::read::<S>(&mut env);
    let settings = S::read(&mut env);
    let (Some(process), Some(settings)) = (process, settings) else {
        bail!("bad settings: {}", env.errors().join("; "));
    };
    telemetry::start_logs(name, &process.telemetry);
    let stopping = CancellationToken::new();
    let (up, addresses) = oneshot::channel();
    let life = launch(name, process, settings, stopping.clone(), up, start);
    let life = tokio::spawn(life);
    match addresses.await {
        Ok(Addresses { admin, listening }) => Ok(Running {
            admin,
            listening,
            stopping: stopping.drop_guard(),
            life,
        }),
        Err(_never_started) => {
            ended(life.await)?;
            bail!("the service stopped before it had started")
        }
    }
}
