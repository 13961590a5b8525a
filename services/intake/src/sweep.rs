//! Expires drafts that nobody confirmed, and forgets nonces whose time has passed.
//!
//! Housekeeping, not a guarantee: a page asks the clock itself, so a late sweep lets nobody confirm
//! too late. Every replica sweeps; locked rows are passed over.

use std::time::Duration;

use jiff::Timestamp;
use runtime::backoff::pause;
use runtime::clock;
use store::{Store, StoreError, nonces, withdrawals};
use tokio_util::sync::CancellationToken;

/// Soon enough for the partner's engineer who looks whether an abandoned order has expired.
const PAUSE: Duration = Duration::from_secs(5);

/// Few enough that no lock is held for long.
const BATCH: i64 = 500;

/// Sweeps until told to stop.
pub(crate) async fn sweep(store: Store, stop: CancellationToken) -> anyhow::Result<()> {
    while pause(PAUSE, &stop).await {
        if let Err(error) = sweep_once(&store, clock::now()).await {
            // The next round finds the same rows.
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "nothing was swept"
            );
        }
    }
    Ok(())
}

async fn sweep_once(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    let mut connection = store.connection().await?;
    loop {
        let tx = connection.begin("intake: expire drafts").await?;
        let expired = withdrawals::expire_due(&tx, now, BATCH).await?;
        tx.commit().await?;
        metrics::counter!("intake_drafts_expired_total").increment(expired.unsigned_abs());
        if expired < BATCH {
            break;
        }
    }
    loop {
        let tx = connection.begin("intake: forget nonces").await?;
        let forgotten = nonces::forget_expired(&tx, now, BATCH).await?;
        tx.commit().await?;
        if forgotten < BATCH.unsigned_abs() {
            return Ok(());
        }
    }
}
