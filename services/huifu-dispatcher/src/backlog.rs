//! How much is open, and for how long: for `/metrics`, so that what stands on a list calls somebody
//! when it is old.
//!
//! **The one place that asks the database for gauges.** It is looked up and not counted, so every
//! replica of this service tells the same: a question about it takes `max` and never `sum`. Every
//! statement reads an index of what is open, up to a bound, so that a bad day costs no more.

mod told;

use std::time::Duration;

use jiff::Timestamp;
use runtime::backoff;
use runtime::clock;
use store::lanes::{self, Totals};
use store::outbox::{self, Depth};
use store::overview::{self, OpenCases, OpenLetters, OpenWithdrawals, Undelivered, UnfinishedJobs};
use store::{Store, StoreError};
use tokio_util::sync::CancellationToken;

use told::Told;

/// As often as Prometheus asks.
const PAUSE: Duration = Duration::from_secs(15);

/// What is open at one moment.
#[derive(Debug, Clone)]
pub struct Backlog {
    /// When.
    pub at: Timestamp,
    /// Accepted, and without an end.
    pub withdrawals: Vec<OpenWithdrawals>,
    /// Notices that partners have not taken, whoever waits for longest first.
    pub notices: Vec<Undelivered>,
    /// Cases that wait for a person.
    pub cases: Vec<OpenCases>,
    /// Dead letters that nobody has decided about.
    pub letters: Vec<OpenLetters>,
    /// Replay jobs that are not over.
    pub jobs: Vec<UnfinishedJobs>,
    /// Lanes that are not free.
    pub lanes: Totals,
    /// Messages that nobody has carried out.
    pub outbox: Vec<Depth>,
    /// Since when what has been parked for longest has been owed.
    pub parked_since: Option<Timestamp>,
}

/// Looks again and again until told to stop.
pub async fn run(store: Store, stopping: CancellationToken) -> anyhow::Result<()> {
    let mut told = Told::default();
    loop {
        match look(&store, clock::now()).await {
            Ok(backlog) => told.tell(&backlog),
            // The lists stay as they were last seen, and their age tells that they do.
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "cannot look at what is open");
            }
        }
        if !backoff::pause(PAUSE, &stopping).await {
            return Ok(());
        }
    }
}

/// What is open at `now`.
pub async fn look(store: &Store, now: Timestamp) -> Result<Backlog, StoreError> {
    let connection = store.connection().await?;
    Ok(Backlog {
        at: now,
        withdrawals: overview::open_withdrawals(&connection).await?,
        notices: overview::undelivered(&connection).await?,
        cases: overview::open_cases(&connection).await?,
        letters: overview::open_letters(&connection).await?,
        jobs: overview::unfinished_jobs(&connection).await?,
        lanes: lanes::totals(&connection).await?,
        outbox: outbox::depths(&connection, now).await?,
        parked_since: outbox::parked_since(&connection).await?,
    })
}
