//! Expires drafts that nobody confirmed, and forgets nonces and codes whose time has passed.
//!
//! A page asks the clock itself, so a late sweep lets nobody confirm too late.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use runtime::sweep::{BATCH, batches, every};
use store::{Store, StoreError, nonces, sms_codes, withdrawals};
use tokio_util::sync::CancellationToken;

/// Soon enough for the partner's engineer who looks whether an abandoned order has expired.
const PAUSE: Duration = Duration::from_secs(5);

/// Limits look back a day, and the page that says that a password was reset as long as a draft may
/// live, which is a day as well.
const CODES_KEPT: SignedDuration = SignedDuration::from_hours(48);

/// Sweeps until told to stop.
pub(crate) async fn sweep(store: Store, stop: CancellationToken) -> anyhow::Result<()> {
    every(PAUSE, &stop, |now| sweep_once(&store, now)).await;
    Ok(())
}

async fn sweep_once(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    batches(|| expire_drafts(store, now)).await?;
    batches(|| forget_nonces(store, now)).await?;
    batches(|| forget_codes(store, now)).await
}

async fn expire_drafts(store: &Store, now: Timestamp) -> Result<u64, StoreError> {
    let mut connection = store.connection().await?;
    let tx = connection.begin("intake: expire drafts").await?;
    let expired = withdrawals::expire_due(&tx, now, BATCH).await?;
    tx.commit().await?;
    let expired = expired.unsigned_abs();
    metrics::counter!("tixian_drafts_expired_total").increment(expired);
    Ok(expired)
}

async fn forget_nonces(store: &Store, now: Timestamp) -> Result<u64, StoreError> {
    let mut connection = store.connection().await?;
    let tx = connection.begin("intake: forget nonces").await?;
    let forgotten = nonces::forget_expired(&tx, now, BATCH).await?;
    tx.commit().await?;
    Ok(forgotten)
}

async fn forget_codes(store: &Store, now: Timestamp) -> Result<u64, StoreError> {
    let mut connection = store.connection().await?;
    let tx = connection.begin("intake: forget codes").await?;
    let forgotten = sms_codes::forget(&tx, now - CODES_KEPT, BATCH).await?;
    tx.commit().await?;
    Ok(forgotten)
}
