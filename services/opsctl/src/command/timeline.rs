//! The timeline of a withdrawal or an application, laid out.

use serde_json::{Value, json};
use store::timeline::Entry;

use crate::beijing::shown_with_millis;
use crate::detail;
use crate::output::Rows;

/// For people. `shows` says of which ids the tables above tell already.
pub(super) fn rows<S: Copy>(
    timeline: &[Entry<S>],
    name: fn(S) -> &'static str,
    shows: impl Fn(&str) -> bool,
) -> Rows {
    let rows = timeline.iter().map(|entry| {
        // Where it came from stands in a row above.
        let state = entry
            .to_state
            .map_or_else(String::new, |to| format!("→ {}", name(to)));
        let recorder = entry.recorded_by.split(':').next().unwrap_or_default();
        vec![
            shown_with_millis(entry.at),
            entry.event.clone(),
            state,
            recorder.to_owned(),
            detail::line(&entry.detail, &shows),
        ]
    });
    Rows {
        title: "Timeline (Beijing time)".to_owned(),
        head: vec!["AT", "EVENT", "STATE", "RECORDED BY", "DETAIL"],
        rows: rows.collect(),
        when_empty: "  none",
    }
}

/// For machines.
pub(super) fn json<S: Copy>(timeline: &[Entry<S>], name: fn(S) -> &'static str) -> Value {
    let entries = timeline.iter().map(|entry| {
        json!({
            "at": entry.at, "event": entry.event, "recorded_by": entry.recorded_by,
            "from_state": entry.from_state.map(name), "to_state": entry.to_state.map(name),
            "detail": entry.detail,
        })
    });
    entries.collect()
}
