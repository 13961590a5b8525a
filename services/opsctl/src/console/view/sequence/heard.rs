//! Hops between the user, 海投汇 and Huifu: rows of the timeline.

use contract::withdrawal::Transition;
use serde_json::Value;
use store::timeline::Entry;

use super::Actor::{Huifu, Operator, Partner, User};
use super::Hop;
use crate::command::withdrawal_story::Story;
use crate::console::view::Tone;
use crate::detail;

/// What a row of the timeline tells; two hops where one row stands for a word and its answer.
pub(super) fn hops(story: &Story, entry: &Entry) -> Vec<Hop> {
    match entry.event.as_str() {
        "open" => vec![
            Hop::new(
                entry.at,
                Partner,
                Operator,
                "Brings the user to the withdrawal page",
            )
            .outcome(format!("{} yuan", story.withdrawal.request.amount)),
        ],
        "password_code" => vec![Hop::new(entry.at, User, Operator, "Asks for a code by SMS")],
        "password_set" => vec![Hop::new(entry.at, User, Operator, "Sets the password")],
        // Sendings tell the same, and more.
        "notice_delivered" | "notice_failed" => Vec::new(),
        "notice_dead_lettered" => vec![
            Hop::new(entry.at, Operator, Operator, "Gives the notice up")
                .outcome("a dead letter waits for a decision")
                .toned(Tone::Bad),
        ],
        "callback" => vec![
            Hop::new(entry.at, Huifu, Operator, "Calls back, and changes nothing")
                .outcome(statuses(&entry.detail)),
        ],
        name => match transition(name) {
            Some(transition) => moved(story, entry, transition),
            None => vec![other(entry)],
        },
    }
}

/// The edge that was taken, if it was one.
fn transition(event: &str) -> Option<Transition> {
    let named = |transition: &Transition| transition.as_str() == event;
    Transition::ALL.into_iter().find(named)
}

fn moved(story: &Story, entry: &Entry, transition: Transition) -> Vec<Hop> {
    let at = entry.at;
    let back = |what| Hop::new(at, Operator, Partner, what).answers();
    match transition {
        Transition::Confirm => vec![
            Hop::new(at, User, Operator, "Confirms").outcome(agreed(story)),
            back("Brings the user back: accepted"),
        ],
        Transition::Cancel => vec![
            Hop::new(at, User, Operator, "Goes back"),
            back("Brings the user back: cancelled"),
        ],
        Transition::Expire => vec![Hop::new(at, Operator, Operator, "Nobody confirmed in time")],
        Transition::OpenAttempt => vec![
            Hop::new(at, Operator, Huifu, "Asks to pay").outcome(text(&entry.detail, "req_seq_id")),
        ],
        Transition::NotSent => vec![
            Hop::new(at, Operator, Operator, "Provably nothing was sent")
                .outcome(causes(&entry.detail))
                .toned(Tone::Doubt),
        ],
        Transition::LoseTrack => vec![
            Hop::new(at, Huifu, Operator, "No answer to rely on")
                .outcome(causes(&entry.detail))
                .toned(Tone::Doubt)
                .answers()
                .lost(),
        ],
        Transition::Submit => vec![from_huifu(entry, "Has it", Tone::Quiet)],
        Transition::Pay => vec![from_huifu(entry, "Paid", Tone::Good)],
        Transition::Refuse => vec![from_huifu(entry, "Refuses", Tone::Bad)],
        Transition::Fail => vec![from_huifu(entry, "Failed", Tone::Bad)],
        Transition::Return => vec![from_huifu(entry, "The bank returned it", Tone::Bad)],
    }
}

/// Whoever recorded it knows how it was heard: as the answer to the payment, to a question, or by
/// a callback.
fn from_huifu(entry: &Entry, what: &str, tone: Tone) -> Hop {
    let (how, answers) = match entry.recorded_by.as_str() {
        by if by.starts_with("callback-receiver") => ("Calls back: ", false),
        "huifu-dispatcher: record query" => ("When asked: ", true),
        _ => ("", true),
    };
    let what = if how.is_empty() {
        what.to_owned()
    } else {
        format!("{how}{}", lower(what))
    };
    let hop = Hop::new(entry.at, Huifu, Operator, what)
        .outcome(statuses(&entry.detail))
        .toned(tone);
    if answers { hop.answers() } else { hop }
}

fn lower(what: &str) -> String {
    let mut letters = what.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

/// What else is written on the timeline: contradictions, decisions of operators, fees.
fn other(entry: &Entry) -> Hop {
    let tone = match entry.event.as_str() {
        "contradiction" => Tone::Bad,
        "fee_differs" => Tone::Doubt,
        _ => Tone::Quiet,
    };
    Hop::new(entry.at, Operator, Operator, entry.event.replace('_', " "))
        .outcome(detail::line(&entry.detail, |_| false))
        .toned(tone)
}

fn agreed(story: &Story) -> String {
    story
        .withdrawal
        .confirmed
        .as_ref()
        .map_or_else(String::new, |agreed| {
            format!(
                "{}, fee {}, arrives {}",
                agreed.cash_type.as_str(),
                agreed.fee,
                agreed.arrival
            )
        })
}

/// The codes by which Huifu says it, as far as it said any.
fn statuses(detail: &Value) -> String {
    let answer = detail.get("answer").unwrap_or(detail);
    named(
        answer,
        &[
            ("trans_status", "trans"),
            ("acct_status", "acct"),
            ("channel_status", "channel"),
            ("resp_code", "code"),
            ("sub_resp_code", "code"),
            ("code", "code"),
            ("reason_code", "reason"),
        ],
    )
}

fn causes(detail: &Value) -> String {
    named(detail, &[("cause", "cause"), ("code", "code")])
}

fn named(detail: &Value, names: &[(&str, &str)]) -> String {
    let found = names.iter().filter_map(|(name, shown)| {
        let value = text(detail, name);
        (!value.is_empty()).then(|| format!("{shown} {value}"))
    });
    found.collect::<Vec<_>>().join(", ")
}

fn text(detail: &Value, name: &str) -> String {
    match detail.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}
