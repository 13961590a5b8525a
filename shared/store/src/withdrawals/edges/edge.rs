//! Which rows a transition moves, and where it may be believed, in the database's words.

use contract::withdrawal::{Next, State, Transition};

/// Where an edge begins and ends, in the database's words.
pub(super) struct Edge {
    pub(super) sources: Vec<&'static str>,
    pub(super) to: State,
}

impl Edge {
    pub(super) fn of(transition: Transition) -> Self {
        let edges = transition.edges();
        let (_, to) = edges[0];
        let sources = edges.iter().map(|(from, _)| from.as_str()).collect();
        Self { sources, to }
    }
}

/// The states in which a transition is news or agrees with what is known: what caused it may be
/// believed there.
pub(super) fn believed(transition: Transition) -> Vec<&'static str> {
    let states = State::ALL.into_iter();
    let believed = states.filter(|state| match state.next(transition) {
        Next::Moves(_) | Next::Agrees => true,
        Next::Refused | Next::Contradicts => false,
    });
    believed.map(State::as_str).collect()
}
