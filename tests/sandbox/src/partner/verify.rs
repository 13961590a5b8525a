//! Judges what the platform sent: the fields it must have, their limits, and the signature.

use crate::clock;
use crate::fen::Fen;
use crate::partner::signed_text::signed_text;
use crate::partner::world::World;
use jiff::civil::DateTime;
use serde::Serialize;

/// Name and value, decoded.
pub type Field = (String, String);

/// How far the platform's clock may be off: ten minutes, as for ours.
const CLOCK_SKEW_SECONDS: i64 = 600;

/// What the contract says of one field.
#[derive(Clone, Copy)]
pub(crate) struct Rule {
    name: &'static str,
    max: usize,
    required: bool,
}

const fn must(name: &'static str, max: usize) -> Rule {
    Rule {
        name,
        max,
        required: true,
    }
}

const fn may(name: &'static str, max: usize) -> Rule {
    Rule {
        name,
        max,
        required: false,
    }
}

const COMMON: [Rule; 7] = [
    must("partner_id", 32),
    must("version", 8),
    must("sign_type", 8),
    must("key_id", 32),
    must("timestamp", 14),
    must("nonce", 32),
    must("sign", 512),
];

/// The synchronous answer. `order_id` is required by the seed only where there is an order.
const ANSWER: [Rule; 6] = [
    must("code", 8),
    must("message", 256),
    must("htouhui_user_id", 11),
    must("third_party_user_id", 50),
    must("money", 16),
    must("order_id", 32),
];

const NOTICE: [Rule; 13] = [
    must("third_party_user_id", 50),
    must("htouhui_user_id", 11),
    must("money", 16),
    must("status", 256),
    must("order_id", 32),
    may("out_order_no", 32),
    must("notice_id", 64),
    must("sequence", 20),
    may("fee", 16),
    may("arrival_money", 16),
    may("cash_type", 2),
    may("finished_at", 32),
    may("reason_code", 64),
];

/// A notice about an application: no money, no order.
const APPLICATION_NOTICE: [Rule; 14] = [
    must("event", 32),
    must("application_id", 32),
    must("application_no", 32),
    must("notice_id", 64),
    must("sequence", 20),
    must("kind", 16),
    must("subject", 32),
    must("third_party_user_id", 50),
    must("htouhui_user_id", 11),
    must("status", 1),
    may("card_tail", 4),
    may("reason_code", 64),
    may("reason", 512),
    must("finished_at", 14),
];

/// The values that a field may have.
const APPLICATION_WORDS: [(&str, &[&str]); 3] = [
    ("event", &["application.finished"]),
    ("kind", &["opening", "card", "cash_rules"]),
    (
        "subject",
        &[
            "enterprise_merchant",
            "individual_merchant",
            "enterprise_user",
            "individual_user",
        ],
    ),
];

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The signature holds with one of the platform's published keys.
    pub signature_holds: bool,
    /// Everything else that is not as the contract says.
    pub problems: Vec<String>,
}

impl Verdict {
    /// Signed, and as the contract says.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.signature_holds && self.problems.is_empty()
    }
}

/// A synchronous answer: only the platform's own fields are signed, what the partner had in its
/// return_url is not.
pub(crate) async fn answer(world: &World, fields: &[Field]) -> Verdict {
    let ours: Vec<Field> = fields
        .iter()
        .filter(|(name, _)| COMMON.iter().chain(&ANSWER).any(|rule| rule.name == name))
        .cloned()
        .collect();
    judge(world, &ours, &ANSWER).await
}

/// A notice: every field is signed. What it is about, `event` tells; a notice about a withdrawal
/// has none.
pub(crate) async fn notice(world: &World, fields: &[Field]) -> Verdict {
    if value(fields, "event").is_some() {
        return application_notice(world, fields).await;
    }
    let mut verdict = judge(world, fields, &NOTICE).await;
    if !matches!(value(fields, "status"), Some("0" | "1")) {
        verdict
            .problems
            .push("status is neither 0 nor 1".to_owned());
    }
    if value(fields, "sequence").is_some_and(|text| text.parse::<u64>().is_err()) {
        verdict.problems.push("sequence is no number".to_owned());
    }
    for name in ["fee", "arrival_money"] {
        if value(fields, name).is_some_and(|text| text.parse::<Fen>().is_err()) {
            verdict
                .problems
                .push(format!("{name} is not yuan with two decimals"));
        }
    }
    verdict
}

