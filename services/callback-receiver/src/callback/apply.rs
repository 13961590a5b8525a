//! Takes the edge that a callback asks for, and notes it where there is none to take.

use contract::huifu::Verdict;
use contract::huifu::verdict::Refusal;
use contract::withdrawal::Transition;
use jiff::Timestamp;
use runtime::ids;
use serde_json::json;
use store::attempts::Heard;
use store::progress::{Advanced, NewIds, Step, advance_and_learn};
use store::withdrawals::Change;
use store::{StoreError, Transaction, timeline};

use super::{Told, UNCLEAR};
use crate::evidence::{Applied, Evidence as _};

impl Told<'_> {
    pub(super) async fn believe(
        &self,
        tx: &Transaction<'_>,
        now: Timestamp,
    ) -> Result<Applied, StoreError> {
        let applied = match &self.verdict {
            Verdict::Submitted => self.take(tx, now, Transition::Submit, None).await?,
            Verdict::Paid => self.take(tx, now, Transition::Pay, None).await?,
            Verdict::Failed(refusal) => self.take(tx, now, Transition::Fail, Some(refusal)).await?,
            Verdict::Noted => {
                self.note(tx, now).await?;
                Applied::Kept
            }
            // The last three are not said by callbacks.
            Verdict::Unknown | Verdict::Refused(_) | Verdict::Returned | Verdict::NotKnown => {
                self.set_aside(tx, now, UNCLEAR).await?;
                Applied::Kept
            }
        };
        if applied == Applied::Kept {
            self.note_fee(tx, now).await?;
        }
        Ok(applied)
    }

    async fn take(
        &self,
        tx: &Transaction<'_>,
        now: Timestamp,
        transition: Transition,
        refusal: Option<&Refusal>,
    ) -> Result<Applied, StoreError> {
        let step = Step {
            withdrawal: &self.attempt.withdrawal_id,
            transition,
            change: Change {
                confirmation: None,
                reason_code: refusal.map(|refusal| refusal.reason.as_str()),
                reason_detail: refusal.map(|refusal| refusal.words.as_str()),
            },
            detail: &self.detail,
            ids: NewIds {
                notice: ids::new_notice_id(),
                message: ids::new_message_id(),
            },
            causation_id: None,
        };
        // A callback proves that Huifu has the attempt.
        let heard = Heard {
            req_seq_id: &self.attempt.req_seq_id,
            hf_seq_id: self.callback.hf_seq_id.as_deref(),
            resp_code: None,
        };
        let (advanced, learned) = advance_and_learn(tx, now, &step, &heard).await?;
        match advanced {
            // Closed by the dispatcher since we read it: the edge may have been taken for the
            // withdrawal's next attempt.
            Advanced::Moved { .. } if !learned => Ok(Applied::RolledBack(Self::CLOSED_ATTEMPT)),
            Advanced::Moved { .. } => Ok(Applied::Kept),
            Advanced::Agreed(_) => {
                self.note(tx, now).await?;
                Ok(Applied::Kept)
            }
            // The case is open and the withdrawal held, in this transaction.
            Advanced::Contradicted(_) => Ok(Applied::Kept),
            // No edge of these three ends like this; if one ever does, a person must see it.
            Advanced::Refused(_) | Advanced::Held(_) | Advanced::Unknown => {
                self.set_aside(tx, now, UNCLEAR).await?;
                Ok(Applied::Kept)
            }
        }
    }

    pub(super) async fn note(
        &self,
        tx: &Transaction<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        timeline::note(
            tx,
            now,
            &self.attempt.withdrawal_id,
            "callback",
            &self.detail,
        )
        .await
    }

    /// Huifu's fee counts, ours was a forecast. The difference is for whoever keeps the fee rules.
    async fn note_fee(&self, tx: &Transaction<'_>, now: Timestamp) -> Result<(), StoreError> {
        let (Verdict::Paid, Some(Ok(booked)), Some(foretold)) =
            (&self.verdict, self.callback.fee_amt(), self.fee)
        else {
            return Ok(());
        };
        if booked == foretold {
            return Ok(());
        }
        let detail = json!({ "booked_fen": booked.get(), "foretold_fen": foretold.get() });
        timeline::note(tx, now, &self.attempt.withdrawal_id, "fee_differs", &detail).await
    }
}
