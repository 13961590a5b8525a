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
use runtime::crash::{CrashPoint, reach};
use runtime::trace::{self, attribute::Attribute};
use store::Store;
use tokio_util::sync::CancellationToken;

use crate::huifu::{Huifu, HuifuError, Taken};
use crate::persist::until_written;
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
        let serial = opened.req_seq_id().to_string();
        trace::set(Attribute::ReqSeqId(serial.into()));
        let outcome = self
            .huifu
            .encash(&room, &opened.encashment, &opened.huifu_id)
            .await;
        drop(room);
        reach(CrashPoint::DispatcherAfterAnswer);
        report(&opened, &outcome);
        let serial = opened.req_seq_id().as_str();
        until_written(serial, &self.stopping, || self.record(&opened, &outcome)).await?;
        reach(CrashPoint::DispatcherAfterOutcomeCommit);
        Ok(())
    }
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
    metrics::counter!("tixian_dispatch_outcomes_total", "outcome" => name).increment(1);
    match outcome {
        // It is late until it leaves.
        Err(HuifuError::NotSent(_)) => {}
        Ok(_) | Err(HuifuError::Refused(_) | HuifuError::OutcomeUnknown(_)) => {
            metrics::histogram!("tixian_withdrawal_sending_delay_seconds").record(attempt.waited);
        }
    }
}
