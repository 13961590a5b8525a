//! One JSON object a line, flat: fields of the event, then of the spans around it, then who says
//! it.
//!
//! The subscriber's own JSON format nests spans in a list, so a search for one withdrawal would
//! have to know how deep its id lies. Here ids are always on top: `correlation_id` where a message
//! is at work, the id's own name elsewhere. `trace_id` and `span_id` are those of the step of a
//! trace that is under way ([`crate::trace`]), as the collector gets them.

use std::fmt;
use std::io::Write as _;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use crate::{clock, trace};

/// Writes every event as a line of JSON.
pub(super) struct JsonLines<W> {
    service: &'static str,
    writer: W,
}

impl<W> JsonLines<W> {
    pub(super) fn new(service: &'static str, writer: W) -> Self {
        Self { service, writer }
    }
}

/// The fields of one span, kept until it closes.
struct SpanFields(Map<String, Value>);

impl<S, W> Layer<S> for JsonLines<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Map::new();
        attributes.record(&mut Into(&mut fields));
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(SpanFields(fields));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<SpanFields>()
        {
            values.record(&mut Into(&mut fields.0));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut line = Map::new();
        let metadata = event.metadata();
        line.insert("timestamp".to_owned(), clock::now().to_string().into());
        line.insert("level".to_owned(), metadata.level().as_str().into());
        line.insert("service".to_owned(), self.service.into());
        line.insert("target".to_owned(), metadata.target().into());
        event.record(&mut Into(&mut line));
        if let Some(step) = trace::current() {
            line.insert("trace_id".to_owned(), step.trace_id_text().into());
            line.insert("span_id".to_owned(), step.span_id_text().into());
        }
        // From the inside out, and the first to name a field wins: the nearest knows best.
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(fields) = span.extensions().get::<SpanFields>() {
                for (name, value) in &fields.0 {
                    line.entry(name.as_str()).or_insert_with(|| value.clone());
                }
            }
        }
        let mut bytes = Value::Object(line).to_string().into_bytes();
        bytes.push(b'\n');
        // A log that cannot be written cannot be reported either.
        let _ = self.writer.make_writer_for(metadata).write_all(&bytes);
    }
}

/// Visits fields into a map.
struct Into<'a>(&'a mut Map<String, Value>);

impl Into<'_> {
    fn put(&mut self, field: &Field, value: impl std::convert::Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Into<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    /// With its causes, since a line is all that a reader gets.
    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        let mut text = value.to_string();
        let mut cause = value.source();
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        self.put(field, text);
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_is_flat_and_carries_the_fields_of_the_spans_around_it() {
        let lines = Lines::default();
        let sink = lines.clone();
        let layer = JsonLines::new("test-service", move || sink.clone());
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, || {
            let span =
                tracing::info_span!("consume", order_id = "W1", attempt = tracing::field::Empty);
            span.record("attempt", 3);
            span.in_scope(|| tracing::warn!(order_id = "W2", "said \"no\""));
        });
        let written = lines.0.lock().unwrap().clone();
        let line: Value = serde_json::from_slice(&written).expect("one line of JSON");
        assert_eq!(line["service"], "test-service");
        assert_eq!(line["level"], "WARN");
        assert_eq!(line["message"], "said \"no\"");
        assert_eq!(line["order_id"], "W2");
        assert_eq!(line["attempt"], 3);
    }
}
