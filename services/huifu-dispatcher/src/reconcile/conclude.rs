//! What an answer to a question changes: an edge of the withdrawal, a case, or when to ask next.

use contract::huifu::Verdict;
use contract::huifu::verdict::Refusal;
use contract::money::Fen;
use contract::partner::ReasonCode;
use contract::withdrawal::{Transition, return_check};
use jiff::Timestamp;
use runtime::ids;
use serde_json::{Value, json};
use store::attempts::{self, Attempt, AttemptOutcome};
use store::cases::{self, NewCase};
use store::progress::{self, Advanced, NewIds, Step, advance};
use store::withdrawals::Change;
use store::{StoreError, Transaction};

use super::{Answer, Reconcile};

/// What is done about one attempt.
struct Conclusion {
    /// Edges to be taken one after the other, each with the reason that goes with it.
    edges: Vec<(Transition, Option<Refusal>)>,
    /// What is known of the attempt from now on.
    learned: AttemptOutcome,
    /// A case for a person, told once.
    case: Option<&'static str>,
}

impl Reconcile {
    pub(super) async fn conclude(
        &self,
        attempt: &Attempt,
        answer: &Answer,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let conclusion = self.conclusion(attempt, answer);
        let detail = detail(attempt, answer);
        let mut connection = self.store.connection().await?;
        let tx = connection.begin("huifu-dispatcher: record query").await?;
        for (transition, refusal) in &conclusion.edges {
            let advanced = take(&tx, now, attempt, *transition, refusal.as_ref(), &detail).await?;
            match advanced {
                Advanced::Moved { .. } | Advanced::Agreed(_) => {}
                Advanced::Refused(_)
                | Advanced::Held(_)
                | Advanced::Contradicted(_)
                | Advanced::Unknown => break,
            }
        }
        if !learn(&tx, now, attempt, answer, conclusion.learned).await? {
            // The sender closed the attempt while we asked: the edges above may have been taken
            // for another attempt. They are rolled back.
            drop(tx);
            return self
                .closed_meanwhile(attempt, &conclusion, &detail, now)
                .await;
        }
        if let Some(kind) = conclusion.case {
            open_case(&tx, now, attempt, kind, &detail).await?;
        }
        let next = match attempts::end_of(&tx, &attempt.withdrawal_id).await? {
            // A question without an answer does not count: after an end it is soon asked again.
            Some((end, at)) if answer.is_ok() => {
                return_check::after(end, at, now, self.settings.return_check_until)
            }
            Some(_) | None => Some(self.settings.next_question(now, attempt.query_count)),
        };
        attempts::ask_again_at(&tx, now, &attempt.req_seq_id, next).await?;
        tx.commit().await
    }

    fn conclusion(&self, attempt: &Attempt, answer: &Answer) -> Conclusion {
        let unclear = |kind| Conclusion {
            // Only an attempt that is still open moves by this; for all others it agrees.
            edges: vec![(Transition::LoseTrack, None)],
            learned: AttemptOutcome::Unknown,
            case: (attempt.query_count >= self.settings.case_after).then_some(kind),
        };
        let Ok(found) = answer else {
            // Huifu cannot be reached, or not be believed. That is everybody's alarm, not the
            // case of one withdrawal.
            return Conclusion {
                case: None,
                ..unclear("")
            };
        };
        let known = |edges| Conclusion {
            edges,
            learned: AttemptOutcome::Submitted,
            case: None,
        };
        let conclusion = match &found.verdict {
            Verdict::Submitted => known(vec![(Transition::Submit, None)]),
            Verdict::Paid => known(vec![(Transition::Pay, None)]),
            Verdict::Failed(refusal) => known(vec![(Transition::Fail, Some(refusal.clone()))]),
            // A return implies a payment: both are told, one after the other.
            Verdict::Returned => known(vec![
                (Transition::Pay, None),
                (Transition::Return, Some(returned())),
            ]),
            Verdict::NotKnown => return unclear("unknown_at_huifu"),
            // The last two are not said in answer to a question.
            Verdict::Unknown | Verdict::Refused(_) | Verdict::Noted => {
                return unclear("unclear_at_huifu");
            }
        };
        match amount(found.answer.cash_amt.as_deref(), attempt.amount) {
            Amount::Ours => conclusion,
            // Without the amount an answer may still say that nothing is decided, or no.
            Amount::Absent if !ends_in_payment(&found.verdict) => conclusion,
            Amount::Absent => unclear("unclear_at_huifu"),
            Amount::NotOurs => Conclusion {
                edges: Vec::new(),
                learned: AttemptOutcome::Unknown,
                case: Some("query_mismatch"),
            },
        }
    }

