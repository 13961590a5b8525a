//! What is kept of a span for the collector, while it is under way.

use std::borrow::Cow;
use std::time::SystemTime;

use contract::trace::TraceContext;
use opentelemetry::trace::TraceState;
use opentelemetry::trace::{Link, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId};
use opentelemetry::{InstrumentationScope, KeyValue, StringValue};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

use super::attribute::Attribute;
use crate::clock;

/// As many as anything here sets, and no room for a loop that sets more.
const MOST: usize = 32;

/// What is known so far.
#[derive(Debug)]
pub(super) struct Record {
    kind: SpanKind,
    name: String,
    began: SystemTime,
    attributes: Vec<KeyValue>,
    links: Vec<Link>,
    status: Status,
}

impl Record {
    pub(super) fn new(kind: SpanKind, name: String) -> Self {
        Self {
            kind,
            name,
            began: clock::now().into(),
            attributes: Vec::new(),
            links: Vec::new(),
            status: Status::Unset,
        }
    }

    /// The same attribute said again replaces what was said.
    pub(super) fn set(&mut self, attribute: Attribute) {
        let KeyValue { key, value, .. } = attribute.into();
        if let Some(said) = self.attributes.iter_mut().find(|said| said.key == key) {
            said.value = value;
        } else if self.attributes.len() < MOST {
            self.attributes.push(KeyValue::new(key, value));
        }
    }

    pub(super) fn fail(&mut self, why: StringValue) {
        self.set(Attribute::ErrorType(why));
        // The description would be a text of somebody's; the type says enough.
        self.status = Status::error("");
    }

    pub(super) fn link(&mut self, to: TraceContext) {
        if self.links.len() < MOST {
            self.links.push(Link::new(remote(to), Vec::new(), 0));
        }
    }

    /// It is over.
    pub(super) fn ended(self, context: TraceContext, parent: Option<TraceContext>) -> SpanData {
        let mut links = SpanLinks::default();
        links.links = self.links;
        SpanData {
            span_context: of(context, false),
            parent_span_id: parent.map_or(SpanId::INVALID, |parent| parent.span_id.into()),
            // Every parent came in a message, in a row, or is a step of this process; which of
            // them nobody asks.
            parent_span_is_remote: false,
            span_kind: self.kind,
            name: Cow::Owned(self.name),
            start_time: self.began,
            end_time: clock::now().into(),
            attributes: self.attributes,
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links,
            status: self.status,
            instrumentation_scope: InstrumentationScope::builder("tixian")
                .with_version(env!("CARGO_PKG_VERSION"))
                .build(),
        }
    }
}

fn remote(context: TraceContext) -> SpanContext {
    of(context, true)
}

fn of(context: TraceContext, is_remote: bool) -> SpanContext {
    let flags = TraceFlags::default().with_sampled(context.sampled);
    SpanContext::new(
        TraceId::from(context.trace_id),
        SpanId::from(context.span_id),
        flags,
        is_remote,
        TraceState::NONE,
    )
}
