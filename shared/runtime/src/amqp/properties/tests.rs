use super::*;

use contract::message::WithdrawalAccepted;
use lapin::types::ShortString;
use serde_json::{Value, json};

use crate::ids;

/// In which it is published.
const STEP: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

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
        traceparent: None,
        at: Timestamp::from_second(1_800_000_000).expect("in range"),
        body: serde_json::to_string(&body).expect("prints"),
    };
    (outgoing, body)
}

#[test]
fn an_envelope_travels_in_properties_and_headers_and_comes_back_whole() {
    let (outgoing, body) = outgoing();
    let sent = properties(&outgoing, STEP, "intake");
    assert_eq!(*sent.delivery_mode(), Some(PERSISTENT));
    let read: Envelope<WithdrawalAccepted> =
        read(&sent, outgoing.body.as_bytes()).expect("readable");
    assert_eq!(
        read,
        Envelope {
            message_id: outgoing.message_id,
            at: outgoing.at,
            causation_id: outgoing.causation_id,
            traceparent: Some(STEP.to_owned()),
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
    let sent = properties(&outgoing, STEP, "intake");
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
    let good = properties(&outgoing, STEP, "intake");
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
