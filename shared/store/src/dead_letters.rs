//! Dead letters: messages that need a person, kept until one has decided.
//!
//! Whoever gives up writes the row itself, in the transaction that settles the message; what the
//! broker gave up on is drained from its dead-letter queues into the same table.

mod decide;
pub(crate) mod filter;
mod many;
mod question;
pub(crate) mod route;

use contract::enumeration;
use jiff::Timestamp;
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::row::named;
use crate::{Connection, StoreError, Transaction};

pub(crate) use decide::{Asked, lock_open, replay_many};
pub use decide::{Decision, replay};
pub use filter::Filter;
pub use many::{BATCH, Verb, decide_many, foretell};
pub(crate) use question::group;
pub use question::{Counted, Death, Group, Place, count, groups, of_message, page, place};

const INSERT: &str = "\
-- dead_letters.insert
insert into dead_letters (message_id, service, queue, exchange, routing_key, message_type,
                          correlation_id, causation_id, partner_id, reason, error_class,
                          attempt_count, headers, body, state, first_failed_at, last_failed_at,
                          created_at, updated_at, updated_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'open', $15, $16, $16, $16, $17)
on conflict (message_id) where state = 'open' do nothing";

const FIND: &str = "\
-- dead_letters.find
select id, message_id, service, queue, exchange, routing_key, message_type, correlation_id,
       partner_id, reason, error_class, attempt_count, headers, body, state, decided_by, decided_at,
       decision, first_failed_at, last_failed_at
  from dead_letters
 where id = $1";

enumeration! {
    /// Where a dead letter stands.
    pub enum DeadLetterState {
        /// Nobody has decided.
        Open => "open",
        /// It was put back into the outbox.
        Replayed => "replayed",
        /// It was given up.
        Discarded => "discarded",
        /// It was put away: what it asked for is over, or was done in another way.
        Archived => "archived",
    }
}

/// A dead letter about to be written.
#[derive(Debug, Clone)]
pub struct NewDeadLetter<'a> {
    /// AMQP `message_id`, if it could be read.
    pub message_id: Option<Uuid>,
    /// Who gave up.
    pub service: &'a str,
    /// The queue it came from.
    pub queue: &'a str,
    /// Where a replay publishes it.
    pub exchange: &'a str,
    /// With which key.
    pub routing_key: &'a str,
    /// AMQP `type`, if it had one.
    pub message_type: Option<&'a str>,
    /// AMQP `correlation_id`, if it had one.
    pub correlation_id: Option<&'a str>,
    /// The message that caused it.
    pub causation_id: Option<Uuid>,
    /// Whom it concerns, if that is known.
    pub partner_id: Option<&'a str>,
    /// Why, in a sentence.
    pub reason: &'a str,
    /// Why, in a word: `timeout`, `status`, `no_answer`, `delivery_limit`, …
    pub error_class: &'a str,
    /// How often it was tried.
    pub attempt_count: i32,
    /// AMQP headers, those that are text.
    pub headers: &'a Value,
    /// The body as it was.
    pub body: &'a [u8],
    /// When it failed first.
    pub first_failed_at: Timestamp,
}

/// A dead letter as it is stored.
#[derive(Debug, Clone)]
pub struct DeadLetter {
    /// Our number of it.
    pub id: i64,
    /// AMQP `message_id`.
    pub message_id: Option<Uuid>,
    /// Who gave up.
    pub service: String,
    /// The queue it came from.
    pub queue: String,
    /// Where a replay publishes it.
    pub exchange: String,
    /// With which key.
    pub routing_key: String,
    /// AMQP `type`.
    pub message_type: Option<String>,
    /// The withdrawal.
    pub correlation_id: Option<String>,
    /// Whom it concerns.
    pub partner_id: Option<String>,
    /// Why, in a sentence.
    pub reason: String,
    /// Why, in a word.
    pub error_class: String,
    /// How often it was tried.
    pub attempt_count: i32,
    /// AMQP headers.
    pub headers: Value,
    /// The body as it was.
    pub body: Vec<u8>,
    /// Where it stands.
    pub state: DeadLetterState,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Why.
    pub decision: Option<String>,
    /// When it failed first.
    pub first_failed_at: Timestamp,
    /// When it failed last.
    pub last_failed_at: Timestamp,
}

/// Writes a dead letter; a message that is already an open one stays as it was.
pub async fn insert(
    tx: &Transaction<'_>,
    now: Timestamp,
    letter: &NewDeadLetter<'_>,
) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        &[
            &letter.message_id,
            &letter.service,
            &letter.queue,
            &letter.exchange,
            &letter.routing_key,
            &letter.message_type,
            &letter.correlation_id,
            &letter.causation_id,
            &letter.partner_id,
            &letter.reason,
            &letter.error_class,
            &letter.attempt_count,
            letter.headers,
            &letter.body,
            &letter.first_failed_at,
            &now,
            &tx.name(),
        ],
    )
    .await
    .map(drop)
}

/// The dead letter with this number.
pub async fn find(connection: &Connection, id: i64) -> Result<Option<DeadLetter>, StoreError> {
    let row = connection.query_opt(FIND, &[&id]).await?;
    row.as_ref().map(from_row).transpose()
}

fn from_row(row: &Row) -> Result<DeadLetter, StoreError> {
    Ok(DeadLetter {
        id: row.try_get("id")?,
        message_id: row.try_get("message_id")?,
        service: row.try_get("service")?,
        queue: row.try_get("queue")?,
        exchange: row.try_get("exchange")?,
        routing_key: row.try_get("routing_key")?,
        message_type: row.try_get("message_type")?,
        correlation_id: row.try_get("correlation_id")?,
        partner_id: row.try_get("partner_id")?,
        reason: row.try_get("reason")?,
        error_class: row.try_get("error_class")?,
        attempt_count: row.try_get("attempt_count")?,
        headers: row.try_get("headers")?,
        body: row.try_get("body")?,
        state: named(row, "state", DeadLetterState::from_name)?,
        decided_by: row.try_get("decided_by")?,
        decided_at: row.try_get("decided_at")?,
        decision: row.try_get("decision")?,
        first_failed_at: row.try_get("first_failed_at")?,
        last_failed_at: row.try_get("last_failed_at")?,
    })
}
