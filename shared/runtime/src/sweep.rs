//! Housekeeping: what has had its time goes, a bounded number of rows in a transaction.
//!
//! Never a guarantee: whoever reads such a row asks the clock as well, so a late sweep lets nobody
//! do anything too late. Every replica sweeps; the statements pass over locked rows.

use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;
use store::StoreError;
use tokio_util::sync::CancellationToken;

use crate::backoff::pause;
use crate::clock;

/// Rows in a transaction: few enough that no lock is held for long.
pub const BATCH: i64 = 500;

/// Sweeps after each pause until told to stop.
pub async fn every<S>(wait: Duration, stop: &CancellationToken, sweep: impl Fn(Timestamp) -> S)
where
    S: Future<Output = Result<(), StoreError>>,
{
    while pause(wait, stop).await {
        if let Err(error) = sweep(clock::now()).await {
            // The next round finds the same rows.
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "nothing was swept");
        }
    }
}

/// Repeats `batch`, which commits up to [`BATCH`] rows and answers how many, until one is not full.
pub async fn batches<B>(batch: impl Fn() -> B) -> Result<(), StoreError>
where
    B: Future<Output = Result<u64, StoreError>>,
{
    while batch().await? >= BATCH.unsigned_abs() {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn batches_end_with_the_first_that_is_not_full() {
        let left = Cell::new(1_200);
        let commits = Cell::new(0);
        let batch = || {
            let taken = left.get().min(BATCH.unsigned_abs());
            left.set(left.get() - taken);
            commits.set(commits.get() + 1);
            std::future::ready(Ok(taken))
        };
        batches(batch).await.unwrap();
        assert_eq!((left.get(), commits.get()), (0, 3));
    }
}
