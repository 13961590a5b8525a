//! What Huifu's words mean for an application: the only file that decides it.
//!
//! The rule behind all rules is that of withdrawals: whatever is missing, new, contradictory or
//! unsigned is `Unknown`, and `Unknown` is asked about, never sent again. Two things differ.
//! Huifu refuses here with codes that mean "unknown" for money, but only words that name a rule
//! make them a refusal. And an application may be half done: whoever has a number and no card is
//! not opened.

mod picture;
mod review;
mod step;

pub use picture::PictureVerdict;
pub use review::ReviewVerdict;
pub use step::{StepDone, StepInReview, StepVerdict};

use std::fmt;

use super::refusal;
use crate::partner::ApplicationReason;

/// Why Huifu said no. Its `Debug` leaves Huifu's words out.
#[derive(Clone, PartialEq, Eq)]
pub struct StepRefusal {
    /// What partners are told.
    pub reason: ApplicationReason,
    /// Huifu's code, for operators.
    pub code: String,
    /// Huifu's words, for operators: they may name people.
    pub words: String,
}

impl StepRefusal {
    fn new(code: Option<&str>, words: Option<&str>) -> Self {
        let (code, words) = (code.unwrap_or_default(), words.unwrap_or_default());
        Self {
            reason: refusal::of_refusal(code, words),
            code: code.to_owned(),
            words: words.to_owned(),
        }
    }

    fn of_review(code: Option<&str>, words: Option<&str>) -> Self {
        Self {
            reason: refusal::of_review(words.unwrap_or_default()),
            ..Self::new(code, words)
        }
    }

    /// The same with Huifu's code beside it, which says nothing more about the reason.
    fn coded(self, code: Option<&str>) -> Self {
        Self {
            code: code.unwrap_or_default().to_owned(),
            ..self
        }
    }

    /// The same, for a reason that is known from elsewhere unless the words say it better.
    fn or(self, reason: ApplicationReason) -> Self {
        let unspoken = [
            ApplicationReason::RefusedByProvider,
            ApplicationReason::RefusedInReview,
        ];
        if unspoken.contains(&self.reason) {
            Self { reason, ..self }
        } else {
            self
        }
    }
}

/// A user's login at Huifu's console, said once.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The name, if one was asked for.
    pub name: Option<String>,
    password: Option<String>,
}

impl Login {
    /// The first password. It is for its user alone: seal it or forget it, never print it.
    pub fn password(&self) -> Option<&str> {
        self.password.as_deref()
    }
}

impl fmt::Debug for StepRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StepRefusal")
            .field("reason", &self.reason)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Login(***)")
    }
}

#[cfg(test)]
mod tests;
