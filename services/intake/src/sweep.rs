//! Expires drafts that nobody confirmed, and forgets nonces and codes whose time has passed.
//!
//! Housekeeping, not a guarantee: a page asks the clock itself, so a late sweep lets nobody confirm
//! too late. Every replica sweeps; locked rows are passed over.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use runtime::backoff::pause;
use runtime::clock;
use store::{Store, StoreError, nonces, sms_codes, withdrawals};
use tokio_util::sync::CancellationToken;

/// Soon enough for the partner's engineer who looks whether an abandoned order has expired.
const PAUSE: Duration = Duration::from_secs(5);

/// Limits look back a day, and the page that says that a password was reset as long as a draft may
/// live, which is a day as well.
const CODES_KEPT: SignedDuration = SignedDuration::from_hours(48);

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
        metrics::counter!("tixian_drafts_expired_total").increment(expired.unsigned_abs());
        if expired < BATCH {
            break;
        }
    }
    loop {
        let tx = connection.begin("intake: forget nonces").await?;
        let forgotten = nonces::forget_expired(&tx, now, BATCH).await?;
        tx.commit().await?;
        if forgotten < BATCH.unsigned_abs() {
            break;
        }
    }
    loop {
        let tx = connection.begin("intake: forget codes").await?;
        let forgotten = sms_codes::forget(&tx, now - CODES_KEPT, BATCH).await?;
        tx.commit().await?;
        if forgotten < BATCH.unsigned_abs() {
            return Ok(());
        }
    }
}
