//! Ends an application whose picture Huifu will not take. Its step was never sent.

use contract::huifu::ReqDate;
use contract::message::{ApplicationReceived, Envelope};
use jiff::Timestamp;
use runtime::{clock, ids};
use serde_json::json;
use store::applications::attempts;
use store::applications::progress::{Advanced, Event, Reason, advance};
use store::{StoreError, outbox};

use super::Onboard;
use super::form::Due;
use super::open::edge;
use super::pictures::RefusedPicture;
use super::rest::{HELD_PAUSE, again};
use super::words::without_form;

impl Onboard {
    /// Only from an open attempt does a "no" lead anywhere: what is merely received, Huifu can
    /// have said nothing about. So one is opened and closed as not sent, in the same commit.
    pub(super) async fn refuse(
        &self,
        asked: &Envelope<ApplicationReceived>,
        due: &Due,
        refused: &RefusedPicture,
    ) -> Result<(), StoreError> {
        let now = clock::now();
        let req_seq_id = ids::new_req_seq_id();
        let (refusal, application) = (&refused.refusal, &due.application);
        let detail = json!({
            "req_seq_id": req_seq_id.as_str(),
            "step": application.step.as_str(),
            "material_id": refused.material.as_str(),
            "resp_code": refusal.code,
            "reason_code": refusal.reason.as_str(),
        });
        let mut connection = self.store.connection().await?;
        let tx = connection
            .begin("huifu-dispatcher: refuse for picture")
            .await?;
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
                let words = without_form(&due.form, &refusal.words);
                let no = Event::Refuse(Reason {
                    code: refusal.reason.as_str(),
                    detail: Some(words.as_str()).filter(|words| !words.is_empty()),
                });
                advance(&tx, now, &edge(application, asked, no, &detail)).await?;
            }
            Advanced::Held(_) => {
                let later = now.saturating_add(HELD_PAUSE).unwrap_or(Timestamp::MAX);
                outbox::enqueue(&tx, &again(asked, now), later).await?;
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
