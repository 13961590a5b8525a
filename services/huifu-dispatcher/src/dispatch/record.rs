//! Writes down how a sending ended: the withdrawal's edge, the attempt's outcome, and, only if it
//! provably never left, the message that sends it again.

use contract::withdrawal::{State, Transition};
use jiff::Timestamp;
use runtime::{clock, ids};
use serde_json::{Value, json};
use store::attempts::{self, AttemptOutcome, Heard};
use store::progress::{Advanced, NewIds, Step, advance, advance_and_learn};
use store::withdrawals::Change;
use store::{Connection, StoreError, Transaction, outbox};

use super::Dispatch;
use super::open::{OpenAttempt, again};
use crate::huifu::{HuifuError, SendError, Taken};

impl Dispatch {
    pub(super) async fn record(
        &self,
        attempt: &OpenAttempt,
        outcome: &Result<Taken, HuifuError>,
    ) -> Result<(), StoreError> {
        let mut connection = self.store.connection().await?;
        match outcome {
            Ok(taken) => record_taken(&mut connection, attempt, taken).await,
            Err(HuifuError::Refused(refusal)) => {
                let change = Change {
                    reason_code: Some(refusal.reason.as_str()),
                    reason_detail: Some(&refusal.words),
                    ..Change::default()
                };
                record_refused(&mut connection, attempt, &change, &refusal.code).await
            }
            Err(HuifuError::NotSent(error)) => {
                self.record_not_sent(&mut connection, attempt, error).await
            }
            Err(HuifuError::OutcomeUnknown(error)) => {
                record_unknown(&mut connection, attempt, error).await
            }
        }
    }

    async fn record_not_sent(
        &self,
        connection: &mut Connection,
        attempt: &OpenAttempt,
        error: &SendError,
    ) -> Result<(), StoreError> {
        let now = clock::now();
        let earlier = attempts::of(connection, attempt.withdrawal_id()).await?;
        let due = self.settings.resend.due_after(now, earlier.len());
        let detail = json!({
            "req_seq_id": attempt.req_seq_id().as_str(),
            "cause": error.as_str(),
            "attempts": earlier.len(),
            "next_attempt_at": due.to_string(),
        });

        let tx = connection
            .begin("huifu-dispatcher: record not sent")
            .await?;
        let advanced = take(
            &tx,
            now,
            attempt,
            Transition::NotSent,
            &Change::default(),
            &detail,
        )
        .await?;
        match advanced {
            Advanced::Moved { .. } => {
                if !attempts::prove_unsent(&tx, now, attempt.req_seq_id()).await? {
                    // This was committed before, its answer got lost, and what is under way now
                    // is the next attempt. Rolling back leaves that one alone.
                    return Ok(());
                }
                outbox::enqueue(&tx, &again(&attempt.asked, now), due).await?;
            }
            // Committed before; only the database's answer got lost.
            Advanced::Agreed(_) => return Ok(()),
            // Somebody says that Huifu has it, or nobody can say any more: what was proof for us is
            // none beside that. It stays to be asked about.
            Advanced::Refused(_)
            | Advanced::Held(_)
            | Advanced::Contradicted(_)
            | Advanced::Unknown => {
                let unknown = AttemptOutcome::Unknown;
                attempts::learn(&tx, now, attempt.req_seq_id(), unknown, None, None).await?;
            }
        }
        tx.commit().await
    }
}

