//! Opens an attempt: settles the message, moves the withdrawal, writes the attempt. One commit.

use std::time::Duration;

use contract::huifu::request::NewEncashment;
use contract::huifu::{Encashment, ReqDate};
use contract::ids::{HuifuId, ReqSeqId, WithdrawalId};
use contract::later;
use contract::message::{Envelope, WithdrawalAccepted};
use contract::withdrawal::Transition;
use jiff::Timestamp;
use runtime::amqp::{HandlerError, Verdict as _};
use runtime::crash::{CrashPoint, reach};
use runtime::{clock, ids};
use serde_json::json;
use store::attempts::{self, NewAttempt};
use store::progress::{Advanced, NewIds, Step, advance_to_attempt};
use store::withdrawals::{self, Change, ForDispatch};
use store::{Connection, StoreError, Transaction, outbox};

use super::Dispatch;

/// How long the message of a held withdrawal rests before it looks again whether a person is done.
const HELD_PAUSE: Duration = Duration::from_secs(60);

/// What a message that comes again leaves its first sender, should it live: longer than Huifu's
/// usual answer. Then Huifu is asked, instead of after the pause that fits a slow answer.
const ORPHAN_PAUSE: Duration = Duration::from_secs(2);

/// The promise "never pays twice" in the database. Any other constraint says only that somebody
/// else was at the same attempt: the message comes again, and finds what became of it.
const MAY_HAVE_PAID: &str = "one_attempt_that_may_have_paid";

/// An attempt that is committed and must be sent now, once.
#[derive(Debug)]
pub(super) struct OpenAttempt {
    pub(super) encashment: Encashment,
    pub(super) huifu_id: HuifuId,
    /// The message that asked for it.
    pub(super) asked: Envelope<WithdrawalAccepted>,
    /// How long the withdrawal has waited for this since its user confirmed.
    pub(super) waited: Duration,
}

impl OpenAttempt {
    pub(super) fn req_seq_id(&self) -> &ReqSeqId {
        self.encashment.req_seq_id()
    }

    pub(super) fn withdrawal_id(&self) -> &WithdrawalId {
        &self.asked.body.withdrawal_id
    }
}

impl Dispatch {
    /// `None`: there is nothing to send, and the message is done.
    pub(super) async fn open(
        &self,
        asked: &Envelope<WithdrawalAccepted>,
    ) -> Result<Option<OpenAttempt>, HandlerError> {
        let withdrawal = &asked.body.withdrawal_id;
        let mut connection = self.store.connection().await.or_requeue()?;
        let wanted = withdrawals::for_dispatch(&connection, withdrawal).await;
        let Some(wanted) = wanted.or_requeue()? else {
            return Err(HandlerError::dead_letter(
                "there is no confirmed withdrawal with this id",
            ));
        };
        let now = clock::now();
        // Every limit is checked before the attempt exists: Huifu must never be the first to
        // find one broken.
        let encashment = self.encashment(withdrawal, &wanted, now)?;
        let attempt = OpenAttempt {
            encashment,
            huifu_id: wanted.huifu_id.clone(),
            asked: asked.clone(),
            waited: since(wanted.accepted_at, now),
        };
        match self.commit(&mut connection, now, &attempt, &wanted).await {
            Ok(true) => Ok(Some(attempt)),
            Ok(false) => Ok(None),
            Err(error) if error.constraint() == Some(MAY_HAVE_PAID) => {
                Err(error).or_dead_letter("another attempt of this withdrawal may have paid")
            }
            Err(error) => Err(error).or_requeue(),
        }
    }

    fn encashment(
        &self,
        withdrawal: &WithdrawalId,
        wanted: &ForDispatch,
        now: Timestamp,
    ) -> Result<Encashment, HandlerError> {
        let cash_type = wanted.cash_type.ok_or_else(|| {
            HandlerError::dead_letter("the withdrawal was confirmed without a cash type")
        })?;
        Encashment::new(NewEncashment {
            req_date: ReqDate::at(now),
            req_seq_id: ReqSeqId::of_attempt(withdrawal, wanted.attempts),
            cash_amt: wanted.amount,
            huifu_id: wanted.huifu_id.clone(),
            into_acct_date_type: cash_type,
            token_no: wanted.token_no.clone(),
            acct_id: None,
            remark: None,
            notify_url: Some(&self.settings.callback_url),
        })
        .or_dead_letter("the withdrawal breaks a limit of Huifu and cannot be sent")
    }

