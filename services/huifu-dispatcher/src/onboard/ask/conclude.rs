//! What an answer to a question changes: an edge of the application, a case, or when to ask next.

use contract::huifu::operations::StepRefusal;
use contract::ids::{ApplicationId, ReqSeqId};
use jiff::Timestamp;
use runtime::ids;
use serde_json::{Value, json};
use store::applications::attempts::{self, Attempt};
use store::applications::progress::{self, Edge, Event, Granted, Learned, NewIds, Reason, advance};
use store::attempts::AttemptOutcome;
use store::cases::{self, NewCase};
use store::{StoreError, Transaction};

use super::Ask;
use super::question::{Asked, Finding};
use crate::onboard::words::without_form;

/// What is done about one attempt.
struct Conclusion<'a> {
    event: Event<'a>,
    /// What is known of the attempt from now on.
    outcome: AttemptOutcome,
    /// A case for a person, told once.
    case: Option<&'static str>,
}

impl Ask {
    pub(super) async fn conclude(
        &self,
        attempt: &Attempt,
        asked: &Asked,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        match self.write(attempt, asked, now).await {
            // Somebody else has the user whom this would open, entered by hand for one.
            Err(error) if error.constraint().is_some() => {
                let constraint = error.constraint().unwrap_or_default();
                let detail = json!({ "constraint": constraint, "answer": asked.told });
                self.set_aside(attempt, "cannot_be_granted", &detail, now)
                    .await
            }
            written => written,
        }
    }

    async fn write(
        &self,
        attempt: &Attempt,
        asked: &Asked,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let detail = detail(attempt, asked);
        let mut connection = self.store.connection().await?;
        let tx = connection
            .begin("huifu-dispatcher: record question")
            .await?;
        if matches!(asked.finding, Finding::Over) {
            attempts::ask_again_at(&tx, now, &attempt.req_seq_id, None).await?;
            return tx.commit().await;
        }
        let words = words(asked);
        let granted = granted(asked);
        let conclusion = self.conclusion(attempt, &asked.finding, granted.as_ref(), &words);
        let edge = Edge {
            application: &attempt.application_id,
            step: attempt.step,
            event: conclusion.event,
            learned: learned(granted.as_ref()),
            detail: &detail,
            ids: NewIds {
                notice: ids::new_notice_id(),
                message: ids::new_message_id(),
            },
            causation_id: None,
        };
        advance(&tx, now, &edge).await?;
        let (req_seq_id, outcome) = (&attempt.req_seq_id, conclusion.outcome);
        if !attempts::learn(&tx, now, req_seq_id, outcome, None).await? {
            // The sender closed the attempt while we asked: the edge above may have been taken for
            // another attempt. It is rolled back.
            drop(tx);
            drop(connection);
            if outcome == AttemptOutcome::Submitted {
                let kind = "closed_attempt_at_huifu";
                return self.set_aside(attempt, kind, &detail, now).await;
            }
            return Ok(());
        }
        if let Some(kind) = conclusion.case {
            let application = &attempt.application_id;
            open_case(&tx, now, application, req_seq_id, kind, &detail).await?;
        }
        let next = self.settings.next_question(now, attempt.query_count);
        attempts::asked(&tx, now, attempt, next).await?;
        tx.commit().await
    }

