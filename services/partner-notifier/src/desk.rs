//! What is done with a notice that is due, wherever it comes from: a queue, or a lane on which it
//! was parked.
//!
//! One desk for both kinds of notice and both ways: what a partner may take of this process, it may
//! take once. A sending that takes long is **handed over**: its message is acked, so that the
//! consumer goes on with the next, while the sending ends here. Until then the outbox row belongs
//! to this process (see [`crate::hands`]), and comes back by itself if it dies.

use std::sync::Arc;
use std::time::Duration;

use contract::later;
use contract::message::Envelope;
use jiff::Timestamp;
use runtime::amqp::{HandlerError, Verdict as _};
use runtime::clock;
use runtime::courier::Courier;
use runtime::trace;
use store::notices::NoticeState;
use store::{Store, StoreError, lanes, outbox};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use crate::hands::Hands;
use crate::lanes::{Lanes, Place};
use crate::notification::{Deliverable, Due};
use crate::record;
use crate::sending::Out;
use crate::settings::NotifierSettings;

/// Most partners answer sooner. One that does not costs a statement more for each notice, and no
/// more of the consumer than this.
const HAND_OVER_AFTER: Duration = Duration::from_millis(100);

/// Sendings that were handed over or fetched from lanes, at once: what a process holds of slow
/// partners, a few dozen kilobytes each. Beyond it the consumer waits for its sendings.
pub(crate) const ROOM: usize = 512;

/// To write down what came of a sending, after the longest there can be.
const TO_RECORD: Duration = Duration::from_secs(15);

/// What the handlers of all queues work with.
pub(crate) struct Desk {
    pub(crate) store: Store,
    pub(crate) courier: Courier,
    pub(crate) lanes: Lanes,
    pub(crate) hands: Hands,
    pub(crate) settings: Arc<NotifierSettings>,
    /// For sendings that no consumer waits for.
    pub(crate) room: Arc<Semaphore>,
    pub(crate) under_way: TaskTracker,
    pub(crate) stop: CancellationToken,
}

impl Desk {
    /// Carries out a message that the broker brought.
    pub(crate) async fn delivered<M: Deliverable>(
        self: &Arc<Self>,
        envelope: Envelope<M>,
    ) -> Result<(), HandlerError> {
        let due = self.load(&envelope).await?;
        // It came again although its effect was committed, or although it was parked: only the ack
        // got lost.
        if !due.posting.message_is_open || due.posting.message_is_parked {
            return Ok(());
        }
        if is_over(&due) {
            return written(record::settle(&self.store, &envelope).await);
        }
        let lane = &due.posting.lane;
        let probe = !lane.is_free();
        let may_try = !lane.is_held && lane.breaker.probe_is_due(clock::now());
        if probe && !may_try {
            return written(self.park(&envelope, &due).await);
        }
        let place = self.lanes.enter(&due.posting.partner_id, &lane.host).await;
        let Some(place) = place else {
            return written(self.park(&envelope, &due).await);
        };
        if probe && !self.begin_probe(&due).await.or_requeue()? {
            return written(self.park(&envelope, &due).await);
        }
        if due.posting.attempt_count == 0 && !probe {
            tell_delay(clock::now(), &due);
        }
        let out = Out {
            envelope,
            due,
            place,
            probe,
        };
        self.send_or_hand_over(out).await
    }

    /// Carries out a message that was fetched from a lane.
    pub(crate) async fn fetched<M: Deliverable>(
        &self,
        envelope: Envelope<M>,
        place: Place,
        probe: bool,
    ) -> Result<(), HandlerError> {
        let due = self.load(&envelope).await?;
        if !due.posting.message_is_open {
            return Ok(());
        }
        if is_over(&due) {
            written(record::settle(&self.store, &envelope).await)?;
            return self.give_up_probe(&due, probe).await;
        }
        if due.posting.lane.is_held || !(probe || due.posting.lane.is_free()) {
            let connection = self.store.connection().await.or_requeue()?;
            let single = connection.single("partner-notifier: park notice again");
            written(lanes::park_again(single, clock::now(), envelope.message_id).await)?;
            return self.give_up_probe(&due, probe).await;
        }
        let out = Out {
            envelope,
            due,
            place,
            probe,
        };
        self.send(out).await
    }

