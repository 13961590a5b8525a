//! Opens an attempt at a step: settles the message, moves the application, writes the attempt. One
//! commit.

use std::collections::BTreeMap;

use contract::application::Step;
use contract::huifu::ReqDate;
use contract::huifu::operations::{ApplicationForm, OperationRequest, Sender};
use contract::ids::{ApplicationId, MaterialId, ReqSeqId};
use contract::later;
use contract::message::{ApplicationReceived, Envelope};
use jiff::Timestamp;
use runtime::amqp::{HandlerError, Verdict as _};
use runtime::crash::{CrashPoint, reach};
use runtime::{clock, ids};
use serde_json::{Value, json};
use store::applications::Application;
use store::applications::attempts::{self, NewAttempt};
use store::applications::progress::{Advanced, Edge, Event, Learned, NewIds, advance};
use store::{Connection, StoreError, Transaction, outbox};

use super::Onboard;
use super::form::Due;
use super::rest::{HELD_PAUSE, again};

/// An attempt that is committed and must be sent now, once.
pub(super) struct OpenAttempt {
    pub(super) req_seq_id: ReqSeqId,
    pub(super) req_date: ReqDate,
    pub(super) application: Application,
    pub(super) form: ApplicationForm,
    pub(super) request: OperationRequest,
    /// The message that asked for it.
    pub(super) asked: Envelope<ApplicationReceived>,
}

impl OpenAttempt {
    pub(super) fn application_id(&self) -> &ApplicationId {
        &self.application.id
    }

    pub(super) fn step(&self) -> Step {
        self.application.step
    }

    /// An edge of this step.
    pub(super) fn edge<'a>(&'a self, event: Event<'a>, detail: &'a Value) -> Edge<'a> {
        edge(&self.application, &self.asked, event, detail)
    }
}

/// An edge of the step that is due, because of the message that asked for it.
pub(super) fn edge<'a>(
    application: &'a Application,
    asked: &Envelope<ApplicationReceived>,
    event: Event<'a>,
    detail: &'a Value,
) -> Edge<'a> {
    Edge {
        application: &application.id,
        step: application.step,
        event,
        learned: Learned::default(),
        detail,
        ids: NewIds {
            notice: ids::new_notice_id(),
            message: ids::new_message_id(),
        },
        causation_id: Some(asked.message_id),
    }
}

impl Onboard {
    /// `None`: there is nothing to send, and the message is done.
    pub(super) async fn open(
        &self,
        asked: &Envelope<ApplicationReceived>,
        due: Due,
        files: &BTreeMap<MaterialId, String>,
    ) -> Result<Option<OpenAttempt>, HandlerError> {
        let now = clock::now();
        // Every limit is checked before the attempt exists: Huifu must never be the first to find
        // one broken.
        let attempt = self.attempt(asked, due, files, now)?;
        let mut connection = self.store.connection().await.or_requeue()?;
        match self.commit(&mut connection, now, &attempt).await {
            Ok(true) => Ok(Some(attempt)),
            Ok(false) => Ok(None),
            Err(error) if error.constraint().is_some() => {
                Err(error).or_dead_letter("another attempt at this step may have arrived")
            }
            Err(error) => Err(error).or_requeue(),
        }
    }

    fn attempt(
        &self,
        asked: &Envelope<ApplicationReceived>,
        due: Due,
        files: &BTreeMap<MaterialId, String>,
        now: Timestamp,
    ) -> Result<OpenAttempt, HandlerError> {
        let Due {
            application, form, ..
        } = due;
        let sender = Sender {
            req_seq_id: ids::new_req_seq_id(),
            req_date: ReqDate::at(now),
            upper_huifu_id: self.settings.upper_huifu_id.clone(),
            huifu_id: application.huifu_id.clone(),
            async_return_url: self.settings.callback_url.clone(),
        };
        let request = form
            .request(application.step, &sender, files)
            .or_dead_letter("the application breaks a limit of Huifu and cannot be sent")?;
        Ok(OpenAttempt {
            req_seq_id: sender.req_seq_id,
            req_date: sender.req_date,
            application,
            form,
            request,
            asked: asked.clone(),
        })
    }

    /// Whether the attempt was opened.
    async fn commit(
        &self,
        connection: &mut Connection,
        now: Timestamp,
        attempt: &OpenAttempt,
    ) -> Result<bool, StoreError> {
        let tx = connection.begin("huifu-dispatcher: open step").await?;
        if !outbox::settle(&tx, attempt.asked.message_id).await? {
            return Ok(false);
        }
        let detail = json!({
            "req_seq_id": attempt.req_seq_id.as_str(),
            "step": attempt.step().as_str(),
            "message_id": attempt.asked.message_id,
        });
        match advance(&tx, now, &attempt.edge(Event::OpenAttempt, &detail)).await? {
            Advanced::Moved { .. } => {
                let serial = (&attempt.req_seq_id, attempt.req_date);
                self.write(&tx, now, &attempt.application, serial).await?;
                reach(CrashPoint::OnboardBeforeAttemptCommit);
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
            // It moved on since we read it. Huifu may have the step already: ask.rs will ask.
            // Sending again is never the answer.
            Advanced::Agreed(_)
            | Advanced::Refused(_)
            | Advanced::Contradicted(_)
            | Advanced::Unknown => {
                tx.commit().await?;
                Ok(false)
            }
        }
    }

    pub(super) async fn write(
        &self,
        tx: &Transaction<'_>,
        now: Timestamp,
        application: &Application,
        (req_seq_id, req_date): (&ReqSeqId, ReqDate),
    ) -> Result<(), StoreError> {
        let new = NewAttempt {
            req_seq_id,
            application: &application.id,
            step: application.step,
            req_date: &req_date.to_string(),
            next_query_at: later(now, self.settings.ask.first_pause),
        };
        attempts::open(tx, now, &new).await
    }
}
