//! The `detail` of a timeline's row or a case, as a person reads it: `name=value`, flat and short.
//!
//! Only people's tables go through here. `--json` has every detail as it is stored.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::beijing;

/// With the columns before it, about what a terminal holds.
const WIDTH: usize = 70;

/// There is more, and `--json` shows it. A sentence may be cut; an amount or a code never is, for
/// half of it looks like another one.
const REST: &str = " …";

/// What a person looks for first; the rest follows by its name.
const FIRST: [&str; 13] = [
    "by",
    "reason",
    "kind",
    "class",
    "http_status",
    "verdict",
    "cause",
    "code",
    "asked",
    "state",
    "trans_status",
    "acct_status",
    "channel_status",
];

/// Every member with its value, those of inner objects beside the outer ones. What is absent is
/// left out.
pub(crate) fn members(detail: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect("", detail, &mut found);
    found
}

fn collect(name: &str, value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Null => {}
        Value::Object(inner) => {
            for (name, value) in inner.iter().collect::<BTreeMap<_, _>>() {
                collect(name, value, found);
            }
        }
        Value::String(text) if text.is_empty() => {}
        Value::String(text) => found.push((named(name), readable(text))),
        other => found.push((named(name), other.to_string())),
    }
}

/// A detail is an object; should one be a lone value, it needs a name as well.
fn named(name: &str) -> String {
    if name.is_empty() { "detail" } else { name }.to_owned()
}

/// Moments in Beijing, other texts as they are.
fn readable(text: &str) -> String {
    text.parse::<Timestamp>()
        .map_or_else(|_| text.to_owned(), beijing::shown)
}

/// One line of at most [`WIDTH`] characters. `shown` says what stands in the tables above already.
pub(crate) fn line(detail: &Value, shown: impl Fn(&str) -> bool) -> String {
    let mut members = members(detail);
    // A message's id means something to the broker only.
    members.retain(|(name, value)| name != "message_id" && !shown(value));
    members.sort_by_key(|(name, _)| {
        let place = FIRST.iter().position(|first| first == name);
        place.unwrap_or(FIRST.len())
    });
    let mut line = String::new();
    for (name, value) in &members {
        let gap = if line.is_empty() { "" } else { " " };
        let is_sentence = value.contains(' ');
        let pair = if is_sentence {
            format!("{gap}{name}=\"{value}\"")
        } else {
            format!("{gap}{name}={value}")
        };
        let room = WIDTH - line.chars().count();
        if pair.chars().count() + REST.chars().count() <= room {
            line += &pair;
            continue;
        }
        if is_sentence {
            line.extend(pair.chars().take(room - REST.chars().count()));
        }
        return line + REST;
    }
    line
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_matters_comes_first_and_what_is_known_or_absent_is_left_out() {
        let detail = json!({
            "query": 3, "req_seq_id": "A1", "amount_fen": 10_000, "message_id": "m",
            "answer": { "verdict": "paid", "hf_seq_id": "hf-2", "fee_amt": null, "note": "" },
        });
        assert_eq!(
            line(&detail, |value| value == "A1"),
            "verdict=paid amount_fen=10000 hf_seq_id=hf-2 query=3"
        );
    }

    #[test]
    fn moments_are_shown_in_beijing_and_sentences_are_quoted() {
        let detail = json!({ "next_at": "2026-11-22T04:08:53.123456Z", "reason": "it is back" });
        assert_eq!(
            line(&detail, |_| false),
            "reason=\"it is back\" next_at=\"2026-11-22 12:08:53\""
        );
    }

    #[test]
    fn a_line_is_never_longer_than_the_table_bears() {
        let reason = "提 ".repeat(300);
        let text = line(&json!({ "reason": reason, "by": "lin" }), |_| false);
        assert!((60..=WIDTH).contains(&text.chars().count()), "{text}");
        assert!(
            text.starts_with("by=lin reason=\"提") && text.ends_with('…'),
            "{text}"
        );
        let amounts = json!({ "a": "1".repeat(50), "b": "123456789012345", "c": "1" });
        let text = line(&amounts, |_| false);
        assert_eq!(text, format!("a={} …", "1".repeat(50)), "no number is cut");
        assert_eq!(line(&json!({}), |_| false), "");
        assert_eq!(line(&json!("unreadable"), |_| false), "detail=unreadable");
    }
}
