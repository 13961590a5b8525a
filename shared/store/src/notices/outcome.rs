//! What a notice tells, and where its delivery stands: the two lists that the database knows too.

use contract::application;
use contract::enumeration;
use contract::partner::{ApplicationReason, ReasonCode, application_notice, notice};
use contract::withdrawal::State;

enumeration! {
    /// The ends that partners are told of.
    pub enum Outcome {
        /// Money moved.
        Paid => "paid",
        /// It did not and will not.
        Failed => "failed",
        /// It moved and came back.
        Returned => "returned",
        /// Everything that was applied for exists.
        Passed => "passed",
        /// Huifu said no to an application. One that Huifu could not carry out is `Failed`.
        Refused => "refused",
    }
}

impl Outcome {
    /// The outcome that a withdrawal's state is, if partners are told of it. A user who cancelled
    /// or let a draft expire accepted nothing, so there is nothing to tell.
    pub const fn of(state: State) -> Option<Self> {
        match state {
            State::Paid => Some(Self::Paid),
            State::Failed => Some(Self::Failed),
            State::Returned => Some(Self::Returned),
            State::Draft
            | State::Accepted
            | State::Dispatching
            | State::Submitted
            | State::Unconfirmed
            | State::Cancelled
            | State::Expired => None,
        }
    }

    /// The outcome that an application's state is, once it has come to its end.
    pub const fn of_application(state: application::State) -> Option<Self> {
        match state {
            application::State::Passed => Some(Self::Passed),
            application::State::Refused => Some(Self::Refused),
            application::State::Failed => Some(Self::Failed),
            application::State::Received
            | application::State::Sending
            | application::State::Submitted
            | application::State::InReview
            | application::State::Unknown => None,
        }
    }

    /// The seed's `status`: `1` succeeded, `0` failed.
    pub const fn status(self) -> &'static str {
        match self {
            Self::Paid | Self::Passed => "1",
            Self::Failed | Self::Returned | Self::Refused => "0",
        }
    }

    /// What a notice about a withdrawal says of this end. During a rollout a newer service may
    /// write a reason that this one does not know: the partner is told of the end all the same,
    /// with the general reason of its kind.
    pub fn about_withdrawal(self, reason: Option<&str>) -> notice::Outcome {
        let reason = reason.and_then(ReasonCode::from_name);
        match self {
            // Nothing about a withdrawal is "passed" or "refused"; those are told of applications.
            Self::Paid | Self::Passed => notice::Outcome::Succeeded,
            Self::Failed | Self::Refused => {
                notice::Outcome::Failed(reason.unwrap_or(ReasonCode::RefusedByProvider))
            }
            Self::Returned => notice::Outcome::Failed(reason.unwrap_or(ReasonCode::ReturnedByBank)),
        }
    }

    /// The same of an application.
    pub fn about_application(self, reason: Option<&str>) -> application_notice::Outcome {
        let reason = reason.and_then(ApplicationReason::from_name);
        match self {
            // Nothing about an application is "paid" or "returned"; those are told of withdrawals.
            Self::Passed | Self::Paid => application_notice::Outcome::Passed,
            Self::Refused | Self::Returned => application_notice::Outcome::NotPassed(
                reason.unwrap_or(ApplicationReason::RefusedByProvider),
            ),
            Self::Failed => application_notice::Outcome::NotPassed(
                reason.unwrap_or(ApplicationReason::ProviderFailed),
            ),
        }
    }
}

enumeration! {
    /// Where the delivery of a notice stands.
    pub enum NoticeState {
        /// It is due now or later.
        Pending => "pending",
        /// The partner said `success`.
        Delivered => "delivered",
        /// The schedule is used up; an operator may replay it.
        DeadLettered => "dead_lettered",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_withdrawal_is_told_even_when_its_reason_is_unknown_here() {
        use notice::Outcome::{Failed, Succeeded};
        assert_eq!(Outcome::Paid.about_withdrawal(None), Succeeded);
        for (stored, reason, told) in [
            (
                Outcome::Failed,
                Some("account_frozen"),
                ReasonCode::AccountFrozen,
            ),
            (
                Outcome::Failed,
                Some("solar_flare"),
                ReasonCode::RefusedByProvider,
            ),
            (Outcome::Returned, None, ReasonCode::ReturnedByBank),
        ] {
            assert_eq!(stored.about_withdrawal(reason), Failed(told));
        }
    }

    #[test]
    fn the_end_of_an_application_is_told_even_when_its_reason_is_unknown_here() {
        use application_notice::Outcome::{NotPassed, Passed};
        assert_eq!(Outcome::Passed.about_application(None), Passed);
        for (stored, reason, told) in [
            (
                Outcome::Refused,
                Some("card_mismatch"),
                ApplicationReason::CardMismatch,
            ),
            (
                Outcome::Refused,
                Some("solar_flare"),
                ApplicationReason::RefusedByProvider,
            ),
            (Outcome::Failed, None, ApplicationReason::ProviderFailed),
        ] {
            assert_eq!(stored.about_application(reason), NotPassed(told));
        }
    }
}
