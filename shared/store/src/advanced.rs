//! What becomes of an edge, of a withdrawal as of an application, and the ids that it may need.

use contract::ids::NoticeId;
use uuid::Uuid;

/// What became of an edge between states `S`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advanced<S> {
    /// It moved.
    Moved {
        /// From here.
        from: S,
        /// To here.
        to: S,
    },
    /// It stands there already, or further along the same road. What else was said, such as a
    /// number that was not known yet, is written down by whoever says so, and by no other.
    Agreed(S),
    /// Somebody was first, or it is too late, or this is not what is due.
    Refused(S),
    /// A case holds it; nothing may be sent.
    Held(S),
    /// Two statements exclude each other: nothing changed but that a case is open now, and it is
    /// held.
    Contradicted(S),
    /// There is no such row.
    Unknown,
}

/// Fresh ids, made by the caller because randomness is a parameter here.
#[derive(Debug, Clone)]
pub struct NewIds {
    /// For the notice.
    pub notice: NoticeId,
    /// For the one message that an edge may enqueue.
    pub message: Uuid,
}
