//! Writes down how the sending of a step ended: the application's edge, the attempt's outcome, and,
//! only if it provably never left, the message that sends it again.

use contract::application::steps;
use contract::huifu::operations::{StepDone, StepInReview, StepRefusal};
use contract::ids::HuifuId;
use jiff::Timestamp;
use runtime::data_keys::DataKeys;
use runtime::{clock, mobile};
use serde_json::{Value, json};
use store::applications::progress::{Advanced, Edge, Event, Learned, Reason, advance};
use store::applications::{Grant, attempts};
use store::attempts::AttemptOutcome;
use store::{Connection, StoreError, Transaction, outbox};

use super::Onboard;
use super::ask::open_case;
use super::open::OpenAttempt;
use super::rest::again;
use super::words::without_form;
use crate::huifu::{SendError, StepOutcome};

impl Onboard {
    pub(super) async fn record(
        &self,
        attempt: &OpenAttempt,
        outcome: &StepOutcome,
    ) -> Result<(), StoreError> {
        let mut connection = self.store.connection().await?;
        match outcome {
            StepOutcome::Done(done) => {
                let keys = &self.settings.data_keys;
                record_done(&mut connection, keys, attempt, done).await
            }
            StepOutcome::InReview(review) => record_review(&mut connection, attempt, review).await,
            StepOutcome::Refused(refusal) => {
                record_refused(&mut connection, attempt, refusal).await
            }
            StepOutcome::NotSent(error) => {
                self.record_not_sent(&mut connection, attempt, error).await
            }
            StepOutcome::Unknown(error) => record_unknown(&mut connection, attempt, error).await,
        }
    }

