//! Ends an application whose step is never sent: Huifu will not take one of its pictures, or its
//! card breaks a rule that Huifu would find broken.

use contract::huifu::ReqDate;
use contract::huifu::operations::{FieldError, StepRefusal};
use contract::ids::{MaterialId, ReqSeqId};
use contract::later;
use contract::message::{ApplicationReceived, Envelope};
use contract::partner::ApplicationReason;
use runtime::{clock, ids};
use serde_json::{Value, json};
use store::applications::progress::{Advanced, Event, Reason, advance};
use store::applications::{Application, attempts};
use store::{StoreError, outbox};

use super::Onboard;
use super::form::Due;
use super::open::edge;
use super::rest::{HELD_PAUSE, again};
use super::words::without_form;

/// Why a step is not sent at all.
pub(super) struct Unsendable {
    reason: ApplicationReason,
    words: String,
    /// What it was, by its id, code or field.
    found: (&'static str, String),
    resp_code: Option<String>,
}

impl Unsendable {
    /// A picture that Huifu will not take.
    pub(super) fn picture(material: &MaterialId, refusal: &StepRefusal) -> Self {
        Self {
            reason: refusal.reason,
            words: refusal.words.clone(),
            found: ("material_id", material.to_string()),
            resp_code: Some(refusal.code.clone()),
        }
    }

    /// A legal person's card in another name.
    pub(super) fn holder(error: &FieldError) -> Self {
        Self {
            reason: ApplicationReason::LegalNameMismatch,
            words: format!("{}: {}", error.path, error.rule),
            found: ("field", error.path.clone()),
            resp_code: None,
        }
    }

    fn detail(&self, application: &Application, req_seq_id: &ReqSeqId) -> Value {
        let (name, found) = &self.found;
        json!({
            "req_seq_id": req_seq_id.as_str(),
            "step": application.step.as_str(),
            *name: found,
            "resp_code": self.resp_code,
            "reason_code": self.reason.as_str(),
        })
    }
}

impl Onboard {
    /// Only from an open attempt does a "no" lead anywhere: what is merely received, Huifu can
    /// have said nothing about. So one is opened and closed as not sent, in the same commit.
    pub(super) async fn refuse(
        &self,
        asked: &Envelope<ApplicationReceived>,
        due: &Due,
        refused: &Unsendable,
    ) -> Result<(), StoreError> {
        let now = clock::now();
        let req_seq_id = ids::new_req_seq_id();
        let application = &due.application;
        let detail = refused.detail(application, &req_seq_id);
        let mut connection = self.store.connection().await?;
        let tx = connection.begin("huifu-dispatcher: refuse unsent").await?;
        if !outbox::settle(&tx, asked.message_id).await? {
            return Ok(());
        }
        match advance(
            &tx,
            now,
            &edge(application, asked, Event::OpenAttempt, &detail),
        )
        .await?
        {
            Advanced::Moved { .. } => {
                let serial = (&req_seq_id, ReqDate::at(now));
                self.write(&tx, now, application, serial).await?;
                attempts::prove_unsent(&tx, now, &req_seq_id).await?;
                let words = without_form(&due.form, &refused.words);
                let no = Event::Refuse(Reason {
                    code: refused.reason.as_str(),
                    detail: Some(words.as_str()).filter(|words| !words.is_empty()),
                });
                advance(&tx, now, &edge(application, asked, no, &detail)).await?;
            }
            Advanced::Held(_) => {
                outbox::enqueue(&tx, &again(asked, now), later(now, HELD_PAUSE)).await?;
            }
            // It moved on since we read it, and somebody else has told how.
            Advanced::Agreed(_)
            | Advanced::Refused(_)
            | Advanced::Contradicted(_)
            | Advanced::Unknown => {}
        }
        tx.commit().await
    }
}
