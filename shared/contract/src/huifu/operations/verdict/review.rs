//! What a question or a callback says about a review.

use super::StepRefusal;
use super::step::{Config, worst};
use crate::huifu::code::RespClass;
use crate::huifu::envelope::EnvelopeError;
use crate::huifu::operations::answer::{ApplicationStatusAnswer, ConfigResult};
use crate::huifu::operations::review::ReviewCallback;
use crate::ids::{HuifuId, TokenNo};
use crate::partner::ApplicationReason;

/// What became of a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReviewVerdict {
    /// Still looked at, or parts of it still at work.
    Pending,
    /// All of it is there.
    Passed {
        /// Whom it was about.
        huifu_id: Option<HuifuId>,
        /// The card, which a callback brings and a question does not.
        token_no: Option<TokenNo>,
    },
    /// A reviewer said no.
    Refused(StepRefusal),
    /// Huifu tried and could not.
    Failed(StepRefusal),
    /// Nothing can be concluded: ask.
    Unknown,
}

impl ReviewVerdict {
    /// Of the answer to a question about a merchant's or a user's application. A refusal of the
    /// question refuses nothing else.
    pub fn of_status_query(answer: &Result<ApplicationStatusAnswer, EnvelopeError>) -> Self {
        let Ok(answer) = answer else {
            return Self::Unknown;
        };
        let code = answer.resp_code.as_deref();
        if code.map(RespClass::of) != Some(RespClass::Accepted) {
            return Self::Unknown;
        }
        let refusal = || StepRefusal::of_review(None, answer.apply_reason.as_deref());
        match answer.apply_status.as_deref() {
            Some("Y") => Self::of_parts(answer),
            Some("P") => Self::Pending,
            Some("N") => Self::Refused(refusal()),
            Some("F") => Self::Failed(refusal().or(ApplicationReason::ProviderFailed)),
            Some(_) | None => Self::Unknown,
        }
    }

    /// The review is passed; what the account is made of must be there as well. Settlement and
    /// payment products are no part of a withdrawal and are not looked at.
    fn of_parts(answer: &ApplicationStatusAnswer) -> Self {
        let parts = [
            (&answer.reg_status, ApplicationReason::ProviderFailed),
            (&answer.bind_card_status, ApplicationReason::CardRefused),
            (&answer.cash_status, ApplicationReason::CashRulesRefused),
            (&answer.change_settle_state, ApplicationReason::CardRefused),
        ];
        let mut pending = false;
        for (letter, reason) in parts {
            match letter.as_deref() {
                None | Some("S") => {}
                Some("P") => pending = true,
                Some("F" | "C") => {
                    let refusal = StepRefusal::of_review(None, answer.apply_reason.as_deref());
                    return Self::Failed(refusal.or(reason));
                }
                Some(_) => return Self::Unknown,
            }
        }
        if pending {
            return Self::Pending;
        }
        passed(answer.huifu_id.as_deref(), None)
    }

    /// Of a callback. Whether it is about our application, of our merchant or user, is the
    /// caller's to compare before this is believed.
    pub fn of_callback(callback: &ReviewCallback) -> Self {
        let Ok(audit) = callback.audit() else {
            return Self::Unknown;
        };
        let code = callback.sub_resp_code.as_deref();
        let words = audit
            .audit_desc
            .as_deref()
            .or(callback.sub_resp_desc.as_deref());
        let refusal = || StepRefusal::of_review(code, words);
        match audit.audit_status.as_deref() {
            Some("Y") => Self::of_audited(callback, audit.token_no.as_deref(), &audit.configs),
            Some("P") => Self::Pending,
            Some("N") => Self::Refused(refusal()),
            Some("F") => Self::Failed(refusal().or(ApplicationReason::ProviderFailed)),
            // C is of payment products; an electronic account (Z) has no audit at all.
            Some(_) | None => Self::Unknown,
        }
    }

    fn of_audited(
        callback: &ReviewCallback,
        token_no: Option<&str>,
        configs: &[ConfigResult],
    ) -> Self {
        let refused = callback.sub_resp_code.as_deref().map(RespClass::of);
        if refused.is_some_and(|class| class != RespClass::Accepted) {
            // Passed, and not accepted: it contradicts itself.
            return Self::Unknown;
        }
        match worst(configs) {
            Some(Config::Failed(config)) => {
                let refusal = StepRefusal::of_review(None, config.msg.as_deref());
                Self::Failed(refusal.or(match config.part.as_deref() {
                    Some("1") => ApplicationReason::CardRefused,
                    Some("2") => ApplicationReason::CashRulesRefused,
                    _ => ApplicationReason::ConfigurationRefused,
                }))
            }
            Some(Config::Unreadable) => Self::Unknown,
            None => passed(callback.huifu_id.as_deref(), token_no),
        }
    }

    /// A short name for timelines, metrics and logs.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Passed { .. } => "passed",
            Self::Refused(_) => "refused",
            Self::Failed(_) => "failed",
            Self::Unknown => "unknown",
        }
    }
}

fn passed(huifu_id: Option<&str>, token_no: Option<&str>) -> ReviewVerdict {
    ReviewVerdict::Passed {
        huifu_id: huifu_id.and_then(|id| id.parse().ok()),
        token_no: token_no.and_then(|token| token.parse().ok()),
    }
}
