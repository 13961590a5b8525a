//! Moves outbox rows to the broker: claim, publish, mark. Never a transaction open while
//! it talks to the broker.
//!
//! Any number of relays may run: rows are claimed with SKIP LOCKED, and a claim is a lease, so a
//! relay that dies gives its rows back by itself. A row that is published and not marked is
//! published again: consumers see a message at least once, never "exactly once".
//!
//! Woken by the same process's commits and by NOTIFY, and polling besides: a notification can be
//! lost, a poll cannot.

mod sweep;
mod wake;

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use store::outbox::{self, Claimed};
use store::{Store, StoreError};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::amqp::{Link, LinkError, Outgoing, PublishError, Publisher};
use crate::backoff::{self, Backoff};
use crate::clock;
use crate::crash::{CrashPoint, reach};
use crate::settings::RelaySettings;

pub(crate) use sweep::sweep;
pub(crate) use wake::listen;

/// What the relay's three tasks share.
#[derive(Clone)]
pub(crate) struct Relay {
    pub(crate) store: Store,
    pub(crate) link: Arc<Link>,
    pub(crate) publisher: Arc<Publisher>,
    pub(crate) settings: RelaySettings,
    /// What a consumer may hold; the same default everywhere, so good for other services too.
    pub(crate) consumer_concurrency: u16,
    pub(crate) wake: Arc<Notify>,
    pub(crate) stop: CancellationToken,
}

/// Why a round ended early. Nothing is lost: rows that were claimed come back with their lease.
#[derive(Debug, thiserror::Error)]
enum RelayError {
    #[error("the outbox cannot be read or marked")]
    Store(#[from] StoreError),
    #[error("the broker is away")]
    Broker(#[from] LinkError),
    #[error("{count} of a batch of {batch} were not published")]
    Publish {
        count: usize,
        batch: usize,
        #[source]
        first: PublishError,
    },
}

/// Publishes what is due until told to stop. The batch under way is finished first.
pub(crate) async fn relay(relay: Relay) {
    let mut backoff = Backoff::new();
    let mut look_at = Instant::now();
    while !relay.stop.is_cancelled() {
        match round(&relay).await {
            // There may be more: look again at once.
            Ok(count) if count >= relay.settings.batch => backoff.reset(),
            Ok(count) => {
                backoff.reset();
                // What woke us is under way. To ask for what is next as well would be a statement
                // more for every message of a quiet hour; what was committed together with these
                // and is due a little later waits for the poll at most.
                let now = Instant::now();
                if count == 0 || now >= look_at {
                    look_at = now + pause(&relay).await;
                }
                wait(&relay, look_at.saturating_duration_since(Instant::now())).await;
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the relay pauses");
                metrics::counter!("tixian_outbox_relay_failures_total").increment(1);
                backoff::pause(backoff.next_pause(), &relay.stop).await;
            }
        }
    }
}

/// Publishes one batch; answers how many rows were claimed.
async fn round(relay: &Relay) -> Result<i64, RelayError> {
    // Before claiming: while the broker is away no row should wait out a lease.
    tokio::select! {
        biased;
        () = relay.stop.cancelled() => return Ok(0),
        ready = relay.publisher.ready() => ready?,
    }
    let rows = claim(relay).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    reach(CrashPoint::RelayAfterClaim);
    let claimed = rows.len();
    metrics::histogram!("tixian_outbox_batch_rows").record(claimed as f64);
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let batch: Vec<Outgoing> = rows.into_iter().map(Outgoing::from).collect();
    let answers = relay.publisher.publish_batch(&batch).await;
    reach(CrashPoint::RelayAfterPublish);
    let mut published = Vec::with_capacity(claimed);
    let mut refused = Vec::new();
    let mut failures = Vec::new();
    for (id, answer) in ids.into_iter().zip(answers) {
        match answer {
            Ok(()) => published.push(id),
            Err(error) => {
                refused.push(id);
                failures.push(error);
            }
        }
    }
    record(relay, &published, &refused).await?;
    reach(CrashPoint::RelayAfterMarked);
    let count = failures.len();
    match failures.into_iter().next() {
        Some(first) => Err(RelayError::Publish {
            count,
            batch: claimed,
            first,
        }),
        None => Ok(i64::try_from(claimed).unwrap_or(i64::MAX)),
    }
}

async fn claim(relay: &Relay) -> Result<Vec<Claimed>, StoreError> {
    let connection = relay.store.connection().await?;
    let claim = connection.single("relay: claim rows");
    let settings = &relay.settings;
    outbox::claim(claim, clock::now(), settings.lease, settings.batch).await
}

/// Marks what the broker has, and gives back what it did not take: the pause after a failure is the
/// relay's backoff, not the rest of a lease. Neither needs the other to be true.
async fn record(relay: &Relay, published: &[i64], refused: &[i64]) -> Result<(), StoreError> {
    let connection = relay.store.connection().await?;
    let now = clock::now();
    if !published.is_empty() {
        let mark = connection.single("relay: mark published");
        outbox::mark_published(mark, now, published).await?;
    }
    if !refused.is_empty() {
        outbox::release(connection.single("relay: give back rows"), now, refused).await?;
    }
    Ok(())
}

/// Until the next row is due, or the poll if that is sooner.
async fn pause(relay: &Relay) -> Duration {
    let poll = relay.settings.poll;
    match next_due(relay).await {
        Ok(pause) => pause.unwrap_or(poll).min(poll),
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "cannot ask when to wake");
            poll
        }
    }
}

/// Waits for a wake-up, or for as long as this.
async fn wait(relay: &Relay, pause: Duration) {
    tokio::select! {
        () = relay.wake.notified() => {}
        _ = backoff::pause(pause, &relay.stop) => {}
    }
}

async fn next_due(relay: &Relay) -> Result<Option<Duration>, StoreError> {
    let connection = relay.store.connection().await?;
    let due = outbox::next_due(&connection).await?;
    let now = clock::now();
    Ok(due.map(|due| {
        // A row that is due and was not claimed is somebody else's; a moment keeps us from
        // spinning.
        Duration::from_secs_f64(seconds_until(now, due).max(0.005))
    }))
}

fn seconds_until(now: Timestamp, then: Timestamp) -> f64 {
    then.duration_since(now).as_secs_f64()
}
