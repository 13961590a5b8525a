//! Messages to publish, written in the transaction of the change that causes them.
//!
//! A row is a duty and lives until its consumer deletes it, in the transaction of the effect (see
//! [`settle`]). So a message that arrives twice finds no row the second time, and a broker that
//! lost its queues is given again exactly what nobody has carried out yet.
//!
//! A relay claims rows by moving `available_at` forward, in a statement that is a transaction of
//! its own: none is open while it talks to the broker, and a relay that dies gives its rows back by
//! itself when that time has come. So does a claim whose answer got lost.
//!
//! A row that is parked on a lane (see [`crate::lanes`]) is no relay's: none of the statements here
//! sees it but [`settle`].

mod in_hand;
mod summary;

use std::time::Duration;

use contract::later;
use contract::message::{Envelope, Message};
use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::pool::Place;
use crate::{Connection, StoreError, Transaction, trace};

pub use in_hand::{hand_over, renew};
pub use summary::{Depth, Waiting, depths, find, parked_since};

const ENQUEUE: &str = "\
-- outbox.enqueue
insert into outbox (message_id, exchange, routing_key, message_type, correlation_id, causation_id,
                    traceparent, body, available_at, created_at, updated_at, updated_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11)";

const CLAIM: &str = "\
-- outbox.claim
with due as (
    select id
      from outbox
     where published_at is null
       and lane_id is null
       and available_at <= $1
     order by available_at
     limit $3
       for update skip locked)
update outbox
   set available_at = $2, updated_at = $1, updated_by = $4
  from due
 where outbox.id = due.id
returning outbox.id, message_id, exchange, routing_key, message_type, correlation_id,
          causation_id, traceparent, body, created_at";

/// A consumer is often quicker than we are and is settling the row at this moment. It is passed
/// over: waiting for it would make every other consumer of the batch wait for this one, and a row
/// that stays unmarked because that consumer failed is only published again.
const MARK_PUBLISHED: &str = "\
-- outbox.mark_published
with here as (
    select id from outbox where id = any($1) and lane_id is null for update skip locked)
update outbox
   set published_at = $2, publish_count = publish_count + 1, updated_at = $2, updated_by = $3
  from here
 where outbox.id = here.id";

const RELEASE: &str = "\
-- outbox.release
update outbox
   set available_at = $2, updated_at = $2, updated_by = $3
 where id = any($1) and published_at is null and lane_id is null";

const NEXT_DUE: &str = "\
-- outbox.next_due
select min(available_at) from outbox where published_at is null and lane_id is null";

const REPUBLISH_STALE: &str = "\
-- outbox.republish_stale
with stale as (
    select id
      from outbox
     where routing_key = $1
       and published_at < $2
       and lane_id is null
     order by published_at
     limit $3
       for update skip locked)
update outbox
   set published_at = null, available_at = $4, updated_at = $4, updated_by = $5
  from stale
 where outbox.id = stale.id";

const PUBLISHED_COUNT: &str = "\
-- outbox.published_count
select count(*) from outbox where routing_key = $1 and published_at is not null";

const SETTLE: &str = "\
-- outbox.settle
delete from outbox where message_id = $1";

const NOTIFY: &str = "\
-- outbox.notify
select pg_notify('outbox', '')";

/// A row that this relay may publish until its claim runs out.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The row.
    pub id: i64,
    /// AMQP `message_id`.
    pub message_id: Uuid,
    /// Where to publish.
    pub exchange: String,
    /// With which key.
    pub routing_key: String,
    /// AMQP `type`.
    pub message_type: String,
    /// AMQP `correlation_id`.
    pub correlation_id: String,
    /// Header `causation_id`.
    pub causation_id: Option<Uuid>,
    /// Header `traceparent`.
    pub traceparent: Option<String>,
    /// The body: JSON.
    pub body: String,
    /// AMQP `timestamp`.
    pub created_at: Timestamp,
}

/// Writes a message that is due at `available_at`; later than now is how a retry is made. One that
/// names no trace belongs to the one of whoever writes it.
pub async fn enqueue<M: Message>(
    tx: &Transaction<'_>,
    envelope: &Envelope<M>,
    available_at: Timestamp,
) -> Result<(), StoreError> {
    let traceparent = envelope.traceparent.clone().or_else(trace::traceparent);
    tx.execute(
        ENQUEUE,
        &[
            &envelope.message_id,
            &M::QUEUE.exchange.name,
            &M::QUEUE.routing_key,
            &M::TYPE,
            &envelope.body.correlation_id(),
            &envelope.causation_id,
            &traceparent,
            &body(&envelope.body),
            &available_at,
            &envelope.at,
            &tx.name(),
        ],
    )
    .await?;
    tx.mark_enqueued();
    Ok(())
}

