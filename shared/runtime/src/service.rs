//! How every service runs: settings, telemetry, health, database, broker, `start`, supervision.
//!
//! `run` is for `main`, [`start_in_process`] for tests; both go through the same steps. A task that
//! ends before it was asked to ends the process with 1: half a service that looks alive is worse
//! than none. SIGTERM and SIGINT stop taking, finish what was taken within the grace, and exit 0;
//! a second signal does not wait.
//!
//! **Invariant:** the broker is never waited for. What must be said to it is in the outbox.

mod admin;
mod command_line;
mod in_process;
mod launch;
mod supervise;

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use contract::message::Message;
use store::Store;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::amqp::{self, Bench, Handler, Link, Publisher};
use crate::http_server::{self, Limits};
use crate::readiness::Readiness;
use crate::relay::{self, Relay};
use crate::settings::{MessagingSettings, ProcessSettings};

pub use command_line::{run, run_as_command};
pub use in_process::{Running, start_in_process};
pub use supervise::Tasks;

/// A service being wired: its settings, and the verbs of `app.rs`. Cheap to clone.
pub struct Service<S> {
    /// As in `run`; shown by the database, the broker and every log line.
    pub name: &'static str,
    /// The service's own settings.
    pub settings: Arc<S>,
    /// The database; its schema was checked.
    pub store: Store,
    /// Where tasks of the service's own are started.
    pub tasks: Tasks,
    /// Cancelled when the service is told to stop: take no more.
    pub stopping: CancellationToken,
    /// What the service depends on.
    pub readiness: Readiness,
    process: Arc<ProcessSettings>,
    /// `None` for a service that does not speak to the broker.
    consuming: Option<Arc<Link>>,
}

impl<S> Clone for Service<S> {
    fn clone(&self) -> Self {
        Self {
            name: self.name,
            settings: Arc::clone(&self.settings),
            store: self.store.clone(),
            tasks: self.tasks.clone(),
            stopping: self.stopping.clone(),
            readiness: self.readiness.clone(),
            process: Arc::clone(&self.process),
            consuming: self.consuming.clone(),
        }
    }
}

impl<S> Service<S> {
    /// Serves `router` within [`Limits::default`]; answers the address, for port 0.
    pub async fn http(&self, listen: SocketAddr, router: Router) -> anyhow::Result<SocketAddr> {
        self.http_within(Limits::default(), listen, router).await
    }

    /// Serves `router` within limits of its own.
    pub async fn http_within(
        &self,
        limits: Limits,
        listen: SocketAddr,
        router: Router,
    ) -> anyhow::Result<SocketAddr> {
        self.http_around(limits, listen, router, |guarded| guarded)
            .await
    }

    /// As [`Service::http_within`], with a layer around the limits: it sees their answers too, and
    /// is itself bounded by none of them.
    pub async fn http_around(
        &self,
        limits: Limits,
        listen: SocketAddr,
        router: Router,
        around: impl FnOnce(Router) -> Router,
    ) -> anyhow::Result<SocketAddr> {
        let listener = TcpListener::bind(listen)
            .await
            .with_context(|| format!("cannot listen on {listen}"))?;
        let address = listener.local_addr()?;
        let router = around(http_server::guarded(router, &limits));
        let stop = self.stopping.clone();
        let serve = http_server::serve(listener, router, limits, "http_connections", stop);
        self.tasks.spawn("http", serve);
        self.readiness.listens_on(address);
        tracing::info!(%address, "listening");
        Ok(address)
    }

    /// Handles every message of `H`'s queue, and keeps those that the broker gave up on.
    pub fn consume<H: Handler>(&self, handler: H) {
        let link = self.consuming.as_ref().expect(SPEAKS_TO_THE_BROKER);
        let probed = Arc::clone(link);
        self.readiness.probe("broker", true, move || probed.is_up());
        let bench = Bench {
            service: self.name,
            store: self.store.clone(),
            link: Arc::clone(link),
            concurrency: self.messaging().consumer.concurrency,
            stop: self.stopping.clone(),
        };
        let drained = amqp::drain_dead_letters(bench.clone(), H::Message::QUEUE);
        self.tasks.spawn("dead letters", finished(drained));
        let worked = amqp::work(bench, handler);
        self.tasks.spawn("consumer", finished(worked));
    }

    /// Publishes what is in the outbox, and what a lost broker has lost.
    pub fn relay(&self) {
        let messaging = self.messaging();
        let broker = messaging.broker.clone();
        let link = Arc::new(Link::new(broker, format!("{} publish", self.name)));
        let probed = Arc::clone(&link);
        // Not required: while the broker is away, what we take is safe in the outbox.
        self.readiness
            .probe("broker publish", false, move || probed.is_up());
        let relay = Relay {
            store: self.store.clone(),
            publisher: Arc::new(Publisher::new(Arc::clone(&link), self.name)),
            link,
            settings: messaging.relay.clone(),
            consumer_concurrency: messaging.consumer.concurrency,
            wake: Arc::new(Notify::new()),
            stop: self.stopping.clone(),
        };
        self.tasks
            .spawn("outbox listener", finished(relay::listen(relay.clone())));
        self.tasks
            .spawn("outbox sweep", finished(relay::sweep(relay.clone())));
        self.tasks.spawn("outbox relay", async move {
            let publisher = Arc::clone(&relay.publisher);
            relay::relay(relay).await;
            publisher.close().await;
            Ok(())
        });
    }

    fn messaging(&self) -> &MessagingSettings {
        let messaging = self.process.messaging.as_ref();
        messaging.expect(SPEAKS_TO_THE_BROKER)
    }
}

/// What consumes or relays has settings for it; `Settings::USES_BROKER` of a service says so.
const SPEAKS_TO_THE_BROKER: &str = "its settings say that it does not speak to the broker";

/// For tasks that report their failures themselves, try again, and end only when told to.
async fn finished(work: impl Future<Output = ()>) -> anyhow::Result<()> {
    work.await;
    Ok(())
}
