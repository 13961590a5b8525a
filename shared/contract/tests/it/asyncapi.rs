//! `asyncapi.json`: the queues and their messages as an AsyncAPI 3.0 document, made of
//! `contract::topology` and of the Rust types of `contract::message`, and compared with what is
//! checked in. `make documents` renews it.

use std::fs;

use contract::message::{
    ApplicationNoticeDue, ApplicationReceived, BalanceWanted, Message, NoticeDue, TYPES,
    WithdrawalAccepted,
};
use contract::topology::{DEAD_LETTERS, Exchange, QUEUES, Queue};
use jsonschema::Validator;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

const CHECKED_IN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/asyncapi.json");
const DESCRIPTION: &str = "\
Messages between the services of Tixian. They carry ids alone: whoever handles one reads the rest \
from PostgreSQL, so a message may come late, twice or again from an outbox that outlives the \
broker. Exchanges are durable and direct; queues are durable quorum queues with a dead-letter \
queue beside each. Published persistent, mandatory and confirmed; acked after the commit of what \
was done.";

/// What is published by whom is said here; the compiler knows only where it goes.
struct Published {
    name: &'static str,
    queue: Queue,
    title: &'static str,
    by: &'static str,
    payload: Value,
    correlated: &'static str,
    reads: fn(&str) -> bool,
}

fn published<M: Message + JsonSchema>(
    title: &'static str,
    by: &'static str,
    correlated: &'static str,
) -> Published {
    // Draft 7 is what AsyncAPI reads where no other format is named.
    let settings = SchemaSettings::draft07().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    Published {
        name: M::TYPE,
        queue: M::QUEUE,
        title,
        by,
        payload: settings
            .into_generator()
            .into_root_schema_for::<M>()
            .to_value(),
        correlated,
        reads: |json| serde_json::from_str::<M>(json).is_ok(),
    }
}

fn messages() -> [Published; 5] {
    [
        published::<WithdrawalAccepted>(
            "A user confirmed a withdrawal: send it to Huifu",
            "intake; huifu-dispatcher, when an attempt provably never left",
            "withdrawal_id",
        ),
        published::<NoticeDue>(
            "A notice about a withdrawal is due",
            "huifu-dispatcher and callback-receiver at its end; partner-notifier for retries",
            "withdrawal_id",
        ),
        published::<ApplicationReceived>(
            "An application has a step that is due: send it to Huifu",
            "intake; huifu-dispatcher and callback-receiver for the next step",
            "application_id",
        ),
        published::<ApplicationNoticeDue>(
            "A notice about an application is due",
            "huifu-dispatcher and callback-receiver at its end; partner-notifier for retries",
            "application_id",
        ),
        published::<BalanceWanted>(
            "Somebody is about to look at a balance: ask Huifu for it",
            "intake",
            "htouhui_user_id",
        ),
    ]
}

#[expect(clippy::too_many_lines, reason = "it is one document, in its order")]
fn document() -> Value {
    let messages = messages();
    let (mut channels, mut operations) = (Map::new(), Map::new());
    for message in &messages {
        let Queue {
            name,
            exchange,
            routing_key,
            dead_letter_queue,
            delivery_limit,
        } = message.queue;
        channels.insert(routing_key.to_owned(), key(exchange, routing_key, message));
        channels.insert(
            name.to_owned(),
            queue(
                name,
                message,
                &json!({
                    "x-queue-type": "quorum",
                    "x-dead-letter-exchange": DEAD_LETTERS.name,
                    "x-dead-letter-routing-key": name,
                    "x-dead-letter-strategy": "at-least-once",
                    "x-overflow": "reject-publish",
                    "x-delivery-limit": delivery_limit,
                }),
                &[json!({ "exchange": exchange.name, "routingKey": routing_key })],
            ),
        );
        channels.insert(
            dead_letter_queue.to_owned(),
            queue(
                dead_letter_queue,
                message,
                &json!({
                    "x-queue-type": "quorum",
                    "x-delivery-limit": 1_000_000_000,
                }),
                &[json!({ "exchange": DEAD_LETTERS.name, "routingKey": name })],
            ),
        );
        let consumer = name.split('.').next().unwrap();
        operations.insert(format!("publish.{routing_key}"), operation("send", routing_key, message, json!({
            "description": format!("Published by {}.", message.by),
            "bindings": { "amqp": { "deliveryMode": 2, "mandatory": true, "bindingVersion": "0.3.0" } },
        })));
        operations.insert(
            format!("consume.{name}"),
            operation(
                "receive",
                name,
                message,
                json!({
                    "description": format!("Worked off by {consumer}; acked after its commit."),
                    "bindings": { "amqp": { "ack": true, "bindingVersion": "0.3.0" } },
                }),
            ),
        );
        operations.insert(format!("drain.{dead_letter_queue}"), operation("receive", dead_letter_queue, message, json!({
            "description": format!("Drained by {consumer} into PostgreSQL, where operators replay or discard it."),
            "bindings": { "amqp": { "ack": true, "bindingVersion": "0.3.0" } },
        })));
    }
    let components: Map<String, Value> = messages
        .iter()
        .map(|message| (message.name.to_owned(), component(message)))
        .collect();
    let mut document = json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Tixian 提现: the queues",
            "version": "1.0.0",
            "description": DESCRIPTION,
            "license": { "name": "Apache-2.0" },
        },
        "defaultContentType": "application/json",
        "servers": { "broker": {
            "host": "{host}",
            "protocol": "amqp",
            "protocolVersion": "0.9.1",
            "description": "RabbitMQ 3.10 to 4, at AMQP_URL",
            "variables": { "host": { "default": "localhost:5672", "description": "host and port" } },
        } },
        "channels": channels,
        "operations": operations,
        "components": { "messages": components },
    });
    // A crate of somebody's tests may have JSON keep the order in which it was made.
    document.sort_all_objects();
    document
}

