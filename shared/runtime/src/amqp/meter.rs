//! What is said to the broker and heard from it, measured.
//!
//! Names and labels are those of OpenTelemetry's semantic conventions 1.45 for messaging clients
//! and for RabbitMQ (open-telemetry/semantic-conventions, `docs/messaging/messaging-metrics.md` and
//! `rabbitmq.md`), as Prometheus spells them: a destination is `exchange:key` to whoever publishes
//! and `exchange:key:queue` to whoever consumes. `error.type` is there exactly if it failed.
//! `server.address` is left out: there is one broker, and the settings name it.

use std::time::Duration;

use contract::topology::Queue;
use metrics::Label;

use super::{Outgoing, PublishError};

/// How a delivery that was not carried out was settled.
pub(super) const REQUEUED: &str = "requeued";
/// See [`REQUEUED`].
pub(super) const DEAD_LETTERED: &str = "dead_lettered";

const OPERATION: &str = "messaging_operation_name";
const OPERATION_TYPE: &str = "messaging_operation_type";
const DESTINATION: &str = "messaging_destination_name";

/// A message came.
pub(super) fn consumed(queue: &Queue) {
    let labels = labels("consume", Some(of_consumer(queue)), None);
    metrics::counter!("messaging_client_consumed_messages_total", labels).increment(1);
}

/// A message was carried out, or why not.
pub(super) fn processed(queue: &Queue, error: Option<&'static str>, took: Duration) {
    let labels = labels("process", Some(of_consumer(queue)), error);
    metrics::histogram!("messaging_process_duration_seconds", labels).record(took);
}

/// A batch was published and all of its confirms were waited for. A batch goes to many
/// destinations, so its duration names none.
pub(super) fn published(batch: &[Outgoing], answers: &[Result<(), PublishError>], took: Duration) {
    let why = |answer: &Result<(), PublishError>| answer.as_ref().err().map(PublishError::as_str);
    for (message, answer) in batch.iter().zip(answers) {
        let labels = labels("publish", Some(of_publisher(message)), why(answer));
        metrics::counter!("messaging_client_sent_messages_total", labels).increment(1);
    }
    let mut labels = labels("publish", None, answers.iter().find_map(why));
    labels.push(Label::from_static_parts(OPERATION_TYPE, "send"));
    metrics::histogram!("messaging_client_operation_duration_seconds", labels).record(took);
}

fn labels(
    operation: &'static str,
    destination: Option<String>,
    error: Option<&'static str>,
) -> Vec<Label> {
    let mut labels = vec![
        Label::from_static_parts("messaging_system", "rabbitmq"),
        Label::from_static_parts(OPERATION, operation),
    ];
    labels.extend(destination.map(|name| Label::new(DESTINATION, name)));
    labels.extend(error.map(|error| Label::from_static_parts("error_type", error)));
    labels
}

pub(super) fn of_consumer(queue: &Queue) -> String {
    format!(
        "{}:{}:{}",
        queue.exchange.name, queue.routing_key, queue.name
    )
}

pub(super) fn of_publisher(message: &Outgoing) -> String {
    format!("{}:{}", message.exchange, message.routing_key)
}
