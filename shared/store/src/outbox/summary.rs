//! What an operator asks about the outbox: how much waits for what, and one message.

use contract::topology::QUEUES;
use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::overview::MOST;
use crate::{Connection, StoreError};

/// A row is due, or later on purpose (a retry, or claimed by a relay a moment ago), or parked until
/// its lane takes notices again, or published and not settled: at the broker, or with its consumer.
/// Each is counted in an index of its own, no further than `$2`; what is published has a queue, so
/// its keys are those of the topology.
const DEPTHS: &str = "\
-- outbox.depths
with waiting as (
    select routing_key, 'due' as part, available_at as since
      from (select routing_key, available_at
              from outbox
             where published_at is null and lane_id is null and available_at <= $1
             order by available_at
             limit $2) as due
     union all
    select routing_key, 'later', null
      from (select routing_key
              from outbox
             where published_at is null and lane_id is null and available_at > $1
             order by available_at
             limit $2) as later
     union all
    select routing_key, 'parked', null
      from (select routing_key
              from outbox
             where lane_id is not null
             order by lane_id, created_at
             limit $2) as parked
     union all
    select key, 'published', published_at
      from unnest($3::text[]) as key
     cross join lateral (select published_at
                           from outbox
                          where routing_key = key and published_at is not null
                          order by published_at
                          limit $2) as published)
select routing_key,
       count(*) filter (where part = 'due') as due,
       count(*) filter (where part = 'later') as later,
       count(*) filter (where part = 'parked') as parked,
       count(*) filter (where part = 'published') as published,
       min(since) filter (where part = 'due') as due_since,
       min(since) filter (where part = 'published') as published_since
  from waiting
 group by routing_key
 order by routing_key";

/// The first of each lane, of which one is the first of all.
const PARKED_SINCE: &str = "\
-- outbox.parked_since
select min(first.created_at)
  from lanes
 cross join lateral (select created_at
                       from outbox
                      where lane_id = lanes.id
                      order by created_at, id
                      limit 1) as first";

const FIND: &str = "\
-- outbox.find
select message_id, exchange, routing_key, message_type, correlation_id, causation_id, body,
       available_at, published_at, publish_count, lane_id, created_at, updated_at, updated_by
  from outbox
 where message_id = $1";

/// What waits under one routing key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Depth {
    /// The key.
    pub routing_key: String,
    /// To be published now; of this and of the others no more than [`MOST`] are counted.
    pub due: i64,
    /// To be published later.
    pub later: i64,
    /// Waiting for their lane.
    pub parked: i64,
    /// Published, and not carried out yet as far as we know.
    pub published: i64,
    /// Since when the oldest that is due has been due.
    pub due_since: Option<Timestamp>,
    /// When the oldest that is published was published.
    pub published_since: Option<Timestamp>,
}

/// A message that nobody has carried out yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// AMQP `message_id`.
    pub message_id: Uuid,
    /// Where it is published.
    pub exchange: String,
    /// With which key.
    pub routing_key: String,
    /// AMQP `type`.
    pub message_type: String,
    /// What it is about.
    pub correlation_id: String,
    /// The message that caused it.
    pub causation_id: Option<Uuid>,
    /// The body: JSON of ids and numbers.
    pub body: String,
    /// When it is due, or was.
    pub available_at: Timestamp,
    /// When it was published last, if it is at the broker or with its consumer.
    pub published_at: Option<Timestamp>,
    /// How often it was published.
    pub publish_count: i32,
    /// The lane that it is parked in.
    pub lane_id: Option<i64>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When the row changed last.
    pub updated_at: Timestamp,
    /// By whom.
    pub updated_by: String,
}

/// What waits, by routing key.
pub async fn depths(connection: &Connection, now: Timestamp) -> Result<Vec<Depth>, StoreError> {
    let keys = QUEUES.map(|queue| queue.routing_key);
    let rows = connection
        .query(DEPTHS, &[&now, &MOST, &keys.as_slice()])
        .await?;
    rows.iter().map(depth).collect()
}

/// Since when what has been parked for longest has been owed.
pub async fn parked_since(connection: &Connection) -> Result<Option<Timestamp>, StoreError> {
    let row = connection.query_opt(PARKED_SINCE, &[]).await?;
    row.map_or(Ok(None), |row| Ok(row.try_get(0)?))
}

/// The message, if nobody has carried it out yet.
pub async fn find(
    connection: &Connection,
    message_id: Uuid,
) -> Result<Option<Waiting>, StoreError> {
    let row = connection.query_opt(FIND, &[&message_id]).await?;
    row.as_ref().map(waiting).transpose()
}

fn depth(row: &Row) -> Result<Depth, StoreError> {
    Ok(Depth {
        routing_key: row.try_get("routing_key")?,
        due: row.try_get("due")?,
        later: row.try_get("later")?,
        parked: row.try_get("parked")?,
        published: row.try_get("published")?,
        due_since: row.try_get("due_since")?,
        published_since: row.try_get("published_since")?,
    })
}

fn waiting(row: &Row) -> Result<Waiting, StoreError> {
    Ok(Waiting {
        message_id: row.try_get("message_id")?,
        exchange: row.try_get("exchange")?,
        routing_key: row.try_get("routing_key")?,
        message_type: row.try_get("message_type")?,
        correlation_id: row.try_get("correlation_id")?,
        causation_id: row.try_get("causation_id")?,
        body: row.try_get("body")?,
        available_at: row.try_get("available_at")?,
        published_at: row.try_get("published_at")?,
        publish_count: row.try_get("publish_count")?,
        lane_id: row.try_get("lane_id")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
        updated_by: row.try_get("updated_by")?,
    })
}