/// Where a message is published to.
fn key(exchange: Exchange, routing_key: &str, message: &Published) -> Value {
    json!({
        "address": routing_key,
        "title": message.title,
        "messages": named(message),
        "bindings": { "amqp": {
            "is": "routingKey",
            "exchange": {
                "name": exchange.name, "type": "direct", "durable": true, "autoDelete": false,
            },
            "bindingVersion": "0.3.0",
        } },
    })
}

/// A queue that somebody consumes from.
fn queue(name: &str, message: &Published, arguments: &Value, bound: &[Value]) -> Value {
    json!({
        "address": name,
        "messages": named(message),
        "bindings": { "amqp": {
            "is": "queue",
            "queue": { "name": name, "durable": true, "exclusive": false, "autoDelete": false },
            "bindingVersion": "0.3.0",
        } },
        "x-arguments": arguments,
        "x-bound-to": bound,
    })
}

fn named(message: &Published) -> Value {
    json!({ message.name: { "$ref": format!("#/components/messages/{}", message.name) } })
}

fn operation(action: &str, channel: &str, message: &Published, more: Value) -> Value {
    let mut operation = json!({
        "action": action,
        "channel": { "$ref": format!("#/channels/{channel}") },
        "messages": [{ "$ref": format!("#/channels/{channel}/messages/{}", message.name) }],
    });
    if let (Value::Object(operation), Value::Object(more)) = (&mut operation, more) {
        operation.extend(more);
    }
    operation
}

fn component(message: &Published) -> Value {
    let uuid = json!({ "type": "string", "format": "uuid" });
    json!({
        "name": message.name,
        "title": message.title,
        "contentType": "application/json",
        "correlationId": {
            "description": "AMQP correlation_id is this id too; a message in which they differ is dead.",
            "location": format!("$message.payload#/{}", message.correlated),
        },
        "headers": {
            "type": "object",
            "properties": {
                "causation_id": { "type": "string", "format": "uuid", "description": "The message that caused this one." },
                "traceparent": { "type": "string", "description": "W3C trace context." },
            },
        },
        "payload": message.payload,
        "bindings": { "amqp": { "messageType": message.name, "bindingVersion": "0.3.0" } },
        "x-properties": {
            "type": "object",
            "required": ["message_id", "type", "correlation_id", "timestamp", "app_id", "content_type", "delivery_mode"],
            "properties": {
                "message_id": uuid,
                "type": { "const": message.name },
                "correlation_id": { "type": "string" },
                "timestamp": { "type": "integer", "minimum": 0, "description": "When it was written, in seconds." },
                "app_id": { "type": "string", "description": "The service that published it." },
                "content_type": { "const": "application/json" },
                "delivery_mode": { "const": 2 },
            },
        },
        "examples": [{ "payload": golden(message.name) }],
    })
}

fn golden(name: &str) -> Value {
    let path = format!("{}/tests/golden/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn validator(schema: &Value) -> Validator {
    jsonschema::draft7::new(schema).unwrap()
}

#[test]
fn the_document_is_checked_in() {
    let text = format!("{:#}\n", document());
    if std::env::var_os("RENEW_DOCUMENTS").is_some() {
        fs::write(CHECKED_IN, &text).unwrap();
    }
    let checked_in = fs::read_to_string(CHECKED_IN).unwrap_or_default();
    assert!(
        checked_in == text,
        "messages or queues have changed: run `make documents`, and look at the difference"
    );
}

#[test]
fn every_message_and_every_queue_is_in_the_document() {
    let document = document();
    let messages = document["components"]["messages"].as_object().unwrap();
    let described: Vec<&str> = messages.keys().map(String::as_str).collect();
    let mut types = TYPES.map(|(name, _)| name);
    types.sort_unstable();
    assert_eq!(described, types);
    let channels = document["channels"].as_object().unwrap();
    for queue in QUEUES {
        for name in [queue.name, queue.dead_letter_queue, queue.routing_key] {
            assert!(channels.contains_key(name), "{name}");
        }
    }
    assert_eq!(channels.len(), 3 * QUEUES.len());
}

#[test]
fn golden_messages_keep_to_their_schemas_and_spoilt_ones_do_not() {
    for message in messages() {
        let validator = validator(&message.payload);
        let agree = |changed: &Value, wanted: bool| {
            let read = (message.reads)(&changed.to_string());
            assert_eq!(
                (validator.is_valid(changed), read),
                (wanted, wanted),
                "{} {changed}",
                message.name
            );
        };
        let golden = golden(message.name);
        agree(&golden, true);
        let members = golden.as_object().unwrap();
        let mut spoilt = golden.clone();
        spoilt["money"] = "100.00".into();
        agree(&spoilt, false);
        for name in members.keys() {
            let mut without = golden.clone();
            without.as_object_mut().unwrap().remove(name);
            agree(&without, false);
            for text in ["", "X01KASGXE00000000000000000A", "a b", "中"] {
                let mut changed = golden.clone();
                changed[name] = text.into();
                agree(&changed, false);
            }
            for other in [json!(7), json!(null), json!(["a"])] {
                let mut changed = golden.clone();
                changed[name] = other;
                agree(&changed, false);
            }
        }
    }
}
