//! What the register remembers of every onboarding request: how often it came, what came of it.
//!
//! **Invariant:** no serial is executed twice. A repeat of an executed one is answered 20000000;
//! one that was refused or swallowed may come again, as Huifu's withdrawals do it.

use crate::huifu::operation::Operation;
use crate::huifu::payment::TryOutcome;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How the review of an application stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewState {
    /// P: somebody looks at it.
    Pending,
    /// Y: in force.
    Passed,
    /// N: refused; the applicant may correct it and apply again.
    Refused,
    /// F: the review itself failed.
    Failed,
}

impl ReviewState {
    /// The letter of audit_status and apply_status.
    #[must_use]
    pub fn letter(self) -> &'static str {
        match self {
            Self::Pending => "P",
            Self::Passed => "Y",
            Self::Refused => "N",
            Self::Failed => "F",
        }
    }
}

/// What makes a request unique: a serial counts per day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OnboardingKey {
    /// The caller's date, yyyyMMdd.
    pub req_date: String,
    /// The caller's serial.
    pub req_seq_id: String,
}

/// One try to tell the end of a review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewTry {
    /// The audit_status that was sent.
    pub audit_status: String,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When its outcome was known.
    pub answered_at: Timestamp,
    /// What came of it.
    pub outcome: TryOutcome,
}

/// One onboarding request as the register has it. Nothing personal is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Onboarding {
    /// When and which.
    #[serde(flatten)]
    pub key: OnboardingKey,
    /// The interface.
    pub operation: Operation,
    /// How often the serial was asked for, repeats and refusals included.
    pub requests: u32,
    /// How often it was done. More than 1 is the accident everybody is here to avoid.
    pub executions: u32,
    /// The resp_code of the first answer, or the fault that swallowed it.
    pub resp_code: String,
    /// Whom it is about, once that is known.
    pub huifu_id: Option<String>,
    /// The application, when there was a review.
    pub apply_no: Option<String>,
    /// The card it bound, once that is in force.
    pub token_no: Option<String>,
    /// How its review stands; absent when it was in force at once.
    pub review: Option<ReviewState>,
    /// Members of the request that stand in no table of the reference.
    pub unknown_fields: Vec<String>,
    /// When the first request was read.
    pub received_at: Timestamp,
    /// Every try to tell the end of the review.
    pub callbacks: Vec<ReviewTry>,
}

impl Onboarding {
    /// Whether a review callback was ever acknowledged as it must be.
    #[must_use]
    pub fn acked(&self) -> bool {
        self.callbacks
            .iter()
            .any(|one| one.outcome == TryOutcome::Acked)
    }
}
