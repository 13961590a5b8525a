//! How a message's envelope travels in AMQP properties and headers, both ways.

use contract::message::{Envelope, Message};
use contract::trace::TRACEPARENT;
use jiff::Timestamp;
use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable};
use uuid::Uuid;

const CAUSATION_ID: &str = "causation_id";

/// AMQP's number for "keep it on disk".
const PERSISTENT: u8 = 2;

/// A message ready to be published: an outbox row, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
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
    /// What caused it; the header `traceparent` names the step in which it is published.
    pub traceparent: Option<String>,
    /// AMQP `timestamp`, to the second.
    pub at: Timestamp,
    /// JSON.
    pub body: String,
}

impl From<store::outbox::Claimed> for Outgoing {
    fn from(row: store::outbox::Claimed) -> Self {
        Self {
            message_id: row.message_id,
            exchange: row.exchange,
            routing_key: row.routing_key,
            message_type: row.message_type,
            correlation_id: row.correlation_id,
            causation_id: row.causation_id,
            traceparent: row.traceparent,
            at: row.created_at,
            body: row.body,
        }
    }
}

/// The properties that `message` is published with by `service`, as the step `traceparent`.
pub(super) fn properties(message: &Outgoing, traceparent: &str, service: &str) -> BasicProperties {
    let mut headers = FieldTable::default();
    if let Some(cause) = message.causation_id {
        put_text(&mut headers, CAUSATION_ID, cause.to_string());
    }
    put_text(&mut headers, TRACEPARENT, traceparent.to_owned());
    let seconds = u64::try_from(message.at.as_second()).unwrap_or(0);
    BasicProperties::default()
        .with_message_id(message.message_id.to_string().into())
        .with_type(message.message_type.as_str().into())
        .with_correlation_id(message.correlation_id.as_str().into())
        .with_timestamp(seconds)
        .with_app_id(service.into())
        .with_content_type("application/json".into())
        .with_delivery_mode(PERSISTENT)
        .with_headers(headers)
}

fn put_text(headers: &mut FieldTable, name: &str, text: String) {
    headers.insert(name.into(), AMQPValue::LongString(text.into()));
}

/// Why a delivery is not a message that its consumer knows. It quotes nothing of it.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// A property or header is missing or malformed.
    #[error("{0} is missing or malformed")]
    Property(&'static str),
    /// It is of another type, or of another version.
    #[error("the type is not {expected}")]
    Type {
        /// What the queue is for.
        expected: &'static str,
    },
    /// The body does not parse.
    #[error("the body does not parse at line {line} column {column}")]
    Body {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// The envelope and the body name different withdrawals.
    #[error("correlation_id is not the id in the body")]
    Correlation,
}

/// Reads a delivery as a message of type `M`.
pub(super) fn read<M: Message>(
    properties: &BasicProperties,
    body: &[u8],
) -> Result<Envelope<M>, Unreadable> {
    let kind = properties.kind().as_ref().map(|kind| kind.as_str());
    if kind != Some(M::TYPE) {
        return Err(Unreadable::Type { expected: M::TYPE });
    }
    let message_id = message_id(properties).ok_or(Unreadable::Property("message_id"))?;
    let seconds = properties.timestamp().and_then(|at| i64::try_from(at).ok());
    let at = seconds
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .ok_or(Unreadable::Property("timestamp"))?;
    let causation_id = causation_id(properties)?;
    let body: M = serde_json::from_slice(body).map_err(|error| Unreadable::Body {
        line: error.line(),
        column: error.column(),
    })?;
    if correlation_id(properties) != Some(body.correlation_id()) {
        return Err(Unreadable::Correlation);
    }
    Ok(Envelope {
        message_id,
        at,
        causation_id,
        traceparent: header(properties, TRACEPARENT),
        body,
    })
}

/// The message's id, if it has one that we could have made.
pub(super) fn message_id(properties: &BasicProperties) -> Option<Uuid> {
    properties.message_id().as_ref()?.as_str().parse().ok()
}

/// What it says it belongs to.
pub(super) fn correlation_id(properties: &BasicProperties) -> Option<&str> {
    properties.correlation_id().as_ref().map(|id| id.as_str())
}

/// The message that caused it.
pub(super) fn causation_id(properties: &BasicProperties) -> Result<Option<Uuid>, Unreadable> {
    let text = header(properties, CAUSATION_ID);
    let parsed = text.map(|text| text.parse());
    parsed
        .transpose()
        .map_err(|_| Unreadable::Property(CAUSATION_ID))
}

fn header(properties: &BasicProperties, name: &str) -> Option<String> {
    let value = properties.headers().as_ref()?.inner().get(name)?;
    match value {
        AMQPValue::LongString(text) => Some(text.to_string()),
        AMQPValue::ShortString(text) => Some(text.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
