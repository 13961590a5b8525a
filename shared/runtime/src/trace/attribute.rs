//! What may be said about a span: this list, and nothing else, leaves the house.
//!
//! Names are those of OpenTelemetry's semantic conventions 1.45 for HTTP and messaging; ours begin
//! with `tixian.`. No path with something in it, no query, no body, no name, no text from outside:
//! ids, codes, and patterns that stand in our source or in the settings.

use opentelemetry::{KeyValue, StringValue, Value};

/// One thing that is said.
#[derive(Debug, Clone)]
pub enum Attribute {
    /// `http.request.method`.
    Method(&'static str),
    /// `http.route`: the pattern, not the path.
    Route(StringValue),
    /// `http.response.status_code`.
    Status(u16),
    /// `url.template`: of our own request, what stands in our source.
    UrlTemplate(&'static str),
    /// `service.peer.name`: whom our own request goes to.
    Peer(&'static str),
    /// `messaging.operation.name`.
    Operation(&'static str),
    /// `messaging.operation.type`.
    OperationType(&'static str),
    /// `messaging.system`.
    RabbitMq,
    /// `messaging.destination.name`.
    Destination(StringValue),
    /// `messaging.rabbitmq.destination.routing_key`.
    RoutingKey(StringValue),
    /// `messaging.message.id`.
    MessageId(StringValue),
    /// `messaging.message.conversation_id`: the withdrawal or application a message is about.
    Conversation(StringValue),
    /// `error.type`.
    ErrorType(StringValue),
    /// `tixian.order_id`: our number of a withdrawal.
    OrderId(StringValue),
    /// `tixian.application_id`: our number of an application.
    ApplicationId(StringValue),
    /// `tixian.req_seq_id`: an attempt's serial at Huifu.
    ReqSeqId(StringValue),
}

impl From<Attribute> for KeyValue {
    fn from(attribute: Attribute) -> Self {
        let (name, value): (&'static str, Value) = match attribute {
            Attribute::Method(method) => ("http.request.method", method.into()),
            Attribute::Route(route) => ("http.route", route.into()),
            Attribute::Status(status) => ("http.response.status_code", i64::from(status).into()),
            Attribute::UrlTemplate(path) => ("url.template", path.into()),
            Attribute::Peer(peer) => ("service.peer.name", peer.into()),
            Attribute::Operation(name) => ("messaging.operation.name", name.into()),
            Attribute::OperationType(kind) => ("messaging.operation.type", kind.into()),
            Attribute::RabbitMq => ("messaging.system", "rabbitmq".into()),
            Attribute::Destination(name) => ("messaging.destination.name", name.into()),
            Attribute::RoutingKey(key) => {
                ("messaging.rabbitmq.destination.routing_key", key.into())
            }
            Attribute::MessageId(id) => ("messaging.message.id", id.into()),
            Attribute::Conversation(id) => ("messaging.message.conversation_id", id.into()),
            Attribute::ErrorType(why) => ("error.type", why.into()),
            Attribute::OrderId(id) => ("tixian.order_id", id.into()),
            Attribute::ApplicationId(id) => ("tixian.application_id", id.into()),
            Attribute::ReqSeqId(id) => ("tixian.req_seq_id", id.into()),
        };
        Self::new(name, value)
    }
}