    /// Until when the trial of a lane belongs to this process: for as long as a sending may take,
    /// since nobody else has to hurry to a host that is down.
    pub(crate) fn probe_lease(&self, now: Timestamp) -> Timestamp {
        later(now, self.settings.timeout + TO_RECORD)
    }

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

    /// Counts as no attempt, and uses up nothing of the schedule.
    async fn park<M>(&self, envelope: &Envelope<M>, due: &Due) -> Result<(), StoreError> {
        metrics::counter!("tixian_notices_parked_total").increment(1);
        let connection = self.store.connection().await?;
        let now = clock::now();
        if due.posting.lane.id.is_none() {
            let single = connection.single("partner-notifier: make lane");
            lanes::ensure(single, now, due.on_lane()).await?;
        }
        let single = connection.single("partner-notifier: park notice");
        let parked = lanes::park(single, now, due.on_lane(), envelope.message_id).await?;
        tracing::debug!(parked, notice_id = %due.notice_id(), "notice waits for its lane");
        Ok(())
    }

    async fn begin_probe(&self, due: &Due) -> Result<bool, StoreError> {
        let Some(lane) = due.posting.lane.id else {
            return Ok(false);
        };
        let connection = self.store.connection().await?;
        let now = clock::now();
        let single = connection.single("partner-notifier: begin probe");
        lanes::begin_probe(single, now, lane, self.probe_lease(now)).await
    }

    async fn give_up_probe(&self, due: &Due, probe: bool) -> Result<(), HandlerError> {
        if probe {
            written(record::give_up_probe(&self.store, due, &self.settings.breaker).await)?;
        }
        Ok(())
    }

    /// Waits for the sending a moment, then lets go of the message.
    async fn send_or_hand_over<M: Deliverable>(
        self: &Arc<Self>,
        out: Out<M>,
    ) -> Result<(), HandlerError> {
        let room = Arc::clone(&self.room).try_acquire_owned();
        let Some(room) = room.ok().filter(|_| !self.stop.is_cancelled()) else {
            return self.send(out).await;
        };
        let message_id = out.envelope.message_id;
        let held = self.hands.hold(message_id);
        let desk = Arc::clone(self);
        let sending = async move {
            let sent = desk.send(out).await;
            drop((room, held));
            sent
        };
        let mut sending = self
            .under_way
            .spawn(trace::carried(sending.in_current_span()));
        if let Ok(ended) = timeout(HAND_OVER_AFTER, &mut sending).await {
            return ended.unwrap_or_else(|panicked| Err(panicked).or_requeue());
        }
        match self.hand_over(message_id).await {
            Ok(()) => Ok(()),
            // Nothing could be written, so the message stays with the broker.
            Err(_) => sending
                .await
                .unwrap_or_else(|panicked| Err(panicked).or_requeue()),
        }
    }

    async fn hand_over(&self, message_id: uuid::Uuid) -> Result<(), StoreError> {
        let connection = self.store.connection().await?;
        let now = clock::now();
        let single = connection.single("partner-notifier: hand over notice");
        outbox::hand_over(single, now, message_id, Hands::claim(now)).await
    }
}

/// How long a notice waited for us before it was first sent. What waited for its lane waited for
/// the partner, and is told by the age of what is parked.
fn tell_delay(now: Timestamp, due: &Due) {
    let waited = now.duration_since(due.posting.created_at).try_into();
    let waited: Duration = waited.unwrap_or_default();
    metrics::histogram!("tixian_notice_sending_delay_seconds").record(waited);
}

fn is_over(due: &Due) -> bool {
    match due.posting.state {
        NoticeState::Pending => false,
        NoticeState::Delivered | NoticeState::DeadLettered => true,
    }
}

pub(crate) fn written(result: Result<(), StoreError>) -> Result<(), HandlerError> {
    result.or_requeue()
}
