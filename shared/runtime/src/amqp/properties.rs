//! How a message's envelope travels in AMQP properties and headers, both ways.

use contract::message::{Envelope, Message};
use jiff::Timestamp;
use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable};
use uuid::Uuid;

const CAUSATION_ID: &str = "causation_id";
const TRACEPARENT: &str = "traceparent";

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
    /// Header `traceparent`.
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

/// The properties that `message` is published with by `service`.
pub(super) fn properties(message: &Outgoing, service: &str) -> BasicProperties {
    let mut headers = FieldTable::default();
    if let Some(cause) = message.causation_id {
        put_text(&mut headers, CAUSATION_ID, cause.to_string());
    }
    if let Some(traceparent) = &message.traceparent {
        put_text(&mut headers, TRACEPARENT, traceparent.clone());
    }
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
mod tests {
    use contract::message::WithdrawalAccepted;
    use lapin::types::ShortString;
    use serde_json::{Value, json};

    use super::*;
    use crate::ids;

    fn outgoing() -> (Outgoing, WithdrawalAccepted) {
        let body = WithdrawalAccepted {
            withdrawal_id: ids::new_withdrawal_id(),
        };
        let outgoing = Outgoing {
            message_id: ids::new_message_id(),
            exchange: WithdrawalAccepted::QUEUE.exchange.name.to_owned(),
            routing_key: WithdrawalAccepted::QUEUE.routing_key.to_owned(),
            message_type: WithdrawalAccepted::TYPE.to_owned(),
            correlation_id: body.withdrawal_id.to_string(),
            causation_id: Some(ids::new_message_id()),
            traceparent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned()),
            at: Timestamp::from_second(1_800_000_000).expect("in range"),
            body: serde_json::to_string(&body).expect("prints"),
        };
        (outgoing, body)
    }

    #[test]
    fn an_envelope_travels_in_properties_and_headers_and_comes_back_whole() {
        let (outgoing, body) = outgoing();
        let sent = properties(&outgoing, "intake");
        assert_eq!(*sent.delivery_mode(), Some(PERSISTENT));
        let read: Envelope<WithdrawalAccepted> =
            read(&sent, outgoing.body.as_bytes()).expect("readable");
        assert_eq!(
            read,
            Envelope {
                message_id: outgoing.message_id,
                at: outgoing.at,
                causation_id: outgoing.causation_id,
                traceparent: outgoing.traceparent,
                body,
            }
        );
    }

    #[test]
    fn properties_are_those_that_the_document_names() {
        let document = concat!(env!("CARGO_MANIFEST_DIR"), "/../contract/asyncapi.json");
        let document = std::fs::read_to_string(document).expect("checked in");
        let document: Value = serde_json::from_str(&document).expect("JSON");
        let message = &document["components"]["messages"][WithdrawalAccepted::TYPE];
        let (outgoing, _) = outgoing();
        let sent = properties(&outgoing, "intake");
        let text = |text: &Option<ShortString>| text.as_ref().map(|text| text.as_str().to_owned());
        let shown = json!({
            "message_id": text(sent.message_id()),
            "type": text(sent.kind()),
            "correlation_id": text(sent.correlation_id()),
            "timestamp": sent.timestamp(),
            "app_id": text(sent.app_id()),
            "content_type": text(sent.content_type()),
            "delivery_mode": sent.delivery_mode(),
        });
        let named = message["x-properties"]["properties"]
            .as_object()
            .expect("an object");
        for (name, schema) in named {
            assert!(!shown[name].is_null(), "{name} is not set");
            assert!(
                schema
                    .get("const")
                    .is_none_or(|wanted| *wanted == shown[name]),
                "{name}"
            );
        }
        assert_eq!(shown.as_object().expect("an object").len(), named.len());
        let headers = sent.headers().as_ref().expect("headers").inner();
        let headers: Vec<&str> = headers.keys().map(ShortString::as_str).collect();
        let named = message["headers"]["properties"]
            .as_object()
            .expect("an object");
        assert_eq!(
            headers,
            named.keys().map(String::as_str).collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_message_of_another_version_or_of_another_withdrawal_is_unreadable() {
        let (outgoing, _) = outgoing();
        let good = properties(&outgoing, "intake");
        let body = outgoing.body.as_bytes();
        let read = |properties: &BasicProperties, body| {
            read::<WithdrawalAccepted>(properties, body).expect_err("unreadable")
        };
        let other = good.clone().with_type("withdrawal.accepted.v9".into());
        assert!(matches!(read(&other, body), Unreadable::Type { .. }));
        let foreign = good.clone().with_correlation_id("W0".into());
        assert!(matches!(read(&foreign, body), Unreadable::Correlation));
        let nameless = good.clone().with_message_id("7".into());
        assert!(matches!(
            read(&nameless, body),
            Unreadable::Property("message_id")
        ));
        assert!(matches!(read(&good, b"{"), Unreadable::Body { .. }));
    }
}
