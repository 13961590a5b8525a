//! Sends one accepted withdrawal to Huifu: attempt committed, then the wire, then the outcome.
//!
//! What a newcomer would get wrong: a delivery that finds its withdrawal under way is *done*, not
//! overdue. Money may already be moving, and `reconcile.rs` asks; sending again is never the
//! answer. The message is settled with the attempt, so from that commit on nothing but the
//! attempt's own row says what is left to do, and losing the delivery loses nothing.

mod open;
mod record;

use std::sync::Arc;

use contract::message::{Envelope, WithdrawalAccepted};
use runtime::amqp::{Handler, HandlerError, Verdict as _};
use runtime::backoff::{self, Backoff};
use runtime::crash::{CrashPoint, reach};
use store::{Store, StoreError};
use tokio_util::sync::CancellationToken;

use crate::huifu::{Huifu, HuifuError, Taken};
use crate::settings::DispatchSettings;
use open::OpenAttempt;

/// The handler of `withdrawal.accepted.v1`.
#[derive(Clone)]
pub struct Dispatch {
    store: Store,
    huifu: Arc<Huifu>,
    settings: DispatchSettings,
    stopping: CancellationToken,
}

impl Dispatch {
    /// `stopping` ends the attempts to write down an outcome while the database is away.
    pub fn new(
        store: Store,
        huifu: Arc<Huifu>,
        settings: DispatchSettings,
        stopping: CancellationToken,
    ) -> Self {
        Self {
            store,
            huifu,
            settings,
            stopping,
        }
    }

    /// Writes the outcome down for as long as it takes: it is known nowhere else. A crash, or a
    /// stop while the database is away, leaves the attempt open, and it is asked about.
    async fn record_until_written(
        &self,
        attempt: &OpenAttempt,
        outcome: &Result<Taken, HuifuError>,
    ) -> Result<(), HandlerError> {
        let mut backoff = Backoff::new();
        loop {
            let error = match self.record(attempt, outcome).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            report_unwritten(attempt, &error);
            if !passes(&error) {
                return Err(error).or_dead_letter("the outcome of an attempt cannot be written");
            }
            if !backoff::pause(backoff.next_pause(), &self.stopping).await {
                return Err(error).or_requeue();
            }
        }
    }
}

impl Handler for Dispatch {
    type Message = WithdrawalAccepted;

    async fn handle(&self, envelope: Envelope<WithdrawalAccepted>) -> Result<(), HandlerError> {
        let Some(room) = self.huifu.room(&self.stopping).await else {
            return Err(anyhow::anyhow!("the service stops")).or_requeue();
        };
        let opened = match self.open(&envelope).await? {
            Some(opened) => opened,
            None => return Ok(()),
        };
        reach(CrashPoint::DispatcherAfterAttemptCommit);
        let outcome = self
            .huifu
            .encash(&room, &opened.encashment, &opened.huifu_id)
            .await;
        drop(room);
        reach(CrashPoint::DispatcherAfterAnswer);
        report(&opened, &outcome);
        self.record_until_written(&opened, &outcome).await?;
        reach(CrashPoint::DispatcherAfterOutcomeCommit);
        Ok(())
    }
}

/// Whether the same statement may work later.
fn passes(error: &StoreError) -> bool {
    match error {
        StoreError::Retryable(_) | StoreError::Pool(_) => true,
        StoreError::Constraint { .. }
        | StoreError::Statement(_)
        | StoreError::Address(_)
        | StoreError::Build(_)
        | StoreError::Corrupt { .. }
        | StoreError::SchemaTooOld { .. } => false,
    }
}

fn report_unwritten(attempt: &OpenAttempt, error: &StoreError) {
    let req_seq_id = attempt.req_seq_id().as_str();
    let error = error as &dyn std::error::Error;
    tracing::warn!(req_seq_id, error, "an outcome is not written yet");
}

fn report(attempt: &OpenAttempt, outcome: &Result<Taken, HuifuError>) {
    // The withdrawal stands in the span of the delivery.
    let req_seq_id = attempt.req_seq_id().as_str();
    let name = match outcome {
        Ok(_) => {
            tracing::info!(req_seq_id, "submitted");
            "submitted"
        }
        Err(error) => {
            let cause = error as &dyn std::error::Error;
            tracing::warn!(req_seq_id, error = cause, "not submitted");
            error.as_str()
        }
    };
    metrics::counter!("dispatch_outcomes_total", "outcome" => name).increment(1);
}