/// A message as it is stored and published.
pub(crate) fn body<M: Message>(message: &M) -> String {
    serde_json::to_string(message)
        .expect("a message is ids and numbers, which always print as JSON")
}

/// Wakes the relays of all services at commit. Only for those who enqueue without a relay of their
/// own, such as opsctl: it takes a database-wide lock for the length of the commit.
pub async fn notify(tx: &Transaction<'_>) -> Result<(), StoreError> {
    tx.query_one(NOTIFY, &[]).await.map(drop)
}

/// Claims up to `limit` due rows until `now + lease`; rows that others are claiming are passed
/// over.
pub async fn claim(
    place: impl Place,
    now: Timestamp,
    lease: Duration,
    limit: i64,
) -> Result<Vec<Claimed>, StoreError> {
    let until = later(now, lease);
    let name = place.name();
    let rows = place.rows(CLAIM, &[&now, &until, &limit, &name]).await?;
    rows.iter().map(claimed).collect()
}

pub(crate) fn claimed(row: &Row) -> Result<Claimed, StoreError> {
    Ok(Claimed {
        id: row.try_get("id")?,
        message_id: row.try_get("message_id")?,
        exchange: row.try_get("exchange")?,
        routing_key: row.try_get("routing_key")?,
        message_type: row.try_get("message_type")?,
        correlation_id: row.try_get("correlation_id")?,
        causation_id: row.try_get("causation_id")?,
        traceparent: row.try_get("traceparent")?,
        body: row.try_get("body")?,
        created_at: row.try_get("created_at")?,
    })
}

/// Notes that the broker confirmed these rows. A row that was settled meanwhile is gone already.
pub async fn mark_published(
    place: impl Place,
    now: Timestamp,
    ids: &[i64],
) -> Result<(), StoreError> {
    let name = place.name();
    place
        .rows(MARK_PUBLISHED, &[&ids, &now, &name])
        .await
        .map(drop)
}

/// Gives claimed rows back at once: the broker refused them or could not be reached.
pub async fn release(place: impl Place, now: Timestamp, ids: &[i64]) -> Result<(), StoreError> {
    let name = place.name();
    place.rows(RELEASE, &[&ids, &now, &name]).await.map(drop)
}

/// When the next unpublished row is due; in the past if one is due now.
pub async fn next_due(connection: &Connection) -> Result<Option<Timestamp>, StoreError> {
    let row = connection.query_opt(NEXT_DUE, &[]).await?;
    row.map_or(Ok(None), |row| Ok(row.try_get(0)?))
}

/// How many messages with this key were published and are not settled: what the broker and its
/// consumers must be holding, if nothing was lost.
pub async fn published_count(
    connection: &Connection,
    routing_key: &str,
) -> Result<u64, StoreError> {
    let row = connection
        .query_opt(PUBLISHED_COUNT, &[&routing_key])
        .await?;
    let count: i64 = row.map_or(Ok(0), |row| row.try_get(0))?;
    Ok(count.unsigned_abs())
}

/// Makes rows due again that were published before `published_before` and that nobody has settled.
/// Only sensible when the queue behind `routing_key` no longer holds them all. Answers how many.
pub async fn republish_stale(
    tx: &Transaction<'_>,
    now: Timestamp,
    routing_key: &str,
    published_before: Timestamp,
    limit: i64,
) -> Result<u64, StoreError> {
    let count = tx
        .execute(
            REPUBLISH_STALE,
            &[&routing_key, &published_before, &limit, &now, &tx.name()],
        )
        .await?;
    if count > 0 {
        tx.mark_enqueued();
    }
    Ok(count)
}

/// Takes the duty over: deletes the row, in the transaction of the effect. `false` means that the
/// effect was committed before (or that nobody here ever wrote this message): do nothing and ack.
/// Two deliveries at once: the second waits here until the first commits, then sees nothing.
pub async fn settle(tx: &Transaction<'_>, message_id: Uuid) -> Result<bool, StoreError> {
    Ok(tx.execute(SETTLE, &[&message_id]).await? == 1)
}
