//! Declares every exchange, queue and binding of `contract::topology`.
//!
//! All limits are arguments of the queues and not a policy alone: the services themselves must be
//! able to set up an empty broker. Declaring what exists with the same arguments does nothing;
//! with other arguments the broker refuses, and that is an error for a person.

use contract::topology::{DEAD_LETTERS, EXCHANGES, QUEUES, Queue};
use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, Connection, ErrorKind, ExchangeKind};

use super::LinkError;

/// A dead-letter queue has no dead-letter queue, and RabbitMQ 4 would drop what was delivered 20
/// times. 3.10 knows no "unlimited", so: more than a broker will ever count.
const PRACTICALLY_UNLIMITED: i32 = 1_000_000_000;

/// Declares all of it, on a channel of its own, since a refusal closes the channel.
pub(super) async fn declare(connection: &Connection) -> Result<(), LinkError> {
    let channel = connection
        .create_channel()
        .await
        .map_err(LinkError::Broker)?;
    declare_on(&channel).await.map_err(LinkError::Topology)?;
    // The channel is closed when it is dropped; nobody waits for that.
    Ok(())
}

async fn declare_on(channel: &Channel) -> Result<(), lapin::Error> {
    for exchange in EXCHANGES {
        let options = ExchangeDeclareOptions {
            durable: true,
            ..ExchangeDeclareOptions::default()
        };
        channel
            .exchange_declare(
                exchange.name.into(),
                ExchangeKind::Direct,
                options,
                FieldTable::default(),
            )
            .await?;
    }
    for queue in QUEUES {
        // The dead-letter queue first: at-least-once dead-lettering waits for its target, and was
        // seen to look for it again only after minutes.
        let options = QueueDeclareOptions::durable();
        channel
            .queue_declare(
                queue.dead_letter_queue.into(),
                options,
                dead_letter_arguments(),
            )
            .await?;
        bind(
            channel,
            queue.dead_letter_queue,
            DEAD_LETTERS.name,
            queue.name,
        )
        .await?;
        channel
            .queue_declare(queue.name.into(), options, work_arguments(&queue))
            .await?;
        bind(channel, queue.name, queue.exchange.name, queue.routing_key).await?;
    }
    Ok(())
}

async fn bind(
    channel: &Channel,
    queue: &str,
    exchange: &str,
    key: &str,
) -> Result<(), lapin::Error> {
    let options = QueueBindOptions::default();
    channel
        .queue_bind(
            queue.into(),
            exchange.into(),
            key.into(),
            options,
            FieldTable::default(),
        )
        .await
}

fn work_arguments(queue: &Queue) -> FieldTable {
    let limit = i32::try_from(queue.delivery_limit).unwrap_or(i32::MAX);
    let mut arguments = FieldTable::default();
    put_text(&mut arguments, "x-queue-type", "quorum");
    put_text(&mut arguments, "x-dead-letter-exchange", DEAD_LETTERS.name);
    put_text(&mut arguments, "x-dead-letter-routing-key", queue.name);
    put_text(&mut arguments, "x-dead-letter-strategy", "at-least-once");
    // Required by at-least-once; a full queue nacks and the outbox keeps the row.
    put_text(&mut arguments, "x-overflow", "reject-publish");
    arguments.insert("x-delivery-limit".into(), AMQPValue::LongInt(limit));
    arguments
}

fn dead_letter_arguments() -> FieldTable {
    let mut arguments = FieldTable::default();
    put_text(&mut arguments, "x-queue-type", "quorum");
    let limit = AMQPValue::LongInt(PRACTICALLY_UNLIMITED);
    arguments.insert("x-delivery-limit".into(), limit);
    arguments
}

fn put_text(arguments: &mut FieldTable, name: &str, text: &str) {
    arguments.insert(name.into(), AMQPValue::LongString(text.into()));
}

/// What a queue holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Holding {
    /// Messages that wait; those in the hands of consumers are not counted.
    pub(crate) ready: u32,
    /// Consumers, of all services.
    pub(crate) consumers: u32,
}

/// Looks into a queue. One that does not exist holds nothing, and then `channel` is closed.
pub(crate) async fn holding(channel: &Channel, queue: &str) -> Result<Holding, lapin::Error> {
    let options = QueueDeclareOptions::durable().passive();
    let declared = channel.queue_declare(queue.into(), options, FieldTable::default());
    match declared.await {
        Ok(queue) => Ok(Holding {
            ready: queue.message_count(),
            consumers: queue.consumer_count(),
        }),
        Err(error) if is_not_found(&error) => Ok(Holding::default()),
        Err(error) => Err(error),
    }
}

fn is_not_found(error: &lapin::Error) -> bool {
    match error.kind() {
        ErrorKind::ProtocolError(refusal) => refusal.get_id() == 404,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value};

    use super::*;

    const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../contract/asyncapi.json");

    fn shown(arguments: &FieldTable) -> Value {
        let shown = arguments.inner().iter().map(|(name, value)| {
            let value = match value {
                AMQPValue::LongString(text) => Value::from(text.to_string()),
                AMQPValue::LongInt(number) => Value::from(*number),
                other => panic!("no argument is like this: {other:?}"),
            };
            (name.to_string(), value)
        });
        shown.collect::<Map<_, _>>().into()
    }

    #[test]
    fn queues_are_declared_as_the_document_says() {
        let document: Value =
            serde_json::from_str(&std::fs::read_to_string(DOCUMENT).expect("checked in"))
                .expect("JSON");
        for queue in QUEUES {
            let said = |name: &str| &document["channels"][name]["x-arguments"];
            assert_eq!(&shown(&work_arguments(&queue)), said(queue.name));
            assert_eq!(
                &shown(&dead_letter_arguments()),
                said(queue.dead_letter_queue)
            );
        }
    }
}
