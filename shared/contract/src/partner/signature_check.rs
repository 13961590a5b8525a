//! `POST /v1/signature/check`: a partner sends what it signed, or what it was sent, and is told why
//! the signature does not hold.
//!
//! What a newcomer would get wrong: this is for partners whose calls of the API are believed and
//! whose forms are not yet, or who cannot verify ours. Whoever cannot sign this very call is a
//! stranger and is told nothing: a signature that does not hold proves nothing about its sender,
//! and what we told a partner then we would tell everybody. Such a partner has the vectors, and our
//! operators have `opsctl signature explain`.
//!
//! Nothing is used up by it: neither the nonce nor the signature of what is asked about.

mod request;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::signing::diagnosis::{Claim, Difference, Finding, check_clock, diagnose};
use crate::signing::keys::KeySet;

pub use request::{Kind, SignatureCheckRequest};

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct SignatureCheckAnswer {
    /// Whether the signature holds as it was sent.
    pub holds: bool,
    /// The text that should have been signed, as we build it.
    pub text: String,
    /// Where the partner's text and ours part; only if it sent one and they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<DifferenceAnswer>,
    /// What is wrong. Empty if it would be believed now.
    pub findings: Vec<FindingAnswer>,
}

/// The first byte on which two texts differ.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct DifferenceAnswer {
    /// Its offset in bytes of UTF-8, from 0.
    pub at: usize,
    /// What stands around it in our text; what has no shape is written out, such as `\n`.
    pub ours: String,
    /// What stands around it in the partner's.
    pub yours: String,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct FindingAnswer {
    /// A stable code, such as `values_url_encoded`.
    pub code: &'static str,
    /// The field in which it shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The key that made the signature, one of the partner's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    /// What it means and what to do, in Chinese.
    pub reason: &'static str,
    /// The same in English.
    pub reason_en: &'static str,
}

impl SignatureCheckRequest {
    /// Says what is wrong with the signature and the clock. `keys` are the partner's for what it
    /// signed, ours for what we signed.
    pub fn explain(&self, keys: &KeySet, now: Timestamp) -> SignatureCheckAnswer {
        let claim = Claim {
            candidates: &self.candidates,
            their_text: self.text.as_deref(),
            signature: &self.signature,
            key_id: self.key_id.as_deref(),
        };
        let diagnosis = diagnose(claim, keys, now);
        let clock = self.timestamp.and_then(|at| check_clock(at, now));
        let findings = diagnosis.findings.iter().chain(&clock);
        SignatureCheckAnswer {
            holds: diagnosis.holds,
            text: self.right_text().to_owned(),
            difference: diagnosis.difference.map(DifferenceAnswer::from),
            findings: findings.map(FindingAnswer::from).collect(),
        }
    }

    fn right_text(&self) -> &str {
        self.candidates
            .first()
            .map_or("", |first| first.text.as_str())
    }
}

impl From<Difference> for DifferenceAnswer {
    fn from(difference: Difference) -> Self {
        Self {
            at: difference.at,
            ours: difference.ours,
            yours: difference.theirs,
        }
    }
}

impl From<&Finding> for FindingAnswer {
    fn from(finding: &Finding) -> Self {
        Self {
            code: finding.mistake.as_str(),
            field: finding.field.clone(),
            key_id: finding.key_id.as_ref().map(ToString::to_string),
            reason: finding.mistake.zh(),
            reason_en: finding.mistake.en(),
        }
    }
}

#[cfg(test)]
mod tests;
