//! What becomes of a message when nothing is sent now: it is settled, or comes again later.

use contract::message::{ApplicationReceived, Envelope};
use jiff::{SignedDuration, Timestamp};
use runtime::backoff::jittered;
use runtime::{clock, ids};
use store::{StoreError, outbox};

use super::Onboard;
use super::form::Due;

/// How long the message of a held application rests before it looks again whether a person is done.
pub(super) const HELD_PAUSE: SignedDuration = SignedDuration::from_secs(60);

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
        self.later(asked, HELD_PAUSE).await
    }

    /// A picture did not arrive: after as long as the step has waited already, so that the pauses
    /// double without being counted anywhere.
    pub(super) async fn try_later(
        &self,
        asked: &Envelope<ApplicationReceived>,
        due: &Due,
    ) -> Result<(), StoreError> {
        let waited = clock::now().duration_since(due.application.updated_at);
        let waited = waited.unsigned_abs().clamp(
            self.settings.resend_pause,
            self.settings
                .resend_longest_pause
                .max(self.settings.resend_pause),
        );
        let pause = SignedDuration::try_from(jittered(waited));
        self.later(asked, pause.unwrap_or(HELD_PAUSE)).await
    }

    async fn later(
        &self,
        asked: &Envelope<ApplicationReceived>,
        pause: SignedDuration,
    ) -> Result<(), StoreError> {
        let now = clock::now();
        let mut connection = self.store.connection().await?;
        let tx = connection.begin("huifu-dispatcher: put step off").await?;
        if !outbox::settle(&tx, asked.message_id).await? {
            return Ok(());
        }
        let due = now.saturating_add(pause).unwrap_or(Timestamp::MAX);
        outbox::enqueue(&tx, &again(asked, now), due).await?;
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
