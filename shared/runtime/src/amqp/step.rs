//! The steps of a trace that the broker's messages are: sent by one service, carried out by
//! another.
//!
//! By OpenTelemetry's conventions for messaging: a producer's span for each message, though they
//! are published in batches, and a consumer's for each that is carried out. The second is the
//! first one's child and not only linked to it, since a message here is carried out by itself.

use contract::message::{Envelope, Message};
use contract::topology::Queue;

use super::{Outgoing, meter};
use crate::trace::attribute::Attribute;
use crate::trace::{Span, SpanKind};

/// A message is given to the broker; its row says of which trace.
pub(super) fn producing(message: &Outgoing) -> Span {
    let destination = meter::of_publisher(message);
    let name = format!("publish {destination}");
    let step = Span::caused_by(message.traceparent.as_deref(), SpanKind::Producer, name);
    say(&step, ("publish", "send"), destination);
    step.set(Attribute::RoutingKey(message.routing_key.clone().into()));
    step.set(Attribute::MessageId(message.message_id.to_string().into()));
    let about = message.correlation_id.clone();
    step.set(Attribute::Conversation(about.into()));
    step
}

/// A message that came is carried out.
pub(super) fn consuming<M: Message>(queue: &Queue, message: &Envelope<M>) -> Span {
    let destination = meter::of_consumer(queue);
    let name = format!("process {destination}");
    let step = Span::caused_by(message.traceparent.as_deref(), SpanKind::Consumer, name);
    say(&step, ("process", "process"), destination);
    step.set(Attribute::RoutingKey(queue.routing_key.into()));
    step.set(Attribute::MessageId(message.message_id.to_string().into()));
    let about = message.body.correlation_id().to_owned();
    step.set(Attribute::Conversation(about.into()));
    step
}

fn say(step: &Span, (name, kind): (&'static str, &'static str), destination: String) {
    step.set(Attribute::RabbitMq);
    step.set(Attribute::Operation(name));
    step.set(Attribute::OperationType(kind));
    step.set(Attribute::Destination(destination.into()));
}
