//! Makes a delivery a stored dead letter: one row, and the duty in the outbox is over, in one
//! transaction. Acking it is up to the caller, afterwards.
//!
//! The duty must end with it: a row left in the outbox would be published again by the sweep, and
//! the message would die once more every minute.
//!
//! What a stranger wrote is made storable first: a message that cannot be kept would go back to its
//! queue, to the broker's own dead letters and back to us, for ever.

use contract::dead_letter::DeadLetterClass;
use contract::topology::Queue;
use lapin::message;
use lapin::types::AMQPValue;
use serde_json::{Map, Value};
use store::dead_letters::{self, NewDeadLetter};
use store::{Store, StoreError, outbox};

use super::properties;
use crate::clock;

/// Of one text of a stranger; more than any of ours, and little enough for a list of many.
const KEPT_CHARACTERS: usize = 1024;

/// Why a message is dead.
pub(super) struct Cause<'a> {
    /// One word, for grouping.
    pub(super) class: DeadLetterClass,
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
    let message_type = properties.kind().as_ref();
    let message_type = message_type.map(|kind| storable(kind.as_str()));
    let correlation_id = properties::correlation_id(properties).map(storable);
    let headers = text_headers(message);
    let letter = NewDeadLetter {
        message_id,
        service,
        queue: queue.name,
        // Where it was first published to, also when the broker moved it since.
        exchange: queue.exchange.name,
        routing_key: queue.routing_key,
        message_type: message_type.as_deref(),
        correlation_id: correlation_id.as_deref(),
        causation_id: properties::causation_id(properties).ok().flatten(),
        partner_id: None,
        reason: cause.reason,
        error_class: cause.class.as_str(),
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
        correlation_id = letter.correlation_id,
        error_class = cause.class.as_str(),
        reason = cause.reason,
        "dead letter"
    );
    metrics::counter!("tixian_dead_letters_total", "queue" => queue.name).increment(1);
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
            AMQPValue::LongString(text) => Value::from(storable(&text.to_string())),
            AMQPValue::ShortString(text) => Value::from(storable(text.as_str())),
            AMQPValue::LongInt(number) => Value::from(*number),
            AMQPValue::LongLongInt(number) => Value::from(*number),
            _ => continue,
        };
        kept.insert(storable(name.as_str()), value);
    }
    Value::Object(kept)
}

/// The start of `text`, with a mark for each NUL: PostgreSQL takes none, in text or in jsonb.
fn storable(text: &str) -> String {
    let characters = text.chars().take(KEPT_CHARACTERS);
    characters
        .map(|character| match character {
            '\0' => char::REPLACEMENT_CHARACTER,
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_storable_is_short_and_without_nul() {
        assert_eq!(storable("a\0b"), "a\u{fffd}b");
        assert_eq!(storable(&"提".repeat(5000)), "提".repeat(KEPT_CHARACTERS));
    }
}
