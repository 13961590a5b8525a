//! Fetches what is parked on lanes that are free, at the pace of each, and one notice of each lane
//! that is to be tried.
//!
//! It takes from PostgreSQL only what has a place already, so a backlog of any size costs this
//! process nothing: it lies where it is. All lanes are served in turn, beginning with another one
//! each time, and none is given more at once than its own places.

use std::sync::Arc;
use std::time::Duration;

use contract::message::{ApplicationNoticeDue, Envelope, Message as _, NoticeDue};
use runtime::amqp::HandlerError;
use runtime::backoff;
use runtime::clock;
use runtime::trace::{Span, SpanKind, attribute::Attribute};
use store::lanes::{self, State, Waiting};
use store::outbox::Claimed;
use store::{Connection, StoreError};
use tokio::sync::OwnedSemaphorePermit;
use tracing::Instrument as _;

use crate::desk::Desk;
use crate::hands::Hands;
use crate::lanes::Place;
use crate::notification::Deliverable;

/// Between two looks while something is fetched; doubled up to [`IDLE`] while there is nothing.
const BUSY: Duration = Duration::from_millis(20);

/// What a notice waits at most that could go out; short beside the pause before a probe.
const IDLE: Duration = Duration::from_millis(500);

/// Of one lane in one look.
const ROWS: i64 = 16;

/// Lanes in one look: more than there will be partners with something waiting.
const LANES: i64 = 1000;

/// What was fetched, and the place that it has.
struct Fetched {
    row: Claimed,
    place: Place,
    probe: bool,
    room: OwnedSemaphorePermit,
}

/// Fetches until told to stop, then waits for everything that was sent and not recorded yet.
pub(crate) async fn drain(desk: Arc<Desk>) {
    let mut idle = 0;
    let mut turn = 0;
    loop {
        match look(&desk, turn).await {
            Ok(0) => idle += 1,
            Ok(_) => idle = 0,
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "what waits on lanes cannot be fetched");
                idle += 1;
            }
        }
        turn += 1;
        if !backoff::pause(backoff::doubled(BUSY, idle, IDLE), &desk.stop).await {
            break;
        }
    }
    desk.under_way.close();
    desk.under_way.wait().await;
}

/// Answers how many notices were fetched.
async fn look(desk: &Arc<Desk>, turn: usize) -> Result<usize, StoreError> {
    let connection = desk.store.connection().await?;
    let mut waiting = lanes::waiting(&connection, clock::now(), ROWS, LANES).await?;
    if !waiting.is_empty() {
        let first = turn % waiting.len();
        waiting.rotate_left(first);
    }
    let mut count = 0;
    for lane in &waiting {
        let fetched = match lane.state {
            State::Closed => fetch(desk, &connection, lane).await?,
            State::Open | State::HalfOpen => fetch_probe(desk, &connection, lane).await?,
        };
        count += fetched.len();
        for one in fetched {
            let desk_of_it = Arc::clone(desk);
            let span = tracing::info_span!("fetched", message_id = %one.row.message_id);
            let step = step(&one.row);
            let work = async move { step.around(carry_out(&desk_of_it, one)).await };
            desk.under_way.spawn(work.instrument(span));
        }
    }
    Ok(count)
}

/// It was the broker's before it was parked.
fn step(row: &Claimed) -> Span {
    let parent = row.traceparent.as_deref();
    let step = Span::caused_by(parent, SpanKind::Internal, "fetch from lane");
    step.set(Attribute::MessageId(row.message_id.to_string().into()));
    step.set(Attribute::Conversation(row.correlation_id.clone().into()));
    step
}

/// As many as have a place.
async fn fetch(
    desk: &Desk,
    connection: &Connection,
    lane: &Waiting,
) -> Result<Vec<Fetched>, StoreError> {
    let places: Vec<_> = (0..lane.count).map_while(|_| place(desk, lane)).collect();
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let now = clock::now();
    let single = connection.single("partner-notifier: fetch notices");
    let limit = i64::try_from(places.len()).unwrap_or(ROWS);
    let rows = lanes::claim(single, now, lane.id, Hands::claim(now), limit).await?;
    let each = rows.into_iter().zip(places);
    let fetched = each.map(|(row, (place, room))| Fetched {
        row,
        place,
        probe: false,
        room,
    });
    Ok(fetched.collect())
}

/// The oldest, if nobody else is trying this lane.
async fn fetch_probe(
    desk: &Desk,
    connection: &Connection,
    lane: &Waiting,
) -> Result<Vec<Fetched>, StoreError> {
    let Some((place, room)) = place(desk, lane) else {
        return Ok(Vec::new());
    };
    let now = clock::now();
    let single = connection.single("partner-notifier: fetch probe");
    let row = lanes::claim_probe(single, now, lane.id, desk.probe_lease(now)).await?;
    let fetched = row.map(|row| Fetched {
        row,
        place,
        probe: true,
        room,
    });
    Ok(fetched.into_iter().collect())
}

fn place(desk: &Desk, lane: &Waiting) -> Option<(Place, OwnedSemaphorePermit)> {
    let room = Arc::clone(&desk.room).try_acquire_owned().ok()?;
    let place = desk.lanes.try_enter(&lane.partner, &lane.host)?;
    Some((place, room))
}

async fn carry_out(desk: &Desk, fetched: Fetched) {
    let message_id = fetched.row.message_id;
    let _held = desk.hands.hold(message_id);
    let done = if fetched.row.routing_key == NoticeDue::QUEUE.routing_key {
        one::<NoticeDue>(desk, fetched).await
    } else {
        one::<ApplicationNoticeDue>(desk, fetched).await
    };
    let unparked = match done {
        Ok(()) => Ok(()),
        // It comes again when its lease is over.
        Err(HandlerError::Requeue { source }) => {
            tracing::warn!(error = format!("{source:#}"), "fetched in vain");
            Ok(())
        }
        // Whoever takes it from the broker keeps it for a person.
        Err(HandlerError::DeadLetter { .. }) => unpark(desk, message_id).await,
    };
    if let Err(error) = unparked {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(error, "a message that cannot be carried out stays parked");
    }
}

async fn one<M: Deliverable>(desk: &Desk, fetched: Fetched) -> Result<(), HandlerError> {
    let Fetched {
        row,
        place,
        probe,
        room,
    } = fetched;
    let body = serde_json::from_str(&row.body)
        .map_err(|_| HandlerError::dead_letter("a parked message cannot be read"))?;
    let envelope = Envelope::<M> {
        message_id: row.message_id,
        at: row.created_at,
        causation_id: row.causation_id,
        traceparent: row.traceparent,
        body,
    };
    let done = desk.fetched(envelope, place, probe).await;
    drop(room);
    done
}

async fn unpark(desk: &Desk, message_id: uuid::Uuid) -> Result<(), StoreError> {
    let connection = desk.store.connection().await?;
    let single = connection.single("partner-notifier: unpark notice");
    lanes::unpark(single, clock::now(), message_id).await
}
