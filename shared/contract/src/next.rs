//! What a transition means in a given state: the answer of every state machine here.

/// What a transition means in a given state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next<S> {
    /// It moves.
    Moves(S),
    /// It is already there, or further along the same road: nothing to do.
    Agrees,
    /// Not an edge, but no contradiction either: somebody was first, or it is too late.
    Refused,
    /// Two statements exclude each other. Nothing changes; a person must look.
    Contradicts,
}
