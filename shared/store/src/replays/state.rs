//! The states of a replay job and the edges between them: the only file that knows the machine.
//!
//! `state.mmd` beside this file draws it; a test compares the two. A job begins as `Running`, or as
//! `AwaitingApproval` where a second person must look first.

use contract::enumeration;

enumeration! {
    /// Where a replay job stands.
    #[derive(PartialOrd, Ord, Hash)]
    pub enum JobState {
        /// Its set is frozen, and is so large that a second person must approve it.
        AwaitingApproval => "awaiting_approval",
        /// Whoever runs jobs sends its next letters.
        Running => "running",
        /// A person halted it.
        Paused => "paused",
        /// It halted itself: too much of what it sent failed.
        Stopped => "stopped",
        /// Every letter of its set was sent and tried, or could not be sent any more.
        Finished => "finished",
        /// A person ended it; what had not been sent stays an open letter.
        Cancelled => "cancelled",
    }
}

/// What can happen to a replay job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transition {
    /// Another person than the one who made it looked at it.
    Approve,
    /// A person halts it.
    Pause,
    /// A person lets it go on.
    Resume,
    /// Too much failed.
    Stop,
    /// Nothing is left to send or to wait for.
    Finish,
    /// A person ends it.
    Cancel,
}

/// What a transition means in a given state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It moves.
    Moves(JobState),
    /// It is already there: nothing to do.
    Agrees,
    /// Not an edge.
    Refused,
}

use JobState::{AwaitingApproval, Cancelled, Finished, Paused, Running, Stopped};
use Next::{Agrees, Moves, Refused};

impl JobState {
    /// Whether nothing more of its set will be sent.
    pub const fn is_over(self) -> bool {
        match self {
            Finished | Cancelled => true,
            AwaitingApproval | Running | Paused | Stopped => false,
        }
    }

    /// What `transition` means here.
    pub const fn next(self, transition: Transition) -> Next {
        match transition {
            Transition::Approve => self.approve(),
            Transition::Pause => self.halt(Paused),
            Transition::Stop => self.halt(Stopped),
            Transition::Resume => self.resume(),
            Transition::Finish => self.finish(),
            Transition::Cancel => self.cancel(),
        }
    }

    const fn approve(self) -> Next {
        match self {
            AwaitingApproval => Moves(Running),
            Running | Paused | Stopped | Finished | Cancelled => Refused,
        }
    }

    const fn halt(self, to: JobState) -> Next {
        match (self, to) {
            (Running, to) => Moves(to),
            (Paused, Paused) | (Stopped, Stopped) => Agrees,
            (AwaitingApproval | Paused | Stopped | Finished | Cancelled, _) => Refused,
        }
    }

    const fn resume(self) -> Next {
        match self {
            Paused | Stopped => Moves(Running),
            Running => Agrees,
            // Nobody goes round the second person.
            AwaitingApproval | Finished | Cancelled => Refused,
        }
    }

    const fn finish(self) -> Next {
        match self {
            Running => Moves(Finished),
            Finished => Agrees,
            AwaitingApproval | Paused | Stopped | Cancelled => Refused,
        }
    }

    const fn cancel(self) -> Next {
        match self {
            AwaitingApproval | Running | Paused | Stopped => Moves(Cancelled),
            Cancelled => Agrees,
            Finished => Refused,
        }
    }
}

impl Transition {
    /// Every transition.
    pub const ALL: [Self; 6] = [
        Self::Approve,
        Self::Pause,
        Self::Resume,
        Self::Stop,
        Self::Finish,
        Self::Cancel,
    ];

    /// The name in the drawing.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Stop => "stop",
            Self::Finish => "finish",
            Self::Cancel => "cancel",
        }
    }

    /// The word in the audit: `replay.pause`.
    pub const fn act(self) -> &'static str {
        match self {
            Self::Approve => "replay.approve",
            Self::Pause => "replay.pause",
            Self::Resume => "replay.resume",
            Self::Stop => "replay.stop",
            Self::Finish => "replay.finish",
            Self::Cancel => "replay.cancel",
        }
    }
}

#[cfg(test)]
mod tests;
