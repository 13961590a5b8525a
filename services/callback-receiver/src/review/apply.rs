//! Takes the edge that a review asks for, and notes it where there is none to take.

use contract::application::State;
use contract::huifu::operations::{ReviewVerdict, StepRefusal};
use jiff::Timestamp;
use runtime::ids;
use store::applications::progress::{Advanced, Edge, Event, NewIds, Reason, advance};
use store::applications::{attempts, timeline};
use store::attempts::AttemptOutcome;
use store::{StoreError, Transaction, inbox};

use super::words::without_names;
use super::{CONTRADICTION, Told, UNCLEAR};
use crate::evidence::{Applied, Evidence as _};

/// In the inbox: the attempts of which a callback has said that they passed. That leaves the state
/// as it is until the dispatcher has asked, so the state cannot tell a "no" that comes meanwhile
/// from one that comes first.
const SAID_PASSED: &str = "huifu-review-passed";

impl Told<'_> {
    pub(super) async fn believe(
        &self,
        tx: &Transaction<'_>,
        now: Timestamp,
    ) -> Result<Applied, StoreError> {
        match &self.verdict {
            ReviewVerdict::Pending => {
                let advanced = self.take(tx, now, Event::Review).await?;
                self.conclude(tx, now, advanced).await
            }
            ReviewVerdict::Passed { .. } => self.pass(tx, now).await,
            ReviewVerdict::Refused(refusal) => {
                let words = without_names(refusal);
                let no = Event::Refuse(reason(refusal, &words));
                self.say_no(tx, now, no).await
            }
            ReviewVerdict::Failed(refusal) => {
                let words = without_names(refusal);
                let no = Event::Fail(reason(refusal, &words));
                self.say_no(tx, now, no).await
            }
            ReviewVerdict::Unknown if self.is_no_review() => {
                self.note(tx, now).await?;
                Ok(Applied::Kept)
            }
            ReviewVerdict::Unknown => self.unclear(tx, now).await,
        }
    }

    /// An electronic account (Z) or flexible staff (H), which nobody asked for and which settles
    /// nothing about a card or a cash type.
    fn is_no_review(&self) -> bool {
        let kind = self.callback.notify_type.as_deref();
        self.audit.audit_status.is_none() && kind.is_some_and(|kind| kind != "A")
    }

    /// Leaves the numbers on the application, and has it asked about now.
    async fn pass(&self, tx: &Transaction<'_>, now: Timestamp) -> Result<Applied, StoreError> {
        let advanced = self.take(tx, now, Event::Review).await?;
        if let Advanced::Agreed(State::Refused | State::Failed) = advanced
            && self.is_about_present_step()
        {
            // To be looked at is no contradiction of a "no"; to be passed is.
            return Ok(Applied::RolledBack(CONTRADICTION));
        }
        let applied = self.conclude(tx, now, advanced).await?;
        if applied == Applied::Kept {
            let serial = &self.attempt.req_seq_id;
            inbox::remember(tx, now, SAID_PASSED, serial.as_str()).await?;
            // Of what has its end, or is done, nothing is asked any more: this leaves it at rest.
            attempts::ask_again_at(tx, now, serial, Some(now)).await?;
        }
        Ok(applied)
    }

    async fn say_no(
        &self,
        tx: &Transaction<'_>,
        now: Timestamp,
        no: Event<'_>,
    ) -> Result<Applied, StoreError> {
        let advanced = self.take(tx, now, no).await?;
        // Looked for after the edge, which waits for whoever writes a "passed" at this moment.
        if let Advanced::Moved { .. } = advanced
            && inbox::seen(tx, SAID_PASSED, self.attempt.req_seq_id.as_str()).await?
        {
            return Ok(Applied::RolledBack(CONTRADICTION));
        }
        self.conclude(tx, now, advanced).await
    }

    async fn take(
        &self,
        tx: &Transaction<'_>,
        now: Timestamp,
        event: Event<'_>,
    ) -> Result<Advanced, StoreError> {
        let edge = Edge {
            application: &self.application.id,
            step: self.attempt.step,
            event,
            learned: self.learned(),
            detail: &self.detail,
            ids: NewIds {
                notice: ids::new_notice_id(),
                message: ids::new_message_id(),
            },
            causation_id: None,
        };
        advance(tx, now, &edge).await
    }

    async fn conclude(
        &self,
        tx: &Transaction<'_>,
        now: Timestamp,
        advanced: Advanced,
    ) -> Result<Applied, StoreError> {
        match advanced {
            // Closed by the dispatcher since we read it: the edge may have been taken for the
            // step's next attempt.
            Advanced::Moved { .. } if !self.learn(tx, now).await? => {
                Ok(Applied::RolledBack(Self::CLOSED_ATTEMPT))
            }
            Advanced::Moved { .. } => Ok(Applied::Kept),
            Advanced::Agreed(_) => {
                self.note(tx, now).await?;
                self.learn(tx, now).await?;
                Ok(Applied::Kept)
            }
            // The case is open and the application held, in this transaction.
            Advanced::Contradicted(_) => Ok(Applied::Kept),
            // No edge of these three ends like this; if one ever does, a person must see it.
            Advanced::Refused(_) | Advanced::Held(_) | Advanced::Unknown => {
                self.unclear(tx, now).await
            }
        }
    }

    async fn unclear(&self, tx: &Transaction<'_>, now: Timestamp) -> Result<Applied, StoreError> {
        self.set_aside(tx, now, UNCLEAR).await?;
        Ok(Applied::Kept)
    }

    /// A callback proves that Huifu has the attempt. `false` if it was closed meanwhile.
    async fn learn(&self, tx: &Transaction<'_>, now: Timestamp) -> Result<bool, StoreError> {
        let (serial, outcome) = (&self.attempt.req_seq_id, AttemptOutcome::Submitted);
        attempts::learn(tx, now, serial, outcome, None).await
    }

    pub(super) async fn note(
        &self,
        tx: &Transaction<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let application = &self.application.id;
        timeline::note(tx, now, application, "review_callback", &self.detail).await
    }
}

fn reason<'a>(refusal: &StepRefusal, words: &'a str) -> Reason<'a> {
    Reason {
        code: refusal.reason.as_str(),
        detail: Some(words),
    }
}
