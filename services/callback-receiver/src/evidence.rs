//! How what Huifu says about an attempt of ours becomes rows, be it a withdrawal's or an
//! application's: believed in one transaction, or set aside for a person in another.
//!
//! **Invariant:** what is believed and what is set aside are never mixed. Evidence that turns out
//! to be about a closed attempt after its edge was taken is rolled back with the edge, which may
//! have been taken for a later attempt.

use std::future::Future;

use jiff::Timestamp;
use runtime::crash::{CrashPoint, reach};
use store::{Connection, StoreError, Transaction};

/// Something that Huifu signed and that is about an attempt of ours.
pub(crate) trait Evidence: Sync {
    /// The transaction in which it is believed.
    const RECORD: &'static str;
    /// The transaction in which it is set aside.
    const SET_ASIDE: &'static str;
    /// The kind of the case if the attempt is closed.
    const CLOSED_ATTEMPT: &'static str;
    /// Reached before either commits.
    const BEFORE_COMMIT: CrashPoint;

    /// Huifu speaks of an attempt that, to our knowledge, it never took. Were it taken at its word,
    /// a later attempt of the same thing would be marked by the fate of an earlier one.
    fn is_about_closed_attempt(&self) -> bool;

    /// `false`: this very evidence was written before.
    fn remember(
        &self,
        tx: &Transaction<'_>,
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Takes its edge, or notes it where there is none to take.
    fn apply(
        &self,
        tx: &Transaction<'_>,
        now: Timestamp,
    ) -> impl Future<Output = Result<Applied, StoreError>> + Send;

    /// Opens a case of this kind, and holds what it is about.
    fn set_aside(
        &self,
        tx: &Transaction<'_>,
        now: Timestamp,
        kind: &'static str,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Whether what was written may be committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Applied {
    /// It may.
    Kept,
    /// It must be rolled back, and the evidence set aside as a case of this kind.
    RolledBack(&'static str),
}

/// Writes down everything that follows from it, once.
pub(crate) async fn record<E: Evidence>(
    evidence: &E,
    connection: &mut Connection,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut kind = E::CLOSED_ATTEMPT;
    if !evidence.is_about_closed_attempt() {
        let tx = connection.begin(E::RECORD).await?;
        // Sent together. What was written before is rolled back with all that `apply` did
        // meanwhile.
        let (first, applied) = tokio::try_join!(
            biased;
            evidence.remember(&tx, now),
            evidence.apply(&tx, now),
        )?;
        if !first {
            return Ok(());
        }
        match applied {
            Applied::Kept => {
                reach(E::BEFORE_COMMIT);
                return tx.commit().await;
            }
            Applied::RolledBack(found) => kind = found,
        }
    }
    let tx = connection.begin(E::SET_ASIDE).await?;
    if !evidence.remember(&tx, now).await? {
        return Ok(());
    }
    evidence.set_aside(&tx, now, kind).await?;
    reach(E::BEFORE_COMMIT);
    tx.commit().await
}
