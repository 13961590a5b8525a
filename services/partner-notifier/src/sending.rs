//! One sending: the form, the answer, and what follows from it.

use std::time::Instant;

use contract::later;
use contract::message::Envelope;
use jiff::Timestamp;
use runtime::amqp::HandlerError;
use runtime::clock;
use runtime::courier::Destination;
use runtime::crash::{self, CrashPoint};
use runtime::ids::random_bytes;
use store::lanes::Event;

use crate::desk::{Desk, written};
use crate::lanes::Place;
use crate::notification::{Deliverable, Due, Sending};
use crate::record::{self, Next, Sent};
use crate::verdict;

/// A notice that goes out: by which message, on which place, and whether as a lane's probe.
pub(crate) struct Out<M> {
    pub(crate) envelope: Envelope<M>,
    pub(crate) due: Due,
    pub(crate) place: Place,
    pub(crate) probe: bool,
}

impl Desk {
    /// Sends it once and records what came of it.
    pub(crate) async fn send<M: Deliverable>(&self, out: Out<M>) -> Result<(), HandlerError> {
        let Out {
            envelope,
            due,
            place,
            probe,
        } = out;
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
            url: &due.posting.notify_url,
            hosts: &due.posting.hosts,
        };
        let answer = self.courier.deliver(to, parcel, began).await;
        crash::reach(CrashPoint::NotifierAfterPost);
        // Given back before we write: the partner's place is not for our database to hold.
        drop(place);
        let took = stopwatch.elapsed();
        let sent = Sent {
            service: "partner-notifier",
            envelope: &envelope,
            due: &due,
            answer: &answer,
            event: verdict::of(&answer, &due.posting.lane, probe),
            began,
            took,
        };
        let now = clock::now();
        let next = self.next(now, &sent);
        let recorded = record::record(&self.store, now, &sent, next, &self.settings.breaker).await;
        if let Err(error) = &recorded {
            let error = error as &dyn std::error::Error;
            tracing::warn!(
                error,
                "a sending could not be recorded; it will be repeated"
            );
        }
        written(recorded)?;
        crash::reach(CrashPoint::NotifierAfterRecordCommit);
        tell(&sent, next);
        Ok(())
    }

    fn next<M>(&self, now: Timestamp, sent: &Sent<'_, M>) -> Next {
        if sent.answer.taken.is_ok() {
            return Next::Done;
        }
        if sent.event == Some(Event::Gone) {
            return Next::Parked;
        }
        let step = usize::try_from(sent.due.posting.schedule_step).unwrap_or_default();
        let schedule = &self.settings.schedule;
        let pause = schedule.pause(step, random(), sent.answer.retry_after);
        pause.map_or(Next::GiveUp, |pause| Next::Again(later(now, pause)))
    }
}

fn random() -> u32 {
    u32::from_le_bytes(random_bytes())
}

fn tell<M: Deliverable>(sent: &Sent<'_, M>, next: Next) {
    let outcome: &'static str = sent.answer.outcome();
    let (notice_id, partner_id) = (sent.due.notice_id(), &sent.due.posting.partner_id);
    let attempt = sent.due.posting.attempt_count.saturating_add(1);
    match next {
        Next::Done => tracing::info!(%notice_id, %partner_id, attempt, "notice delivered"),
        Next::Again(at) => {
            let next_at = at.to_string();
            tracing::warn!(%notice_id, %partner_id, attempt, outcome, next_at, "notice not taken");
        }
        Next::Parked => {
            let host = &sent.due.posting.lane.host;
            tracing::error!(%notice_id, %partner_id, attempt, host, "nobody there: lane held");
        }
        Next::GiveUp => {
            let queue = M::QUEUE.name;
            metrics::counter!("tixian_dead_letters_total", "queue" => queue).increment(1);
            tracing::error!(%notice_id, %partner_id, attempt, outcome, "notice dead-lettered");
        }
    }
}