async fn application_notice(world: &World, fields: &[Field]) -> Verdict {
    let mut verdict = judge(world, fields, &APPLICATION_NOTICE).await;
    let problems = &mut verdict.problems;
    for (name, words) in APPLICATION_WORDS {
        if value(fields, name).is_some_and(|word| !words.contains(&word)) {
            problems.push(format!("{name} is none of {}", words.join(", ")));
        }
    }
    match (value(fields, "status"), value(fields, "reason_code")) {
        (Some("1"), Some(_)) => problems.push("reason_code is there for a success".to_owned()),
        (Some("0"), None) => problems.push("reason_code is missing".to_owned()),
        (Some("0" | "1"), _) => {}
        _ => problems.push("status is neither 0 nor 1".to_owned()),
    }
    if value(fields, "sequence").is_some_and(|text| text.parse::<u64>().is_err()) {
        problems.push("sequence is no number".to_owned());
    }
    for (name, digits) in [("card_tail", 4), ("finished_at", 14)] {
        let written =
            |text: &str| text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
        if value(fields, name).is_some_and(|text| !written(text)) {
            problems.push(format!("{name} is not {digits} digits"));
        }
    }
    // Who reads `status` alone must not take an account for money.
    for name in ["money", "order_id"] {
        if value(fields, name).is_some() {
            problems.push(format!("{name} does not belong here"));
        }
    }
    verdict
}

pub(crate) fn value<'a>(fields: &'a [Field], name: &str) -> Option<&'a str> {
    fields
        .iter()
        .find(|(field, _)| field == name)
        .map(|(_, value)| value.as_str())
        .filter(|value| !value.is_empty())
}

async fn judge(world: &World, fields: &[Field], rules: &[Rule]) -> Verdict {
    let mut problems = Vec::new();
    for rule in COMMON.iter().chain(rules) {
        let count = fields.iter().filter(|(name, _)| name == rule.name).count();
        if count > 1 {
            problems.push(format!("{} is there {count} times", rule.name));
        }
        match value(fields, rule.name) {
            None if rule.required => problems.push(format!("{} is missing", rule.name)),
            Some(text) if text.chars().count() > rule.max => {
                problems.push(format!("{} is longer than {}", rule.name, rule.max));
            }
            Some(_) | None => {}
        }
    }
    for (name, expected) in [
        ("partner_id", world.partner_id.as_str()),
        ("version", "1.0"),
        ("sign_type", "RSA2"),
    ] {
        if value(fields, name).is_some_and(|text| text != expected) {
            problems.push(format!("{name} is not {expected}"));
        }
    }
    if value(fields, "money").is_some_and(|text| text.parse::<Fen>().is_err()) {
        problems.push("money is not yuan with two decimals".to_owned());
    }
    if value(fields, "timestamp").is_some_and(|text| !is_recent(text)) {
        problems.push("timestamp is not within ten minutes of now in Beijing".to_owned());
    }
    let text = signed_text(
        fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    );
    let sign = value(fields, "sign").unwrap_or_default();
    let key_id = value(fields, "key_id");
    let signature_holds = world
        .platform_keys
        .verify(key_id, text.as_bytes(), sign)
        .await;
    Verdict {
        signature_holds,
        problems,
    }
}

fn is_recent(timestamp: &str) -> bool {
    let now = clock::beijing(clock::now()).datetime();
    DateTime::strptime("%Y%m%d%H%M%S", timestamp)
        .ok()
        .filter(|_| timestamp.len() == 14)
        .is_some_and(|then| now.duration_since(then).as_secs().abs() <= CLOCK_SKEW_SECONDS)
}