    /// Whether the attempt was opened.
    async fn commit(
        &self,
        connection: &mut Connection,
        now: Timestamp,
        attempt: &OpenAttempt,
        wanted: &ForDispatch,
    ) -> Result<bool, StoreError> {
        let tx = connection.begin("huifu-dispatcher: open attempt").await?;
        // Sent together. What was settled before is rolled back, so what the second statement did
        // meanwhile never was.
        let (first, advanced) = tokio::try_join!(
            biased;
            outbox::settle(&tx, attempt.asked.message_id),
            self.start(&tx, now, attempt, wanted),
        )?;
        if !first {
            drop(tx);
            return self.adopt(connection, now, attempt.withdrawal_id()).await;
        }
        match advanced {
            Advanced::Moved { .. } => {
                reach(CrashPoint::DispatcherBeforeAttemptCommit);
                tx.commit().await?;
                Ok(true)
            }
            Advanced::Held(_) => {
                // The duty stays one, in a row that rests: when the person is done, it is sent.
                let due = later(now, HELD_PAUSE);
                outbox::enqueue(&tx, &again(&attempt.asked, now), due).await?;
                tx.commit().await?;
                Ok(false)
            }
            // A redelivery that was overtaken, or a withdrawal that moved on. Money may already be
            // on its way: reconcile.rs will ask. Sending again is never the answer.
            Advanced::Agreed(_)
            | Advanced::Refused(_)
            | Advanced::Contradicted(_)
            | Advanced::Unknown => {
                tx.commit().await?;
                Ok(false)
            }
        }
    }

    /// The message came again after its attempt was committed, so whoever opened that is gone, or
    /// has lost the broker. Money may already be on its way: asked about soon, never sent again.
    /// Nothing is opened.
    async fn adopt(
        &self,
        connection: &Connection,
        now: Timestamp,
        withdrawal: &WithdrawalId,
    ) -> Result<bool, StoreError> {
        let soon = later(now, ORPHAN_PAUSE);
        let single = connection.single("huifu-dispatcher: adopt attempt");
        if attempts::ask_soon(single, now, withdrawal, soon).await? {
            tracing::warn!("an attempt whose sender seems gone is asked about soon");
        }
        Ok(false)
    }

    async fn start(
        &self,
        tx: &Transaction<'_>,
        now: Timestamp,
        attempt: &OpenAttempt,
        wanted: &ForDispatch,
    ) -> Result<Advanced, StoreError> {
        let new = NewAttempt {
            req_seq_id: attempt.req_seq_id(),
            withdrawal: attempt.withdrawal_id(),
            req_date: &attempt.encashment.req_date().to_string(),
            huifu_id: &wanted.huifu_id,
            token_no: &wanted.token_no,
            amount: wanted.amount,
            next_query_at: later(now, self.settings.first_query_after),
        };
        let detail = json!({
            "req_seq_id": attempt.req_seq_id().as_str(),
            "message_id": attempt.asked.message_id,
        });
        let step = Step {
            withdrawal: attempt.withdrawal_id(),
            transition: Transition::OpenAttempt,
            change: Change::default(),
            detail: &detail,
            ids: NewIds {
                notice: ids::new_notice_id(),
                message: ids::new_message_id(),
            },
            causation_id: Some(attempt.asked.message_id),
        };
        advance_to_attempt(tx, now, &step, &new).await
    }
}

/// Clocks of two machines may differ by a little.
fn since(then: Option<Timestamp>, now: Timestamp) -> Duration {
    let waited = then.map(|then| now.duration_since(then));
    waited.map_or(Duration::ZERO, |waited| {
        waited.try_into().unwrap_or_default()
    })
}

/// The same order once more, as a message of its own: this one is settled.
pub(super) fn again(
    asked: &Envelope<WithdrawalAccepted>,
    now: Timestamp,
) -> Envelope<WithdrawalAccepted> {
    Envelope {
        message_id: ids::new_message_id(),
        at: now,
        causation_id: Some(asked.message_id),
        traceparent: asked.traceparent.clone(),
        body: asked.body.clone(),
    }
}
