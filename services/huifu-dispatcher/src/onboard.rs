//! Takes one step of an application to Huifu: pictures, then the attempt, then the wire, then the
//! outcome.
//!
//! The rules are those of money. What a newcomer would get wrong: a delivery that finds its step
//! under way is *done*, not overdue; `ask.rs` asks, and sending again is never the answer, because
//! a second merchant or user at Huifu is somebody whom nobody asked for. Pictures are the one thing
//! that may be sent twice, so they go up before the attempt exists.
//!
//! What partners sent in is opened here and in `ask.rs`, and nowhere else.
//!
//! **Invariant:** nothing of a form, a picture or a new user's first password gets into a log, a
//! message, an error or a row.

pub mod ask;
mod form;
mod open;
mod pictures;
mod record;
mod refuse;
mod rest;
mod words;

use contract::message::{ApplicationReceived, Envelope};
use runtime::amqp::{Handler, HandlerError, Verdict as _};
use runtime::crash::{CrashPoint, reach};
use runtime::trace::{self, attribute::Attribute};
use store::Store;
use tokio_util::sync::CancellationToken;

use crate::huifu::{Lane, StepOutcome};
use crate::persist::until_written;
use crate::settings::OnboardSettings;
use open::OpenAttempt;
use pictures::Pictures;
use refuse::Unsendable;

/// The handler of `application.received.v1`.
#[derive(Clone)]
pub struct Onboard {
    store: Store,
    lane: Lane,
    settings: OnboardSettings,
    stopping: CancellationToken,
}

impl Onboard {
    /// `stopping` ends the waiting for room, and the attempts to write down an outcome while the
    /// database is away.
    pub fn new(
        store: Store,
        lane: Lane,
        settings: OnboardSettings,
        stopping: CancellationToken,
    ) -> Self {
        Self {
            store,
            lane,
            settings,
            stopping,
        }
    }

    async fn take(
        &self,
        asked: &Envelope<ApplicationReceived>,
    ) -> Result<Option<(OpenAttempt, StepOutcome)>, HandlerError> {
        let Some(due) = self.due(asked).await? else {
            return Ok(None);
        };
        if let Err(error) = due.check_holder() {
            let refused = Unsendable::holder(&error);
            self.refuse(asked, &due, &refused).await.or_requeue()?;
            return Ok(None);
        }
        let files = match self.pictures(&due).await? {
            Pictures::Stored(files) => files,
            Pictures::Refused(refused) => {
                self.refuse(asked, &due, &refused).await.or_requeue()?;
                return Ok(None);
            }
            Pictures::NotYet => {
                self.try_later(asked, &due).await.or_requeue()?;
                return Ok(None);
            }
        };
        let Some(room) = self.lane.room(&self.stopping).await else {
            return Err(anyhow::anyhow!("the service stops")).or_requeue();
        };
        let Some(opened) = self.open(asked, due, &files).await? else {
            return Ok(None);
        };
        reach(CrashPoint::OnboardAfterAttemptCommit);
        let serial = opened.req_seq_id.to_string();
        trace::set(Attribute::ReqSeqId(serial.into()));
        let huifu = self.lane.huifu();
        let outcome = huifu.take_step(&room, opened.step(), &opened.request).await;
        drop(room);
        reach(CrashPoint::OnboardAfterAnswer);
        Ok(Some((opened, outcome)))
    }
}

impl Handler for Onboard {
    type Message = ApplicationReceived;

    async fn handle(&self, envelope: Envelope<ApplicationReceived>) -> Result<(), HandlerError> {
        let Some((opened, outcome)) = self.take(&envelope).await? else {
            return Ok(());
        };
        report(&opened, &outcome);
        let serial = opened.req_seq_id.as_str();
        until_written(serial, &self.stopping, || self.record(&opened, &outcome)).await?;
        reach(CrashPoint::OnboardAfterOutcomeCommit);
        Ok(())
    }
}

fn report(attempt: &OpenAttempt, outcome: &StepOutcome) {
    // The application stands in the span of the delivery.
    let (req_seq_id, step) = (attempt.req_seq_id.as_str(), attempt.step().as_str());
    let name = outcome.as_str();
    if let Some(cause) = outcome.cause() {
        let error = cause as &dyn std::error::Error;
        tracing::warn!(
            req_seq_id,
            step,
            outcome = name,
            error,
            "a step was not answered"
        );
    } else {
        tracing::info!(req_seq_id, step, outcome = name, "a step was answered");
    }
    metrics::counter!("tixian_onboard_outcomes_total", "step" => step, "outcome" => name)
        .increment(1);
}