async fn record_taken(
    connection: &mut Connection,
    attempt: &OpenAttempt,
    taken: &Taken,
) -> Result<(), StoreError> {
    let now = clock::now();
    let detail = json!({
        "req_seq_id": attempt.req_seq_id().as_str(),
        "hf_seq_id": taken.hf_seq_id,
        "resp_code": taken.resp_code,
    });
    let tx = connection
        .begin("huifu-dispatcher: record submitted")
        .await?;
    let nothing = Change::default();
    let step = step(attempt, Transition::Submit, &nothing, &detail);
    let (hf_seq_id, resp_code) = (taken.hf_seq_id.as_deref(), taken.resp_code.as_deref());
    let req_seq_id = attempt.req_seq_id();
    let heard = Heard {
        req_seq_id,
        hf_seq_id,
        resp_code,
    };
    // `Agreed` when a callback or a query overtook the answer: then only the attempt is closed.
    let (_, learned) = advance_and_learn(&tx, now, &step, &heard).await?;
    if !learned {
        // Whatever stands against it, a case or a hold: that Huifu has it is true of the attempt.
        let submitted = AttemptOutcome::Submitted;
        attempts::close(&tx, now, req_seq_id, submitted, hf_seq_id, resp_code).await?;
    }
    tx.commit().await
}

async fn record_refused(
    connection: &mut Connection,
    attempt: &OpenAttempt,
    change: &Change<'_>,
    resp_code: &str,
) -> Result<(), StoreError> {
    let now = clock::now();
    let detail = json!({
        "req_seq_id": attempt.req_seq_id().as_str(),
        "resp_code": resp_code,
        "reason_code": change.reason_code,
    });
    let tx = connection.begin("huifu-dispatcher: record refusal").await?;
    let mut advanced = take(&tx, now, attempt, Transition::Refuse, change, &detail).await?;
    if advanced == Advanced::Refused(State::Unconfirmed) {
        // Reconcile was first, because the database was away for long. The refusal is Huifu's
        // signed word about this one attempt, as good as the answer to a question.
        advanced = take(&tx, now, attempt, Transition::Fail, change, &detail).await?;
    }
    let req_seq_id = attempt.req_seq_id();
    match advanced {
        Advanced::Moved { .. } | Advanced::Agreed(_) => {
            let refused = AttemptOutcome::Refused;
            attempts::close(&tx, now, req_seq_id, refused, None, Some(resp_code)).await?;
        }
        // A callback said that Huifu has it. A case is open now; keep asking.
        Advanced::Contradicted(_)
        | Advanced::Refused(_)
        | Advanced::Held(_)
        | Advanced::Unknown => {
            let unknown = AttemptOutcome::Unknown;
            attempts::learn(&tx, now, req_seq_id, unknown, None, Some(resp_code)).await?;
        }
    }
    tx.commit().await
}

async fn record_unknown(
    connection: &mut Connection,
    attempt: &OpenAttempt,
    error: &SendError,
) -> Result<(), StoreError> {
    let now = clock::now();
    let code = error.code();
    let detail = json!({
        "req_seq_id": attempt.req_seq_id().as_str(),
        "cause": error.as_str(),
        "code": code,
    });
    let tx = connection.begin("huifu-dispatcher: record unknown").await?;
    take(
        &tx,
        now,
        attempt,
        Transition::LoseTrack,
        &Change::default(),
        &detail,
    )
    .await?;
    // `learn`, not `close`: a callback that overtook us knows more than we do.
    let unknown = AttemptOutcome::Unknown;
    let req_seq_id = attempt.req_seq_id();
    attempts::learn(&tx, now, req_seq_id, unknown, None, code.as_deref()).await?;
    tx.commit().await
}

async fn take(
    tx: &Transaction<'_>,
    now: Timestamp,
    attempt: &OpenAttempt,
    transition: Transition,
    change: &Change<'_>,
    detail: &Value,
) -> Result<Advanced, StoreError> {
    advance(tx, now, &step(attempt, transition, change, detail)).await
}

fn step<'a>(
    attempt: &'a OpenAttempt,
    transition: Transition,
    change: &Change<'a>,
    detail: &'a Value,
) -> Step<'a> {
    Step {
        withdrawal: attempt.withdrawal_id(),
        transition,
        change: change.clone(),
        detail,
        ids: NewIds {
            notice: ids::new_notice_id(),
            message: ids::new_message_id(),
        },
        causation_id: Some(attempt.asked.message_id),
    }
}
