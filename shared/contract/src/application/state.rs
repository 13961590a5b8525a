//! The states of an application and the edges between them: the only file that knows the machine.
//!
//! `state.mmd` beside this file draws it; a test compares the two. An application of two steps goes
//! through the upper half twice: when the first is done it is received again, with the second due.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where an application stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ApplicationState")]
pub enum State {
    /// We have it, and its next step is due: nothing of that step has been sent, or provably
    /// nothing arrived.
    Received,
    /// An attempt is open: from here on Huifu may have the step.
    Sending,
    /// Huifu took the step and has not said more.
    Submitted,
    /// Huifu's people look at it.
    InReview,
    /// We do not know whether Huifu has the step. It is asked about, never sent again.
    Unknown,
    /// Everything that was asked for exists at Huifu.
    Passed,
    /// Huifu said no.
    Refused,
    /// Huifu tried and could not; it is not there.
    Failed,
}

/// What can happen to an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transition {
    /// An attempt is about to be sent; committed before a byte leaves.
    OpenAttempt,
    /// The attempt provably never left.
    NotSent,
    /// A step is done and another one is due.
    StepDone,
    /// Huifu took the step and said no more.
    Submit,
    /// Huifu's people look at it.
    Review,
    /// The last step is done.
    Pass,
    /// Huifu said no.
    Refuse,
    /// Huifu tried and could not.
    Fail,
    /// The attempt may have arrived; we cannot tell.
    LoseTrack,
}

/// What a transition means in a given state.
pub type Next = crate::next::Next<State>;

use crate::next::Next::{Agrees, Contradicts, Moves, Refused};
use State::{Failed, InReview, Passed, Received, Sending, Submitted, Unknown};

impl State {
    /// Every state; compared with the database's list by a test.
    pub const ALL: [Self; 8] = [
        Received,
        Sending,
        Submitted,
        InReview,
        Unknown,
        Passed,
        Self::Refused,
        Failed,
    ];

    /// The name in the database and in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Received => "received",
            Sending => "sending",
            Submitted => "submitted",
            InReview => "in_review",
            Unknown => "unknown",
            Passed => "passed",
            Self::Refused => "refused",
            Failed => "failed",
        }
    }

    /// Reads the name; `None` for anything else.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether it has come to its end, of which the partner is told.
    pub const fn is_terminal(self) -> bool {
        match self {
            Passed | Self::Refused | Failed => true,
            Received | Sending | Submitted | InReview | Unknown => false,
        }
    }

    /// What `transition` means here.
    pub const fn next(self, transition: Transition) -> Next {
        match transition {
            Transition::OpenAttempt => self.open_attempt(),
            Transition::NotSent => self.not_sent(),
            Transition::StepDone => self.step_done(),
            Transition::Submit => self.submit(),
            Transition::Review => self.review(),
            Transition::Pass => self.pass(),
            Transition::Refuse => self.say_no(Self::Refused),
            Transition::Fail => self.say_no(Failed),
            Transition::LoseTrack => self.lose_track(),
        }
    }

    const fn open_attempt(self) -> Next {
        match self {
            Received => Moves(Sending),
            Sending | Submitted | InReview | Unknown | Passed | Self::Refused | Failed => Refused,
        }
    }

    const fn not_sent(self) -> Next {
        match self {
            Sending => Moves(Received),
            Received => Agrees,
            Submitted | InReview | Passed | Self::Refused | Failed => Contradicts,
            // "Provably" must be proved by whoever sent it, at once; later it is only a guess.
            Unknown => Refused,
        }
    }

    const fn step_done(self) -> Next {
        match self {
            Sending | Submitted | InReview | Unknown => Moves(Received),
            // Which step it is about, the attempt knows: `Received` may be before or behind it.
            Received => Refused,
            Passed => Agrees,
            Self::Refused | Failed => Contradicts,
        }
    }

    const fn submit(self) -> Next {
        match self {
            Sending | Unknown => Moves(Submitted),
            Submitted | InReview | Passed | Self::Refused | Failed => Agrees,
            // Huifu has what we believe was never sent.
            Received => Contradicts,
        }
    }

    const fn review(self) -> Next {
        match self {
            Sending | Unknown | Submitted => Moves(InReview),
            InReview | Passed | Self::Refused | Failed => Agrees,
            Received => Contradicts,
        }
    }

    const fn pass(self) -> Next {
        match self {
            // From Sending: the callback overtook the answer.
            Sending | Submitted | InReview | Unknown => Moves(Passed),
            Passed => Agrees,
            Received | Self::Refused | Failed => Contradicts,
        }
    }

    const fn say_no(self, end: State) -> Next {
        match self {
            Sending | Submitted | InReview | Unknown => Moves(end),
            // Refused and failed tell the partner the same: it is not there.
            Self::Refused | Failed => Agrees,
            Received | Passed => Contradicts,
        }
    }

    const fn lose_track(self) -> Next {
        match self {
            Sending => Moves(Unknown),
            Unknown | Submitted | InReview | Passed | Self::Refused | Failed => Agrees,
            Received => Refused,
        }
    }
}

impl Transition {
    /// Every transition.
    pub const ALL: [Self; 9] = [
        Self::OpenAttempt,
        Self::NotSent,
        Self::StepDone,
        Self::Submit,
        Self::Review,
        Self::Pass,
        Self::Refuse,
        Self::Fail,
        Self::LoseTrack,
    ];

    /// The name on the timeline.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenAttempt => "open_attempt",
            Self::NotSent => "not_sent",
            Self::StepDone => "step_done",
            Self::Submit => "submit",
            Self::Review => "review",
            Self::Pass => "pass",
            Self::Refuse => "refuse",
            Self::Fail => "fail",
            Self::LoseTrack => "lose_track",
        }
    }

    /// The states that this transition leads out of, each with the state it leads to. SQL takes its
    /// compare-and-set from here, so that no edge is typed twice.
    pub fn edges(self) -> Vec<(State, State)> {
        let leads = |from: State| match from.next(self) {
            Moves(to) => Some((from, to)),
            Agrees | Refused | Contradicts => None,
        };
        State::ALL.into_iter().filter_map(leads).collect()
    }
}

#[cfg(test)]
mod tests;
