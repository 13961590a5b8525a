//! Writes down what came of a sending: in one transaction with the end of the message that asked
//! for it, and with the message that asks again.

use std::time::Duration;

use contract::message::Envelope;
use jiff::Timestamp;
use runtime::clock;
use runtime::courier::Answer;
use runtime::ids::new_message_id;
use runtime::trace::TRACEPARENT;
use serde_json::{Value, json};
use store::dead_letters::{self, NewDeadLetter};
use store::lanes::{self, Event, Policy};
use store::notices::{self, Attempted, NoticeState, Passage};
use store::{Store, StoreError, Transaction, outbox};
use uuid::Uuid;

use crate::notification::{Deliverable, Due};

/// One sending, from the message to the answer.
pub(crate) struct Sent<'a, M> {
    pub(crate) service: &'static str,
    pub(crate) envelope: &'a Envelope<M>,
    pub(crate) due: &'a Due,
    pub(crate) answer: &'a Answer,
    /// What it says about the lane, if anything.
    pub(crate) event: Option<Event>,
    pub(crate) began: Timestamp,
    pub(crate) took: Duration,
}

/// What follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Nothing: the partner has it.
    Done,
    /// It is sent again then.
    Again(Timestamp),
    /// It waits on its lane, which is held.
    Parked,
    /// A person must look.
    GiveUp,
}

/// Writes all of it down; does nothing if somebody else has settled the message meanwhile.
pub(crate) async fn record<M: Deliverable>(
    store: &Store,
    now: Timestamp,
    sent: &Sent<'_, M>,
    next: Next,
    breaker: &Policy,
) -> Result<(), StoreError> {
    let mut connection = store.connection().await?;
    let again = again(now, sent.envelope);
    let first_failed_at = match next {
        Next::Done | Next::Again(_) | Next::Parked => sent.began,
        Next::GiveUp => notices::attempts_of(&connection, sent.due.notice_id())
            .await?
            .first()
            .map_or(sent.began, |first| first.at),
    };
    let tx = connection.begin("partner-notifier: record attempt").await?;
    let (event, detail) = told(sent, next);
    let attempt = Attempted {
        at: sent.began,
        state: match next {
            Next::Done => NoticeState::Delivered,
            Next::Again(_) | Next::Parked => NoticeState::Pending,
            Next::GiveUp => NoticeState::DeadLettered,
        },
        outcome: sent.answer.outcome(),
        http_status: sent.answer.status.map(i32::from),
        duration_ms: i64::try_from(sent.took.as_millis()).unwrap_or(i64::MAX),
        answer: sent.answer.text.as_deref(),
        passage: &passage(sent.answer),
        event,
        detail: &detail,
    };
    // Sent down one connection without waiting in between. What was settled before is rolled back,
    // and with it all that the others did meanwhile.
    let (first, (), ()) = tokio::try_join!(
        biased;
        outbox::settle(&tx, sent.envelope.message_id),
        notices::record_attempt(&tx, now, sent.due.notice_id(), &attempt),
        follow(&tx, now, sent, (next, &again), first_failed_at),
    )?;
    if !first {
        return Ok(());
    }
    judge(&tx, now, sent, again.message_id, breaker).await?;
    tx.commit().await
}

/// Last, because everybody who fails on the same lane waits here for everybody else. A notice that
/// is taken on a lane without a row comes through without a statement.
async fn judge<M>(
    tx: &Transaction<'_>,
    now: Timestamp,
    sent: &Sent<'_, M>,
    again: Uuid,
    breaker: &Policy,
) -> Result<(), StoreError> {
    let lane = sent.due.on_lane();
    let judged = match sent.event {
        None => return Ok(()),
        Some(Event::Gone) => {
            let partner = &sent.due.posting.partner_id;
            let judged = lanes::gone(tx, now, partner, lane.host, breaker).await?;
            lanes::park(tx, now, lane, again).await?;
            judged
        }
        Some(event) => lanes::judge(tx, now, lane, event, breaker).await?,
    };
    if judged.before != judged.after {
        let (before, after) = (judged.before.as_str(), judged.after.as_str());
        metrics::counter!("tixian_lane_changes_total", "to" => after).increment(1);
        let (partner_id, host) = (lane.partner, lane.host);
        tracing::warn!(partner_id, host, before, after, "lane");
    }
    Ok(())
}

