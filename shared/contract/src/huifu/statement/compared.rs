//! A line of a statement beside our state: the only file that says whether the two go together.

use super::LineState;
use crate::withdrawal::State;

/// What a line says of a withdrawal that we have in some state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// Both can be true: the same, or one of them is only older.
    Agrees,
    /// Huifu has an end that we have not heard of. A question will tell.
    Behind,
    /// Both cannot be true.
    Contradicts,
}

impl Compared {
    /// The name for statements in SQL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Behind => "behind",
            Self::Contradicts => "contradicts",
        }
    }
}

impl LineState {
    /// What this line says of a withdrawal that stands at `ours`.
    pub const fn beside(self, ours: State) -> Compared {
        match self {
            Self::Paid => beside_paid(ours),
            Self::Failed => beside_failed(ours),
            Self::Returned => beside_returned(ours),
            // A file is written once; what we know may be younger.
            Self::Processing => Compared::Agrees,
        }
    }

    /// Every pair of a line and a state of ours, with what it means: SQL joins this, so that no
    /// pair is typed twice.
    pub fn pairs() -> Vec<(Self, State, Compared)> {
        let beside = |line: Self| {
            let pair = move |ours: State| (line, ours, line.beside(ours));
            State::ALL.into_iter().map(pair)
        };
        Self::ALL.into_iter().flat_map(beside).collect()
    }
}

const fn beside_paid(ours: State) -> Compared {
    match ours {
        // A file that was written before the bank returned the money.
        State::Paid | State::Returned => Compared::Agrees,
        State::Dispatching | State::Submitted | State::Unconfirmed => Compared::Behind,
        State::Draft | State::Accepted | State::Failed | State::Cancelled | State::Expired => {
            Compared::Contradicts
        }
    }
}

const fn beside_failed(ours: State) -> Compared {
    match ours {
        State::Failed => Compared::Agrees,
        State::Dispatching | State::Submitted | State::Unconfirmed => Compared::Behind,
        State::Draft
        | State::Accepted
        | State::Paid
        | State::Returned
        | State::Cancelled
        | State::Expired => Compared::Contradicts,
    }
}

const fn beside_returned(ours: State) -> Compared {
    match ours {
        State::Returned => Compared::Agrees,
        State::Dispatching | State::Submitted | State::Unconfirmed | State::Paid => {
            Compared::Behind
        }
        State::Draft | State::Accepted | State::Failed | State::Cancelled | State::Expired => {
            Compared::Contradicts
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::withdrawal::Transition;

    #[test]
    fn a_line_is_behind_exactly_where_its_word_would_move_us() {
        for (line, ours, compared) in LineState::pairs() {
            let road: &[Transition] = match line {
                LineState::Paid => &[Transition::Pay],
                LineState::Failed => &[Transition::Fail],
                LineState::Returned => &[Transition::Pay, Transition::Return],
                LineState::Processing => continue,
            };
            let moves = road.iter().any(|transition| {
                let next = ours.next(*transition);
                matches!(next, crate::withdrawal::Next::Moves(_))
            });
            assert_eq!(compared == Compared::Behind, moves, "{line:?} {ours:?}");
            let contradicts = road.iter().any(|transition| {
                let next = ours.next(*transition);
                matches!(next, crate::withdrawal::Next::Contradicts)
            });
            assert_eq!(
                compared == Compared::Contradicts,
                contradicts,
                "{line:?} {ours:?}"
            );
        }
    }

    #[test]
    fn what_was_being_processed_proves_nothing() {
        for ours in State::ALL {
            assert_eq!(LineState::Processing.beside(ours), Compared::Agrees);
        }
    }
}
