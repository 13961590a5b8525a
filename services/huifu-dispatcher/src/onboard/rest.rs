//! What becomes of a message when nothing is sent now: it is settled, or comes again later.

use std::time::Duration;

use contract::later;
use contract::message::{ApplicationReceived, Envelope};
use jiff::Timestamp;
use runtime::backoff::jittered;
use runtime::{clock, ids};
use store::{StoreError, outbox};

use super::Onboard;
use super::form::Due;
use crate::settings::ResendSettings;

/// How long the message of a held application rests before it looks again whether a person is done.
pub(super) const HELD_PAUSE: Duration = Duration::from_secs(60);

impl Onboard {
    /// Nothing is left to do for this message.
    pub(super) async fn settle(
        &self,
        asked: &Envelope<ApplicationReceived>,
    ) -> Result<(), StoreError> {
        let mut connection = self.store.connection().await?;
        let tx = connection.begin("huifu-dispatcher: settle step").await?;
        outbox::settle(&tx, asked.message_id).await?;
        tx.commit().await
    }

    /// A person must look first.
    pub(super) async fn rest(
        &self,
        asked: &Envelope<ApplicationReceived>,
    ) -> Result<(), StoreError> {
        self.put_off(asked, HELD_PAUSE).await
    }

    /// A picture did not arrive: after as long as the step has waited already, so that the pauses
    /// double without being counted anywhere.
    pub(super) async fn try_later(
        &self,
        asked: &Envelope<ApplicationReceived>,
        due: &Due,
    ) -> Result<(), StoreError> {
        let waited = clock::now().duration_since(due.application.updated_at);
        let ResendSettings { pause, longest } = self.settings.resend;
        let waited = waited.unsigned_abs().clamp(pause, longest.max(pause));
        self.put_off(asked, jittered(waited)).await
    }

    async fn put_off(
        &self,
        asked: &Envelope<ApplicationReceived>,
        pause: Duration,
    ) -> Result<(), StoreError> {
        let now = clock::now();
        let mut connection = self.store.connection().await?;
        let tx = connection.begin("huifu-dispatcher: put step off").await?;
        if !outbox::settle(&tx, asked.message_id).await? {
            return Ok(());
        }
        outbox::enqueue(&tx, &again(asked, now), later(now, pause)).await?;
        tx.commit().await
    }
}

/// The same order once more, as a message of its own: this one is settled.
pub(super) fn again(
    asked: &Envelope<ApplicationReceived>,
    now: Timestamp,
) -> Envelope<ApplicationReceived> {
    Envelope {
        message_id: ids::new_message_id(),
        at: now,
        causation_id: Some(asked.message_id),
        traceparent: asked.traceparent.clone(),
        body: asked.body.clone(),
    }
}
