//! One edge to be taken, with what only makes sense on it: a reason belongs to a refusal, what was
//! granted to a pass.

use contract::application::{Step, Transition};
use contract::ids::{ApplicationId, HuifuId, TokenNo};
use serde_json::Value;
use uuid::Uuid;

use super::Granted;
use crate::advanced::NewIds;

/// One edge to be taken.
#[derive(Debug, Clone)]
pub struct Edge<'a> {
    /// Which application.
    pub application: &'a ApplicationId,
    /// Which of its steps this is about; the attempt knows.
    pub step: Step,
    /// What happened.
    pub event: Event<'a>,
    /// What Huifu has said beside it.
    pub learned: Learned<'a>,
    /// What goes onto the timeline: ids, codes and numbers.
    pub detail: &'a Value,
    /// Ids for the message of the next step, or for the notice of an end.
    pub ids: NewIds,
    /// The message that caused this.
    pub causation_id: Option<Uuid>,
}

/// What happened to an application.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// An attempt is about to be sent; committed before a byte leaves.
    OpenAttempt,
    /// The attempt provably never left.
    NotSent,
    /// The step is done and another one is due; its message is enqueued.
    StepDone,
    /// Huifu took the step and said no more.
    Submit,
    /// Huifu's people look at it.
    Review,
    /// The last step is done, and this is what exists now.
    Pass(&'a Granted<'a>),
    /// Huifu said no.
    Refuse(Reason<'a>),
    /// Huifu tried and could not.
    Fail(Reason<'a>),
    /// The attempt may have arrived; we cannot tell.
    LoseTrack,
}

/// Why it was refused or failed.
#[derive(Debug, Clone, Copy)]
pub struct Reason<'a> {
    /// For the partner: a stable code.
    pub code: &'a str,
    /// For operators: Huifu's own words, without anything of the form in them.
    pub detail: Option<&'a str>,
}

/// Numbers that Huifu gives out; each replaces what is known only if it is told.
#[derive(Debug, Clone, Copy, Default)]
pub struct Learned<'a> {
    /// The account.
    pub huifu_id: Option<&'a HuifuId>,
    /// The review of this step.
    pub apply_no: Option<&'a str>,
    /// The card.
    pub token_no: Option<&'a TokenNo>,
}

impl<'a> Event<'a> {
    /// The edge it asks for.
    pub const fn transition(self) -> Transition {
        match self {
            Self::OpenAttempt => Transition::OpenAttempt,
            Self::NotSent => Transition::NotSent,
            Self::StepDone => Transition::StepDone,
            Self::Submit => Transition::Submit,
            Self::Review => Transition::Review,
            Self::Pass(_) => Transition::Pass,
            Self::Refuse(_) => Transition::Refuse,
            Self::Fail(_) => Transition::Fail,
            Self::LoseTrack => Transition::LoseTrack,
        }
    }

    /// Whether something is sent after it, which a case forbids.
    pub(super) const fn sends(self) -> bool {
        matches!(self, Self::OpenAttempt)
    }

    pub(super) const fn reason(self) -> Option<Reason<'a>> {
        match self {
            Self::Refuse(reason) | Self::Fail(reason) => Some(reason),
            Self::OpenAttempt
            | Self::NotSent
            | Self::StepDone
            | Self::Submit
            | Self::Review
            | Self::Pass(_)
            | Self::LoseTrack => None,
        }
    }
}

impl<'a> Edge<'a> {
    /// What was said, and what a pass implies.
    pub(super) fn learned(&self) -> Learned<'a> {
        match self.event {
            Event::Pass(granted) => Learned {
                huifu_id: Some(granted.huifu_id),
                apply_no: self.learned.apply_no,
                token_no: granted.card.as_ref().map(|card| card.token_no),
            },
            Event::OpenAttempt
            | Event::NotSent
            | Event::StepDone
            | Event::Submit
            | Event::Review
            | Event::Refuse(_)
            | Event::Fail(_)
            | Event::LoseTrack => self.learned,
        }
    }
}
