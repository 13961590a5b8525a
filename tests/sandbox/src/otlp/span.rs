//! A span as it came, read by the rules of the specification.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;

/// A step of a trace, by its ids as `traceparent` has them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// 32 hexadecimal digits.
    pub trace_id: String,
    /// 16 hexadecimal digits.
    pub span_id: String,
}

/// What kind of step it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Nobody else has part in it.
    Internal,
    /// Answers a request.
    Server,
    /// Makes a request.
    Client,
    /// Gives a message away.
    Producer,
    /// Carries a message out.
    Consumer,
}

/// A span that was taken.
#[derive(Clone, Debug)]
pub struct CollectedSpan {
    /// Its own ids.
    pub step: Step,
    /// The step that it is part of; `None`: the first of its trace.
    pub parent: Option<String>,
    /// Steps that it points to.
    pub links: Vec<Step>,
    /// `service.name` of who sent it.
    pub service: String,
    /// What is said of who sent it, beside its name.
    pub resource: BTreeMap<String, String>,
    /// What it is called.
    pub name: String,
    /// What kind of step it is.
    pub kind: Kind,
    /// What is said of it.
    pub attributes: BTreeMap<String, String>,
    /// Whether it says that it failed.
    pub failed: bool,
    /// All of it, as text: for whoever looks for what must not be in it.
    pub text: String,
}

/// Every span of a request, or what is wrong with it.
pub(crate) fn read(request: ExportTraceServiceRequest) -> Result<Vec<CollectedSpan>, String> {
    let mut spans = Vec::new();
    for group in request.resource_spans {
        let resource = group.resource.map(|resource| resource.attributes);
        let mut resource = told(&resource.unwrap_or_default())?;
        let service = resource
            .remove("service.name")
            .ok_or("a resource without service.name")?;
        for span in group.scope_spans.into_iter().flat_map(|scope| scope.spans) {
            spans.push(one(&service, &resource, &span)?);
        }
    }
    Ok(spans)
}

fn one(
    service: &str,
    resource: &BTreeMap<String, String>,
    span: &Span,
) -> Result<CollectedSpan, String> {
    if span.name.is_empty() {
        return Err("a span without a name".to_owned());
    }
    if span.start_time_unix_nano == 0 || span.end_time_unix_nano < span.start_time_unix_nano {
        return Err(format!("{} ends before it begins", span.name));
    }
    let links = span.links.iter();
    let links = links.map(|link| step(&link.trace_id, &link.span_id));
    Ok(CollectedSpan {
        step: step(&span.trace_id, &span.span_id)?,
        parent: match span.parent_span_id.as_slice() {
            [] => None,
            id => Some(hexadecimal(id, 8)?),
        },
        links: links.collect::<Result<_, _>>()?,
        service: service.to_owned(),
        resource: resource.clone(),
        name: span.name.clone(),
        kind: kind(span)?,
        attributes: told(&span.attributes)?,
        failed: span
            .status
            .as_ref()
            .is_some_and(|status| status.code() == StatusCode::Error),
        text: format!("{resource:?} {span:?}"),
    })
}

fn kind(span: &Span) -> Result<Kind, String> {
    match span.kind() {
        SpanKind::Internal => Ok(Kind::Internal),
        SpanKind::Server => Ok(Kind::Server),
        SpanKind::Client => Ok(Kind::Client),
        SpanKind::Producer => Ok(Kind::Producer),
        SpanKind::Consumer => Ok(Kind::Consumer),
        SpanKind::Unspecified => Err(format!("{} is of no kind", span.name)),
    }
}

fn step(trace_id: &[u8], span_id: &[u8]) -> Result<Step, String> {
    Ok(Step {
        trace_id: hexadecimal(trace_id, 16)?,
        span_id: hexadecimal(span_id, 8)?,
    })
}

/// An id of the wrong length, or of zeros alone, is none.
fn hexadecimal(id: &[u8], length: usize) -> Result<String, String> {
    if id.len() != length || id.iter().all(|byte| *byte == 0) {
        return Err(format!("{id:?} is no id"));
    }
    let mut text = String::new();
    for byte in id {
        write!(text, "{byte:02x}").map_err(|error| error.to_string())?;
    }
    Ok(text)
}

/// Names must be unique and not empty.
fn told(attributes: &[KeyValue]) -> Result<BTreeMap<String, String>, String> {
    let mut told = BTreeMap::new();
    for KeyValue { key, value, .. } in attributes {
        let value = value.as_ref().and_then(text);
        let value = value.ok_or_else(|| format!("{key} has no value that is plain"))?;
        if key.is_empty() || told.insert(key.clone(), value).is_some() {
            return Err(format!("{key:?} is said twice, or of nothing"));
        }
    }
    Ok(told)
}

fn text(value: &AnyValue) -> Option<String> {
    match value.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        Value::IntValue(number) => Some(number.to_string()),
        Value::BoolValue(yes) => Some(yes.to_string()),
        Value::DoubleValue(number) => Some(number.to_string()),
        _ => None,
    }
}
