//! What a collector got, drawn: who did what because of what.

use std::collections::BTreeSet;

use contract::withdrawal::Withdrawal;
use sandbox::otlp::{CollectedSpan, Kind};

/// The id of a withdrawal's trace.
#[must_use]
pub fn trace_of(withdrawal: &Withdrawal) -> Option<String> {
    let begun = withdrawal.traceparent.as_deref()?;
    begun.split('-').nth(1).map(str::to_owned)
}

/// One line for each span, below the one that caused it. What depends on how quick the machine is
/// stands only once however often it came, and what is named `aside` not at all.
#[must_use]
pub fn drawn(spans: &[CollectedSpan], aside: &[&str]) -> String {
    let mut text = String::new();
    for line in below(spans, None, aside, 0) {
        text.push_str(&line);
    }
    text
}

fn below(
    spans: &[CollectedSpan],
    parent: Option<&str>,
    aside: &[&str],
    depth: usize,
) -> BTreeSet<String> {
    let children = spans
        .iter()
        .filter(|span| span.parent.as_deref() == parent)
        .filter(|span| !aside.iter().any(|word| span.name.contains(word)));
    children
        .map(|span| {
            let mut lines = line(spans, span, depth);
            for under in below(spans, Some(&span.step.span_id), aside, depth + 1) {
                lines.push_str(&under);
            }
            lines
        })
        .collect()
}

/// A message by its key; everything else by its name.
fn object(span: &CollectedSpan) -> &str {
    let key = span
        .attributes
        .get("messaging.rabbitmq.destination.routing_key");
    key.unwrap_or(&span.name)
}

fn line(spans: &[CollectedSpan], span: &CollectedSpan, depth: usize) -> String {
    let mut line = "  ".repeat(depth);
    let (who, what) = match span.kind {
        Kind::Internal => (span.service.as_str(), "does"),
        Kind::Server => (span.service.as_str(), "answers"),
        Kind::Client => (span.service.as_str(), "asks"),
        // Whichever relay is first.
        Kind::Producer => ("a relay", "sends"),
        Kind::Consumer => (span.service.as_str(), "takes"),
    };
    line.push_str(&format!("{who} {what} {}", object(span)));
    for link in &span.links {
        let to = spans.iter().find(|other| other.step == *link);
        let to = to.map_or("nothing known", object);
        line.push_str(&format!(" → {to}"));
    }
    line.push('\n');
    line
}
