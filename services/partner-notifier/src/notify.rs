//! Handles "a notice is due": sends it once and records what came of it.
//!
//! The partner hears before we write, so a crash in between tells it twice; the other order could
//! tell it never. A message that was carried out before is recognised without sending anything.

use std::sync::Arc;
use std::time::Instant;

use contract::message::{Envelope, NoticeDue};
use jiff::Timestamp;
use runtime::amqp::{Handler, HandlerError, Verdict as _};
use runtime::clock;
use runtime::crash::{self, CrashPoint};
use runtime::ids::random_bytes;
use store::notices::{self, ForDelivery, NoticeState};
use store::{Store, StoreError};

use crate::deliver::{Answer, Courier};
use crate::lanes::{Full, Lanes, Place};
use crate::notification::{self, Sending};
use crate::record::{self, Next, Sent};
use crate::settings::NotifierSettings;

/// The handler of the queue of due notices.
pub(crate) struct Notify {
    pub(crate) store: Store,
    pub(crate) courier: Courier,
    pub(crate) lanes: Lanes,
    pub(crate) settings: Arc<NotifierSettings>,
}

impl Handler for Notify {
    type Message = NoticeDue;

    async fn handle(&self, envelope: Envelope<NoticeDue>) -> Result<(), HandlerError> {
        let notice = self.load(&envelope).await?;
        // It came again although its effect was committed: only the ack got lost.
        if !notice.message_is_open {
            return Ok(());
        }
        match notice.state {
            NoticeState::Pending => {}
            NoticeState::Delivered | NoticeState::DeadLettered => {
                return written(record::settle(&self.store, &envelope).await);
            }
        }
        match self.lanes.enter(&notice.partner_id).await {
            Ok(place) => self.send(&envelope, &notice, place).await,
            Err(Full { pause }) => {
                metrics::counter!("notices_put_back_total").increment(1);
                written(record::put_back(&self.store, clock::now(), &envelope, pause).await)
            }
        }
    }
}

impl Notify {
    async fn load(&self, envelope: &Envelope<NoticeDue>) -> Result<ForDelivery, HandlerError> {
        let connection = self.store.connection().await.or_requeue()?;
        let id = &envelope.body.notice_id;
        match notices::for_delivery(&connection, id, envelope.message_id).await {
            Ok(Some(notice)) => Ok(notice),
            Ok(None) => Err(HandlerError::dead_letter("there is no such notice")),
            Err(error @ StoreError::Corrupt { .. }) => {
                Err(error).or_dead_letter("a stored value of the notice cannot be read")
            }
            Err(error) => Err(error).or_requeue(),
        }
    }

    async fn send(
        &self,
        envelope: &Envelope<NoticeDue>,
        notice: &ForDelivery,
        place: Place,
    ) -> Result<(), HandlerError> {
        let began = clock::now();
        let stopwatch = Instant::now();
        let sending = Sending {
            key: &self.settings.signing_key,
            key_id: &self.settings.signing_key_id,
            at: began,
            random: random_bytes(),
        };
        let body = notification::body(notice, &sending);
        crash::reach(CrashPoint::NotifierBeforePost);
        let answer = self
            .courier
            .deliver(&notice.notify_url, &notice.hosts, body, began)
            .await;
        crash::reach(CrashPoint::NotifierAfterPost);
        // Given back before we write: the partner's place is not for our database to hold.
        drop(place);
        let took = stopwatch.elapsed();
        let sent = Sent {
            service: "partner-notifier",
            envelope,
            notice,
            answer: &answer,
            began,
            took,
        };
        let now = clock::now();
        let next = self.next(now, notice, &answer);
        written(record::record(&self.store, now, &sent, next).await)?;
        crash::reach(CrashPoint::NotifierAfterRecordCommit);
        tell(&sent, next);
        Ok(())
    }

    fn next(&self, now: Timestamp, notice: &ForDelivery, answer: &Answer) -> Next {
        if answer.taken.is_ok() {
            return Next::Done;
        }
        let step = usize::try_from(notice.schedule_step).unwrap_or_default();
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

fn tell(sent: &Sent<'_>, next: Next) {
    let outcome = record::outcome(sent.answer);
    metrics::histogram!("notice_seconds", "outcome" => outcome).record(sent.took);
    let (notice_id, partner_id) = (&sent.notice.id, &sent.notice.partner_id);
    let attempt = sent.notice.attempt_count.saturating_add(1);
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
