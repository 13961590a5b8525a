//! Handles "a notice is due": sends it once and records what came of it.
//!
//! One handler for both kinds of notice, over one [`Desk`]: what a partner may take of this
//! process, it may take once, not once for each queue.
//!
//! The partner hears before we write, so a crash in between tells it twice; the other order could
//! tell it never. A message that was carried out before is recognised without sending anything.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Instant;

use contract::message::Envelope;
use jiff::Timestamp;
use runtime::amqp::{Handler, HandlerError, Verdict as _};
use runtime::clock;
use runtime::courier::{Answer, Courier, Destination};
use runtime::crash::{self, CrashPoint};
use runtime::ids::random_bytes;
use store::notices::NoticeState;
use store::{Store, StoreError};

use crate::lanes::{Full, Lanes, Place};
use crate::notification::{Deliverable, Due, Sending};
use crate::record::{self, Next, Sent};
use crate::settings::NotifierSettings;

/// What the handlers of all queues work with.
pub(crate) struct Desk {
    pub(crate) store: Store,
    pub(crate) courier: Courier,
    pub(crate) lanes: Lanes,
    pub(crate) settings: Arc<NotifierSettings>,
}

/// The handler of one queue of due notices.
pub(crate) struct Notify<M> {
    desk: Arc<Desk>,
    message: PhantomData<fn() -> M>,
}

impl<M> Notify<M> {
    pub(crate) fn new(desk: &Arc<Desk>) -> Self {
        Self {
            desk: Arc::clone(desk),
            message: PhantomData,
        }
    }
}

impl<M: Deliverable> Handler for Notify<M> {
    type Message = M;

    async fn handle(&self, envelope: Envelope<M>) -> Result<(), HandlerError> {
        let desk = &self.desk;
        let due = desk.load(&envelope).await?;
        // It came again although its effect was committed: only the ack got lost.
        if !due.message_is_open {
            return Ok(());
        }
        match due.state {
            NoticeState::Pending => {}
            NoticeState::Delivered | NoticeState::DeadLettered => {
                return written(record::settle(&desk.store, &envelope).await);
            }
        }
        match desk.lanes.enter(&due.partner_id).await {
            Ok(place) => desk.send(&envelope, &due, place).await,
            Err(Full { pause }) => {
                metrics::counter!("notices_put_back_total").increment(1);
                written(record::put_back(&desk.store, clock::now(), &envelope, pause).await)
            }
        }
    }
}

impl Desk {
    async fn load<M: Deliverable>(&self, envelope: &Envelope<M>) -> Result<Due, HandlerError> {
        let connection = self.store.connection().await.or_requeue()?;
        let loaded = envelope
            .body
            .load(&connection, envelope.message_id, clock::now())
            .await;
        match loaded {
            Ok(Some(due)) => Ok(due),
            Ok(None) => Err(HandlerError::dead_letter("there is no such notice")),
            Err(error @ StoreError::Corrupt { .. }) => {
                Err(error).or_dead_letter("a stored value of the notice cannot be read")
            }
            Err(error) => Err(error).or_requeue(),
        }
    }

    async fn send<M: Deliverable>(
        &self,
        envelope: &Envelope<M>,
        due: &Due,
        place: Place,
    ) -> Result<(), HandlerError> {
        let began = clock::now();
        let stopwatch = Instant::now();
        let sending = Sending {
            key: &self.settings.signing.key,
            key_id: &self.settings.signing.key_id,
            at: began,
            random: random_bytes(),
        };
        let parcel = due.parcel(&sending, &self.settings.data_keys);
        crash::reach(CrashPoint::NotifierBeforePost);
        let to = Destination {
            url: &due.notify_url,
            hosts: &due.hosts,
        };
        let answer = self.courier.deliver(to, parcel, began).await;
        crash::reach(CrashPoint::NotifierAfterPost);
        // Given back before we write: the partner's place is not for our database to hold.
        drop(place);
        let took = stopwatch.elapsed();
        let sent = Sent {
            service: "partner-notifier",
            envelope,
            due,
            answer: &answer,
            began,
            took,
        };
        let now = clock::now();
        let next = self.next(now, due, &answer);
        written(record::record(&self.store, now, &sent, next).await)?;
        crash::reach(CrashPoint::NotifierAfterRecordCommit);
        tell(&sent, next);
        Ok(())
    }

    fn next(&self, now: Timestamp, due: &Due, answer: &Answer) -> Next {
        if answer.taken.is_ok() {
            return Next::Done;
        }
        let step = usize::try_from(due.schedule_step).unwrap_or_default();
        let pause = self
            .settings
            .schedule
            .pause(step, random(), answer.retry_after);
        pause.map_or(Next::GiveUp, |pause| Next::Again(record::later(now, pause)))
    }
}

fn written(result: Result<(), StoreError>) -> Result<(), HandlerError> {
    result.or_requeue()
}

fn random() -> u32 {
    u32::from_le_bytes(random_bytes())
}

fn tell<M>(sent: &Sent<'_, M>, next: Next) {
    let outcome = sent.answer.outcome();
    metrics::histogram!("notice_seconds", "outcome" => outcome).record(sent.took);
    let (notice_id, partner_id) = (sent.due.notice_id(), &sent.due.partner_id);
    let attempt = sent.due.attempt_count.saturating_add(1);
    match next {
        Next::Done => tracing::info!(%notice_id, %partner_id, attempt, "notice delivered"),
        Next::Again(at) => {
            let next_at = at.to_string();
            tracing::warn!(%notice_id, %partner_id, attempt, outcome, next_at, "notice not taken");
        }
        Next::GiveUp => {
            metrics::counter!("notices_dead_lettered_total").increment(1);
            tracing::error!(%notice_id, %partner_id, attempt, outcome, "notice dead-lettered");
        }
    }
}
