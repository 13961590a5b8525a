//! The steps that a process and a test have in common, from settings to the end of supervision.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use store::{Store, StoreError, schema};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::Service;
use super::admin;
use super::supervise::{Supervisor, Tasks, Verdict};
use crate::amqp::Link;
use crate::backoff::{self, Backoff};
use crate::readiness::Readiness;
use crate::settings::ProcessSettings;
use crate::telemetry;

/// Where a service can be reached once it has started.
#[derive(Debug, Clone)]
pub(super) struct Addresses {
    pub(super) admin: SocketAddr,
    pub(super) listening: Vec<SocketAddr>,
}

/// Runs a service until `stopping`; `up` hears where it is reached once it has started.
pub(super) async fn launch<S, F, Fut>(
    name: &'static str,
    process: ProcessSettings,
    settings: S,
    stopping: CancellationToken,
    up: oneshot::Sender<Addresses>,
    start: F,
) -> anyhow::Result<Verdict>
where
    S: Send + Sync + 'static,
    F: FnOnce(Service<S>) -> Fut,
    Fut: Future<Output = anyhow::Result<()>>,
{
    crate::trace::start(name, &process.traces)?;
    // Metrics first: a counter that is used before the recorder is there is lost.
    telemetry::metrics();
    let database = &process.database;
    let store = Store::at(database.address.clone(), database.pool_size, name)
        .context("the database settings cannot be used")?;
    let readiness = Readiness::default();
    let admin_stop = CancellationToken::new();
    // Before the database is waited for: a service that waits is alive and says it is not ready.
    let admin = admin::serve(
        process.admin.listen,
        store.clone(),
        readiness.clone(),
        stopping.clone(),
        admin_stop.clone(),
    )
    .await?;
    let _admin_ends_last = admin_stop.drop_guard();
    if !wait_for_schema(&store, &stopping).await? {
        return Ok(Verdict::Finished);
    }
    let grace = process.shutdown_grace;
    let (tasks, supervisor) = Tasks::new();
    let consuming = process.messaging.as_ref().map(|messaging| {
        let broker = messaging.broker.clone();
        Arc::new(Link::new(broker, format!("{name} consume")))
    });
    let service = Service {
        name,
        settings: Arc::new(settings),
        store,
        tasks,
        stopping: stopping.clone(),
        readiness: readiness.clone(),
        process: Arc::new(process),
        consuming: consuming.clone(),
    };
    let started = tokio::select! {
        biased;
        () = stopping.cancelled() => Ok(()),
        started = start(service) => started,
    };
    if let Err(error) = started {
        stopping.cancel();
        supervisor.watch(&stopping, grace).await;
        return Err(error.context("the service could not start"));
    }
    readiness.started();
    let listening = readiness.listening();
    // Nobody listens when the service runs as a process.
    let _ = up.send(Addresses { admin, listening });
    Ok(supervise(supervisor, &stopping, grace, consuming.as_deref()).await)
}

async fn supervise(
    supervisor: Supervisor,
    stopping: &CancellationToken,
    grace: std::time::Duration,
    consuming: Option<&Link>,
) -> Verdict {
    tracing::info!("started");
    let verdict = supervisor.watch(stopping, grace).await;
    if let Some(link) = consuming {
        link.close().await;
    }
    tracing::info!(?verdict, "stopped");
    verdict
}

/// Waits for the database as long as it takes; an old schema is an error at once. `false` when
/// told to stop meanwhile.
async fn wait_for_schema(store: &Store, stopping: &CancellationToken) -> anyhow::Result<bool> {
    let mut backoff = Backoff::new();
    loop {
        let checked = tokio::select! {
            biased;
            () = stopping.cancelled() => return Ok(false),
            checked = check_schema(store) => checked,
        };
        match checked {
            Ok(()) => return Ok(true),
            Err(error @ (StoreError::Pool(_) | StoreError::Retryable(_))) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "waiting for the database");
            }
            Err(error) => return Err(error.into()),
        }
        if !backoff::pause(backoff.next_pause(), stopping).await {
            return Ok(false);
        }
    }
}

async fn check_schema(store: &Store) -> Result<(), StoreError> {
    let connection = store.connection().await?;
    schema::require_current(&connection).await
}