    /// Huifu speaks of an attempt that we call unsent or refused. If it has it, nothing may be sent
    /// in its place before a person has looked.
    async fn closed_meanwhile(
        &self,
        attempt: &Attempt,
        conclusion: &Conclusion,
        detail: &Value,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if conclusion.learned != AttemptOutcome::Submitted {
            return Ok(());
        }
        let mut connection = self.store.connection().await?;
        let tx = connection.begin("huifu-dispatcher: set aside").await?;
        let fingerprint = format!("{}:closed_attempt_at_huifu", attempt.req_seq_id);
        let case = NewCase {
            withdrawal: Some(&attempt.withdrawal_id),
            application: None,
            kind: "closed_attempt_at_huifu",
            detail,
            fingerprint: &fingerprint,
        };
        progress::set_aside(&tx, now, &attempt.withdrawal_id, &case).await?;
        tx.commit().await
    }
}

async fn take(
    tx: &Transaction<'_>,
    now: Timestamp,
    attempt: &Attempt,
    transition: Transition,
    refusal: Option<&Refusal>,
    detail: &Value,
) -> Result<Advanced, StoreError> {
    let step = Step {
        withdrawal: &attempt.withdrawal_id,
        transition,
        change: Change {
            confirmation: None,
            reason_code: refusal.map(|refusal| refusal.reason.as_str()),
            reason_detail: refusal.map(|refusal| refusal.words.as_str()),
        },
        detail,
        ids: NewIds {
            notice: ids::new_notice_id(),
            message: ids::new_message_id(),
        },
        causation_id: None,
    };
    advance(tx, now, &step).await
}

async fn learn(
    tx: &Transaction<'_>,
    now: Timestamp,
    attempt: &Attempt,
    answer: &Answer,
    outcome: AttemptOutcome,
) -> Result<bool, StoreError> {
    let hf_seq_id = answer
        .as_ref()
        .ok()
        .and_then(|found| found.answer.org_hf_seq_id.as_deref());
    attempts::learn(tx, now, &attempt.req_seq_id, outcome, hf_seq_id, None).await
}

async fn open_case(
    tx: &Transaction<'_>,
    now: Timestamp,
    attempt: &Attempt,
    kind: &str,
    detail: &Value,
) -> Result<(), StoreError> {
    let fingerprint = format!("{}:{kind}", attempt.req_seq_id);
    let case = NewCase {
        withdrawal: Some(&attempt.withdrawal_id),
        application: None,
        kind,
        detail,
        fingerprint: &fingerprint,
    };
    cases::open(tx, now, &case).await.map(drop)
}

fn detail(attempt: &Attempt, answer: &Answer) -> Value {
    let told = match answer {
        Ok(found) => json!({
            "verdict": found.verdict.as_str(),
            "resp_code": found.answer.resp_code,
            "trans_status": found.answer.trans_status,
            "re_exchange": found.answer.re_exchange,
            "cash_amt": found.answer.cash_amt,
            "fee_amt": found.answer.fee_amt,
            "hf_seq_id": found.answer.org_hf_seq_id,
        }),
        Err(error) => json!({ "verdict": error.as_str(), "code": error.code() }),
    };
    json!({
        "req_seq_id": attempt.req_seq_id.as_str(),
        "query": attempt.query_count,
        "amount_fen": attempt.amount.get(),
        "answer": told,
    })
}

enum Amount {
    Ours,
    Absent,
    NotOurs,
}

fn amount(told: Option<&str>, ours: Fen) -> Amount {
    match told.map(str::parse::<Fen>) {
        None => Amount::Absent,
        Some(Ok(told)) if told == ours => Amount::Ours,
        Some(Ok(_) | Err(_)) => Amount::NotOurs,
    }
}

fn ends_in_payment(verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Paid | Verdict::Returned => true,
        Verdict::Submitted
        | Verdict::Refused(_)
        | Verdict::Failed(_)
        | Verdict::NotKnown
        | Verdict::Noted
        | Verdict::Unknown => false,
    }
}

fn returned() -> Refusal {
    Refusal {
        reason: ReasonCode::ReturnedByBank,
        code: String::new(),
        words: String::new(),
    }
}
