//! Makes a delivery a stored dead letter: one row, and the duty in the outbox is over, in one
//! transaction. Acking it is up to the caller, afterwards.
//!
//! The duty must end with it: a row left in the outbox would be published again by the sweep, and
//! the message would die once more every minute.

use contract::topology::Queue;
use lapin::message;
use lapin::types::AMQPValue;
use serde_json::{Map, Value};
use store::dead_letters::{self, NewDeadLetter};
use store::{Store, StoreError, outbox};

use super::properties;
use crate::clock;

/// Why a message is dead.
pub(super) struct Cause<'a> {
    /// One word, for grouping: `unreadable`, `handler`, `delivery_limit`.
    pub(super) error_class: &'a str,
    /// A sentence for the person who decides.
    pub(super) reason: &'a str,
    /// Deliveries so far.
    pub(super) attempts: u32,
}

/// Stores what came from `queue` and settles its outbox row.
pub(super) async fn keep(
    store: &Store,
    service: &'static str,
    queue: &Queue,
    message: &message::Delivery,
    cause: &Cause<'_>,
) -> Result<(), StoreError> {
    let now = clock::now();
    let properties = &message.properties;
    let message_id = properties::message_id(properties);
    let headers = text_headers(message);
    let letter = NewDeadLetter {
        message_id,
        service,
        queue: queue.name,
        // Where it was first published to, also when the broker moved it since.
        exchange: queue.exchange.name,
        routing_key: queue.routing_key,
        message_type: properties.kind().as_ref().map(|kind| kind.as_str()),
        correlation_id: properties::correlation_id(properties),
        causation_id: properties::causation_id(properties).ok().flatten(),
        partner_id: None,
        reason: cause.reason,
        error_class: cause.error_class,
        attempt_count: i32::try_from(cause.attempts).unwrap_or(i32::MAX),
        headers: &headers,
        body: &message.data,
        first_failed_at: now,
    };
    let mut connection = store.connection().await?;
    let tx = connection.begin("runtime: keep dead letter").await?;
    dead_letters::insert(&tx, now, &letter).await?;
    if let Some(message_id) = message_id {
        outbox::settle(&tx, message_id).await?;
    }
    tx.commit().await?;
    tracing::error!(
        queue = queue.name,
        message_id = message_id.map(tracing::field::display),
        order_id = letter.correlation_id,
        error_class = cause.error_class,
        reason = cause.reason,
        "dead letter"
    );
    metrics::counter!("dead_letters_total", "queue" => queue.name).increment(1);
    Ok(())
}

/// Headers that are text or numbers; the broker's own tables of its deeds are left out.
fn text_headers(message: &message::Delivery) -> Value {
    let mut kept = Map::new();
    for (name, value) in message
        .properties
        .headers()
        .iter()
        .flat_map(|table| table.inner())
    {
        let value = match value {
            AMQPValue::LongString(text) => Value::from(text.to_string()),
            AMQPValue::ShortString(text) => Value::from(text.to_string()),
            AMQPValue::LongInt(number) => Value::from(*number),
            AMQPValue::LongLongInt(number) => Value::from(*number),
            _ => continue,
        };
        // PostgreSQL's jsonb refuses a NUL, and a stranger may send one.
        if value.as_str().is_none_or(|text| !text.contains('\0')) {
            kept.insert(name.to_string(), value);
        }
    }
    Value::Object(kept)
}