    fn conclusion<'a>(
        &self,
        attempt: &Attempt,
        finding: &'a Finding,
        granted: Option<&'a Granted<'a>>,
        words: &'a str,
    ) -> Conclusion<'a> {
        let known = |event| Conclusion {
            event,
            outcome: AttemptOutcome::Submitted,
            case: None,
        };
        let unclear = |case: Option<&'static str>| Conclusion {
            // Only an attempt that is still open moves by this; for all others it agrees.
            event: Event::LoseTrack,
            outcome: AttemptOutcome::Unknown,
            case,
        };
        let after_some = |kind| (attempt.query_count >= self.settings.case_after).then_some(kind);
        match (finding, granted) {
            (Finding::Passed(_), Some(granted)) => known(Event::Pass(granted)),
            (Finding::Pending, _) => known(Event::Review),
            (Finding::Refused(refusal), _) => known(Event::Refuse(reason(refusal, words))),
            (Finding::Failed(refusal), _) => known(Event::Fail(reason(refusal, words))),
            (Finding::NothingToAskBy, _) => unclear(Some("cannot_be_asked_about")),
            (Finding::NotThere, _) => unclear(after_some("unknown_at_huifu")),
            (Finding::Unclear, _) => unclear(after_some("unclear_at_huifu")),
            // Huifu cannot be reached, or not be believed. That is everybody's alarm, not the case
            // of one application.
            (Finding::NoAnswer | Finding::Over, _) | (Finding::Passed(_), None) => unclear(None),
        }
    }

    /// What Huifu says cannot be written down as it stands: nothing more happens to this
    /// application before a person has looked.
    async fn set_aside(
        &self,
        attempt: &Attempt,
        kind: &'static str,
        detail: &Value,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut connection = self.store.connection().await?;
        let tx = connection.begin("huifu-dispatcher: set step aside").await?;
        let fingerprint = format!("{}:{kind}", attempt.req_seq_id);
        let case = NewCase {
            withdrawal: None,
            application: Some(&attempt.application_id),
            kind,
            detail,
            fingerprint: &fingerprint,
        };
        progress::set_aside(&tx, now, &attempt.application_id, &case).await?;
        let next = self.settings.next_question(now, attempt.query_count);
        attempts::asked(&tx, now, attempt, next).await?;
        tx.commit().await
    }
}

/// Opens a case about a step. It holds nothing: what is asked about is not sent anyway.
pub(in crate::onboard) async fn open_case(
    tx: &Transaction<'_>,
    now: Timestamp,
    application: &ApplicationId,
    req_seq_id: &ReqSeqId,
    kind: &str,
    detail: &Value,
) -> Result<(), StoreError> {
    let fingerprint = format!("{req_seq_id}:{kind}");
    let case = NewCase {
        withdrawal: None,
        application: Some(application),
        kind,
        detail,
        fingerprint: &fingerprint,
    };
    cases::open(tx, now, &case).await.map(drop)
}

fn granted(asked: &Asked) -> Option<Granted<'_>> {
    match &asked.finding {
        Finding::Passed(grant) => Some(grant.granted()),
        Finding::Over
        | Finding::Pending
        | Finding::Refused(_)
        | Finding::Failed(_)
        | Finding::NotThere
        | Finding::Unclear
        | Finding::NothingToAskBy
        | Finding::NoAnswer => None,
    }
}

fn learned<'a>(granted: Option<&'a Granted<'a>>) -> Learned<'a> {
    let card = granted.and_then(|granted| granted.card.as_ref());
    Learned {
        token_no: card.map(|card| card.token_no),
        ..Learned::default()
    }
}

fn words(asked: &Asked) -> String {
    match &asked.finding {
        Finding::Refused(refusal) | Finding::Failed(refusal) => {
            without_form(&asked.form, &refusal.words)
        }
        Finding::Over
        | Finding::Passed(_)
        | Finding::Pending
        | Finding::NotThere
        | Finding::Unclear
        | Finding::NothingToAskBy
        | Finding::NoAnswer => String::new(),
    }
}

fn reason<'a>(refusal: &'a StepRefusal, words: &'a str) -> Reason<'a> {
    Reason {
        code: refusal.reason.as_str(),
        detail: Some(words).filter(|words| !words.is_empty()),
    }
}

fn detail(attempt: &Attempt, asked: &Asked) -> Value {
    json!({
        "req_seq_id": attempt.req_seq_id.as_str(),
        "step": attempt.step.as_str(),
        "query": attempt.query_count,
        "finding": asked.finding.as_str(),
        "answer": asked.told,
        "huifu_id": asked.application.huifu_id.as_ref().map(|id| id.as_str()),
        "apply_no": asked.application.apply_no,
    })
}
