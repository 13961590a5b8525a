//! The states of a withdrawal and the edges between them: the only file that knows the machine.
//!
//! `state.mmd` beside this file draws it; a test compares the two. Every question about a state is
//! answered here by a `match` that names each state, so a new state does not compile until every
//! question has been answered for it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a withdrawal stands (DESIGN: "The withdrawal's states").
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "WithdrawalState", description = "Where a withdrawal stands.")]
pub enum State {
    /// The page is open; the user has agreed to nothing.
    Draft,
    /// The user confirmed; nothing has been sent to Huifu, or provably nothing arrived there.
    Accepted,
    /// An attempt is open: from here on money may be on its way.
    Dispatching,
    /// Huifu has it.
    Submitted,
    /// We do not know whether Huifu has it. It is asked about, never sent again.
    Unconfirmed,
    /// Money moved.
    Paid,
    /// Money did not move and will not.
    Failed,
    /// Money moved, and the bank sent it back later.
    Returned,
    /// The user changed their mind.
    Cancelled,
    /// Nobody confirmed in time.
    Expired,
}

/// What can happen to a withdrawal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transition {
    /// The user typed the right password and confirmed.
    Confirm,
    /// The user went back.
    Cancel,
    /// The draft's time ran out.
    Expire,
    /// An attempt is about to be sent; committed before a byte leaves.
    OpenAttempt,
    /// Huifu answered, called back or was asked, and has it.
    Submit,
    /// The attempt provably never left.
    NotSent,
    /// Huifu read it and said no.
    Refuse,
    /// The attempt may have arrived; we cannot tell.
    LoseTrack,
    /// Huifu's final word is success.
    Pay,
    /// Huifu's final word is failure.
    Fail,
    /// The bank returned the money after success.
    Return,
}

/// What a transition means in a given state. `Contradicts` is about money: two statements about it
/// exclude each other.
pub type Next = crate::next::Next<State>;

use crate::next::Next::{Agrees, Contradicts, Moves, Refused};
use State::{
    Accepted, Cancelled, Dispatching, Draft, Expired, Failed, Paid, Returned, Submitted,
    Unconfirmed,
};

impl State {
    /// Every state; compared with the database's list by a test.
    pub const ALL: [Self; 10] = [
        Draft,
        Accepted,
        Dispatching,
        Submitted,
        Unconfirmed,
        Paid,
        Failed,
        Returned,
        Cancelled,
        Expired,
    ];

    /// The name in the database, in messages and in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Draft => "draft",
            Accepted => "accepted",
            Dispatching => "dispatching",
            Submitted => "submitted",
            Unconfirmed => "unconfirmed",
            Paid => "paid",
            Failed => "failed",
            Returned => "returned",
            Cancelled => "cancelled",
            Expired => "expired",
        }
    }

    /// Reads the name; `None` for anything else.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether the partner is owed no further news. `Paid` is an end although a bank return may
    /// still follow it: the partner hears of the return by a notice of its own.
    pub const fn is_terminal(self) -> bool {
        match self {
            Paid | Failed | Returned | Cancelled | Expired => true,
            Draft | Accepted | Dispatching | Submitted | Unconfirmed => false,
        }
    }

    /// Whether money may have left because of this withdrawal.
    pub const fn may_have_paid(self) -> bool {
        match self {
            Dispatching | Submitted | Unconfirmed | Paid | Returned => true,
            Draft | Accepted | Failed | Cancelled | Expired => false,
        }
    }

    /// What `transition` means here.
    pub const fn next(self, transition: Transition) -> Next {
        match transition {
            Transition::Confirm => self.confirm(),
            Transition::Cancel => self.leave_draft(Cancelled),
            Transition::Expire => self.leave_draft(Expired),
            Transition::OpenAttempt => self.open_attempt(),
            Transition::Submit => self.submit(),
            Transition::NotSent => self.not_sent(),
            Transition::Refuse => self.refuse(),
            Transition::LoseTrack => self.lose_track(),
            Transition::Pay => self.pay(),
            Transition::Fail => self.fail(),
            Transition::Return => self.bank_return(),
        }
    }

    const fn confirm(self) -> Next {
        match self {
            Draft => Moves(Accepted),
            Accepted | Dispatching | Submitted | Unconfirmed | Paid | Failed | Returned => Agrees,
            Cancelled | Expired => Refused,
        }
    }

    const fn leave_draft(self, end: State) -> Next {
        match self {
            Draft => Moves(end),
            Cancelled | Expired => Agrees,
            Accepted | Dispatching | Submitted | Unconfirmed | Paid | Failed | Returned => Refused,
        }
    }

    const fn open_attempt(self) -> Next {
        match self {
            Accepted => Moves(Dispatching),
            Draft | Dispatching | Submitted | Unconfirmed | Paid | Failed | Returned
            | Cancelled | Expired => Refused,
        }
    }

    const fn submit(self) -> Next {
        match self {
            Dispatching | Unconfirmed => Moves(Submitted),
            Submitted | Paid | Failed | Returned => Agrees,
            // Huifu has what we believe was never sent.
            Draft | Accepted | Cancelled | Expired => Contradicts,
        }
    }

    const fn not_sent(self) -> Next {
        match self {
            Dispatching => Moves(Accepted),
            Accepted => Agrees,
            Submitted | Paid | Returned | Failed => Contradicts,
            // "Provably" must be proved by whoever sent it, at once; later it is only a guess.
            Draft | Unconfirmed | Cancelled | Expired => Refused,
        }
    }

    const fn refuse(self) -> Next {
        match self {
            Dispatching => Moves(Failed),
            Failed => Agrees,
            Submitted | Paid | Returned => Contradicts,
            Draft | Accepted | Unconfirmed | Cancelled | Expired => Refused,
        }
    }

    const fn lose_track(self) -> Next {
        match self {
            Dispatching => Moves(Unconfirmed),
            Unconfirmed | Submitted | Paid | Failed | Returned => Agrees,
            Draft | Accepted | Cancelled | Expired => Refused,
        }
    }

    const fn pay(self) -> Next {
        match self {
            // From Dispatching: the callback overtook the answer.
            Dispatching | Submitted | Unconfirmed => Moves(Paid),
            Paid | Returned => Agrees,
            Draft | Accepted | Failed | Cancelled | Expired => Contradicts,
        }
    }

    const fn fail(self) -> Next {
        match self {
            Dispatching | Submitted | Unconfirmed => Moves(Failed),
            Failed => Agrees,
            Draft | Accepted | Paid | Returned | Cancelled | Expired => Contradicts,
        }
    }

    const fn bank_return(self) -> Next {
        match self {
            Paid => Moves(Returned),
            Returned => Agrees,
            // A return implies a payment: whoever hears of it records the payment first.
            Dispatching | Submitted | Unconfirmed => Refused,
            Draft | Accepted | Failed | Cancelled | Expired => Contradicts,
        }
    }
}

impl Transition {
    /// Every transition.
    pub const ALL: [Self; 11] = [
        Self::Confirm,
        Self::Cancel,
        Self::Expire,
        Self::OpenAttempt,
        Self::Submit,
        Self::NotSent,
        Self::Refuse,
        Self::LoseTrack,
        Self::Pay,
        Self::Fail,
        Self::Return,
    ];

    /// The name on the timeline.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Cancel => "cancel",
            Self::Expire => "expire",
            Self::OpenAttempt => "open_attempt",
            Self::Submit => "submit",
            Self::NotSent => "not_sent",
            Self::Refuse => "refuse",
            Self::LoseTrack => "lose_track",
            Self::Pay => "pay",
            Self::Fail => "fail",
            Self::Return => "return",
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
