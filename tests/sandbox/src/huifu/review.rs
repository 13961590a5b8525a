//! Applications: what somebody at Huifu looks at before it is in force.
//!
//! What passes is put in force at that moment and not before; a card has no token until then.
//! **Invariant:** an application is decided once; what comes later changes nothing.

use crate::huifu::card::CardInfo;
use crate::huifu::cash_config::CashEntry;
use crate::huifu::member::{Member, MemberState};
use crate::huifu::onboarding::{OnboardingKey, ReviewState};
use crate::huifu::operation::Operation;
use crate::huifu::register::Register;
use serde::{Deserialize, Serialize};

/// How a review will go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewPlan {
    /// No review: in force at once.
    Instant,
    /// In review, then passed.
    Passes,
    /// In review, then refused.
    Refuses,
    /// In review, then the review itself fails.
    Fails,
    /// In review until an admin decides.
    Late,
}

impl ReviewPlan {
    /// The state it ends in by itself.
    pub(crate) fn end(self) -> Option<ReviewState> {
        match self {
            Self::Passes => Some(ReviewState::Passed),
            Self::Refuses => Some(ReviewState::Refused),
            Self::Fails => Some(ReviewState::Failed),
            Self::Instant | Self::Late => None,
        }
    }
}

/// The last character of a subject's name that makes a review go this way without being told.
#[must_use]
pub fn magic_names() -> [(char, ReviewPlan); 4] {
    [
        ('审', ReviewPlan::Passes),
        ('拒', ReviewPlan::Refuses),
        ('失', ReviewPlan::Fails),
        ('迟', ReviewPlan::Late),
    ]
}

pub(crate) fn magic_plan(name: &str) -> ReviewPlan {
    magic_names()
        .into_iter()
        .find(|(last, _)| name.ends_with(*last))
        .map_or(ReviewPlan::Instant, |(_, plan)| plan)
}

/// One application.
#[derive(Clone)]
pub(crate) struct Application {
    pub(crate) apply_no: String,
    pub(crate) key: OnboardingKey,
    pub(crate) operation: Operation,
    pub(crate) huifu_id: String,
    pub(crate) card: Option<CardInfo>,
    pub(crate) cash: Vec<CashEntry>,
    pub(crate) async_return_url: Option<String>,
    pub(crate) state: ReviewState,
    pub(crate) reason: String,
    /// Set when it has passed and bound a card.
    pub(crate) token_no: Option<String>,
}

impl Register {
    /// Binds the card and sets the rules of a member; the token of the card.
    pub(crate) fn put_in_force(
        &mut self,
        huifu_id: &str,
        operation: Operation,
        card: Option<CardInfo>,
        cash: &[CashEntry],
    ) -> Option<String> {
        let new_token_no = self.new_token_no();
        let member = self.member_mut(huifu_id)?;
        member.state = MemberState::Active;
        let only_base_data = [Operation::UserEnt, Operation::UserIndv].contains(&operation);
        member.opened |= !only_base_data;
        member.set_cash(cash);
        card.map(|card| member.bind(card, new_token_no))
    }

    /// Ends a review. False: unknown, or decided before.
    pub(crate) fn decide(&mut self, apply_no: &str, state: ReviewState, reason: &str) -> bool {
        let pending = self
            .applications
            .get(apply_no)
            .filter(|one| one.state == ReviewState::Pending);
        let Some(application) = pending.cloned() else {
            return false;
        };
        let huifu_id = &application.huifu_id;
        let token_no = match state {
            ReviewState::Pending => return false,
            ReviewState::Passed => self.put_in_force(
                huifu_id,
                application.operation,
                application.card,
                &application.cash,
            ),
            ReviewState::Refused | ReviewState::Failed => {
                self.member_mut(huifu_id).map(Member::refuse_opening);
                None
            }
        };
        if let Some(onboarding) = self.onboarding_mut(&application.key) {
            onboarding.review = Some(state);
            onboarding.token_no.clone_from(&token_no);
        }
        if let Some(application) = self.applications.get_mut(apply_no) {
            application.state = state;
            reason.clone_into(&mut application.reason);
            application.token_no = token_no;
        }
        true
    }

    /// The application of the newest request with this serial.
    pub(crate) fn apply_no_of(&self, req_seq_id: &str) -> Option<String> {
        self.newest_with_serial(req_seq_id)?.apply_no.clone()
    }
}
