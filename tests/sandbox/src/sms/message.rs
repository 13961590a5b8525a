//! A message as the gateway is given it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One SMS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SmsMessage {
    /// When its last byte was read.
    pub received_at: Timestamp,
    /// What was asked for.
    #[serde(flatten)]
    pub request: SmsRequest,
}

/// The documented JSON; nothing else may stand in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsRequest {
    /// The same number twice is one SMS.
    pub request_id: String,
    /// Eleven digits.
    pub mobile: String,
    /// `set_password` or `reset_password`.
    pub template: String,
    /// `zh-CN` or `en`.
    pub lang: String,
    /// Six digits.
    pub code: String,
    /// How long the code is good.
    pub valid_seconds: u64,
    /// What the user reads.
    pub text: String,
}

impl SmsRequest {
    /// What is wrong with it; empty is good.
    pub(crate) fn problems(&self) -> Vec<&'static str> {
        let digits = |text: &str, count: usize| {
            text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        let rules = [
            (!self.request_id.is_empty(), "request_id is empty"),
            (digits(&self.mobile, 11), "mobile is not eleven digits"),
            (
                ["set_password", "reset_password"].contains(&self.template.as_str()),
                "template is not known",
            ),
            (
                ["zh-CN", "en"].contains(&self.lang.as_str()),
                "lang is not known",
            ),
            (digits(&self.code, 6), "code is not six digits"),
            (self.valid_seconds > 0, "valid_seconds is zero"),
            (self.text.contains(&self.code), "text is without the code"),
        ];
        let broken = rules.into_iter().filter(|(holds, _)| !holds);
        broken.map(|(_, problem)| problem).collect()
    }
}