/// The lane may be tried by another notice: this one was not sent.
pub(crate) async fn give_up_probe(
    store: &Store,
    due: &Due,
    breaker: &Policy,
) -> Result<(), StoreError> {
    let mut connection = store.connection().await?;
    let tx = connection.begin("partner-notifier: give up probe").await?;
    lanes::judge(&tx, clock::now(), due.on_lane(), Event::GiveUp, breaker).await?;
    tx.commit().await
}

fn passage(answer: &Answer) -> Passage {
    let timings = &answer.timings;
    let micros = |took: Option<Duration>| {
        took.map(|took| i64::try_from(took.as_micros()).unwrap_or(i64::MAX))
    };
    Passage {
        address: answer.address.map(|address| address.to_string()),
        reused: Some(timings.reused),
        dns_us: micros(timings.dns),
        connect_us: micros(timings.connect),
        tls_us: micros(timings.tls),
        first_byte_us: micros(timings.first_byte),
    }
}

/// Ends the message without a sending: the notice is delivered or given up already.
pub(crate) async fn settle<M: Deliverable>(
    store: &Store,
    envelope: &Envelope<M>,
) -> Result<(), StoreError> {
    let mut connection = store.connection().await?;
    let tx = connection.begin("partner-notifier: settle message").await?;
    outbox::settle(&tx, envelope.message_id).await?;
    tx.commit().await
}

async fn follow<M: Deliverable>(
    tx: &Transaction<'_>,
    now: Timestamp,
    sent: &Sent<'_, M>,
    (next, again): (Next, &Envelope<M>),
    first_failed_at: Timestamp,
) -> Result<(), StoreError> {
    match next {
        Next::Done => Ok(()),
        Next::Again(at) => outbox::enqueue(tx, again, at).await,
        Next::Parked => outbox::enqueue(tx, again, now).await,
        Next::GiveUp => {
            let body = serde_json::to_vec(&sent.envelope.body)
                .expect("a message is ids and numbers, which always print as JSON");
            // By this name a replay finds which trace the message belongs to.
            let trace = sent.envelope.traceparent.iter();
            let headers: Value = trace.map(|of| (TRACEPARENT, of.as_str())).collect();
            let class = sent.answer.outcome();
            let reason =
                format!("the partner did not take the notice; the last failure was {class}");
            let letter = NewDeadLetter {
                message_id: Some(sent.envelope.message_id),
                service: sent.service,
                queue: M::QUEUE.name,
                exchange: M::QUEUE.exchange.name,
                routing_key: M::QUEUE.routing_key,
                message_type: Some(M::TYPE),
                correlation_id: Some(sent.due.subject()),
                causation_id: sent.envelope.causation_id,
                partner_id: Some(sent.due.posting.partner_id.as_str()),
                reason: &reason,
                error_class: class,
                attempt_count: sent.due.posting.attempt_count.saturating_add(1),
                headers: &headers,
                body: &body,
                first_failed_at,
            };
            dead_letters::insert(tx, now, &letter).await
        }
    }
}

fn again<M: Deliverable>(now: Timestamp, envelope: &Envelope<M>) -> Envelope<M> {
    Envelope {
        message_id: new_message_id(),
        at: now,
        causation_id: Some(envelope.message_id),
        traceparent: envelope.traceparent.clone(),
        body: envelope.body.clone(),
    }
}

/// The line on the timeline: ids, numbers and a word; neither the URL nor what the partner said.
fn told<M>(sent: &Sent<'_, M>, next: Next) -> (&'static str, Value) {
    let event = match next {
        Next::Done => "notice_delivered",
        Next::Again(_) | Next::Parked => "notice_failed",
        Next::GiveUp => "notice_dead_lettered",
    };
    let mut detail = json!({
        "notice_id": sent.due.notice_id(),
        "sequence": sent.due.sequence(),
        "attempt": sent.due.posting.attempt_count.saturating_add(1),
    });
    if sent.answer.taken.is_err() {
        detail["class"] = sent.answer.outcome().into();
    }
    if let Some(status) = sent.answer.status {
        detail["http_status"] = status.into();
    }
    if let Next::Again(at) = next {
        detail["next_at"] = at.to_string().into();
    }
    (event, detail)
}