    async fn record_not_sent(
        &self,
        connection: &mut Connection,
        attempt: &OpenAttempt,
        error: &SendError,
    ) -> Result<(), StoreError> {
        let now = clock::now();
        let earlier = attempts::of(connection, attempt.application_id()).await?;
        let of_step = |one: &&attempts::Attempt| one.step == attempt.step();
        let count = earlier.iter().filter(of_step).count();
        let due = self.settings.resend.due_after(now, count);
        let detail = json!({
            "req_seq_id": attempt.req_seq_id.as_str(),
            "step": attempt.step().as_str(),
            "cause": error.as_str(),
            "attempts": count,
            "next_attempt_at": due.to_string(),
        });

        let tx = connection
            .begin("huifu-dispatcher: record step not sent")
            .await?;
        match advance(&tx, now, &attempt.edge(Event::NotSent, &detail)).await? {
            Advanced::Moved { .. } => {
                if !attempts::prove_unsent(&tx, now, &attempt.req_seq_id).await? {
                    // This was committed before, its answer got lost, and what is under way now is
                    // the next attempt. Rolling back leaves that one alone.
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
                attempts::learn(&tx, now, &attempt.req_seq_id, unknown, None).await?;
            }
        }
        tx.commit().await
    }
}

async fn record_done(
    connection: &mut Connection,
    keys: &DataKeys,
    attempt: &OpenAttempt,
    done: &StepDone,
) -> Result<(), StoreError> {
    let now = clock::now();
    let application = &attempt.application;
    let detail = detail(attempt, done.huifu_id.as_ref(), None);
    let learned = Learned {
        huifu_id: done.huifu_id.as_ref(),
        apply_no: None,
        token_no: done.token_no.as_ref(),
    };
    let account = done.huifu_id.as_ref().or(application.huifu_id.as_ref());
    let token_no = done.token_no.as_ref();
    let mobile = mobile::of_form(keys, &application.htouhui_user_id, &attempt.form);
    let grant = account
        .and_then(|huifu_id| Grant::new(application, &attempt.form, huifu_id, token_no, mobile));
    let granted = grant.as_ref().map(Grant::granted);
    let is_last = steps(application.kind, application.subject).last() == Some(&attempt.step());
    let event = match (&granted, is_last) {
        (_, false) => Event::StepDone,
        (Some(granted), true) => Event::Pass(granted),
        // Huifu did not say by which number it knows the card: ask.rs finds out.
        (None, true) => Event::Submit,
    };

    let tx = connection
        .begin("huifu-dispatcher: record step done")
        .await?;
    let edge = Edge {
        learned,
        ..attempt.edge(event, &detail)
    };
    // `Agreed` when a callback or a question overtook the answer, or this was committed before:
    // then only the attempt is closed.
    advance(&tx, now, &edge).await?;
    submitted(&tx, now, attempt).await?;
    tx.commit().await
}

async fn record_review(
    connection: &mut Connection,
    attempt: &OpenAttempt,
    review: &StepInReview,
) -> Result<(), StoreError> {
    let now = clock::now();
    let detail = detail(attempt, review.huifu_id.as_ref(), Some(&review.apply_no));
    let tx = connection.begin("huifu-dispatcher: record review").await?;
    let edge = Edge {
        learned: Learned {
            huifu_id: review.huifu_id.as_ref(),
            apply_no: Some(&review.apply_no),
            token_no: review.token_no.as_ref(),
        },
        ..attempt.edge(Event::Review, &detail)
    };
    advance(&tx, now, &edge).await?;
    submitted(&tx, now, attempt).await?;
    tx.commit().await
}

async fn submitted(
    tx: &Transaction<'_>,
    now: Timestamp,
    attempt: &OpenAttempt,
) -> Result<(), StoreError> {
    let submitted = AttemptOutcome::Submitted;
    attempts::close(tx, now, &attempt.req_seq_id, submitted, None).await
}

async fn record_refused(
    connection: &mut Connection,
    attempt: &OpenAttempt,
    refusal: &StepRefusal,
) -> Result<(), StoreError> {
    let now = clock::now();
    let detail = json!({
        "req_seq_id": attempt.req_seq_id.as_str(),
        "step": attempt.step().as_str(),
        "resp_code": refusal.code,
        "reason_code": refusal.reason.as_str(),
    });
    let words = without_form(&attempt.form, &refusal.words);
    let no = Event::Refuse(Reason {
        code: refusal.reason.as_str(),
        detail: Some(words.as_str()).filter(|words| !words.is_empty()),
    });
    let (req_seq_id, code) = (&attempt.req_seq_id, Some(refusal.code.as_str()));
    let tx = connection
        .begin("huifu-dispatcher: record step refused")
        .await?;
    match advance(&tx, now, &attempt.edge(no, &detail)).await? {
        Advanced::Moved { .. } | Advanced::Agreed(_) => {
            attempts::close(&tx, now, req_seq_id, AttemptOutcome::Refused, code).await?;
        }
        // Somebody said that Huifu has it. A case is open now; keep asking.
        Advanced::Contradicted(_)
        | Advanced::Refused(_)
        | Advanced::Held(_)
        | Advanced::Unknown => {
            attempts::learn(&tx, now, req_seq_id, AttemptOutcome::Unknown, code).await?;
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
        "req_seq_id": attempt.req_seq_id.as_str(),
        "step": attempt.step().as_str(),
        "cause": error.as_str(),
        "code": code,
    });
    let tx = connection
        .begin("huifu-dispatcher: record step unknown")
        .await?;
    let advanced = advance(&tx, now, &attempt.edge(Event::LoseTrack, &detail)).await?;
    let lost = matches!(advanced, Advanced::Moved { .. });
    // `learn`, not `close`: a callback that overtook us knows more than we do.
    let (req_seq_id, unknown) = (&attempt.req_seq_id, AttemptOutcome::Unknown);
    attempts::learn(&tx, now, req_seq_id, unknown, code.as_deref()).await?;
    if lost && attempt.application.huifu_id.is_none() {
        // Nobody can ask about a subject that has no number: a person must look at once.
        let application = attempt.application_id();
        open_case(
            &tx,
            now,
            application,
            req_seq_id,
            "cannot_be_asked_about",
            &detail,
        )
        .await?;
    }
    tx.commit().await
}

fn detail(attempt: &OpenAttempt, huifu_id: Option<&HuifuId>, apply_no: Option<&str>) -> Value {
    json!({
        "req_seq_id": attempt.req_seq_id.as_str(),
        "step": attempt.step().as_str(),
        "huifu_id": huifu_id.map(HuifuId::as_str),
        "apply_no": apply_no,
    })
}
