use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn edges() -> BTreeSet<(String, String, String)> {
    let every = Transition::ALL.into_iter().flat_map(|transition| {
        let name = transition.as_str().to_owned();
        let edges = transition.edges().into_iter();
        edges.map(move |(from, to)| (format!("{from:?}"), format!("{to:?}"), name.clone()))
    });
    every.collect()
}

#[test]
fn the_drawing_shows_exactly_the_edges_of_the_code() {
    let drawn: BTreeSet<_> = include_str!("../state.mmd")
        .lines()
        .filter_map(|line| {
            let (from, rest) = line.trim().split_once(" --> ")?;
            let (to, transition) = rest.split_once(" : ")?;
            Some((from.to_owned(), to.to_owned(), transition.to_owned()))
        })
        .collect();
    assert_eq!(drawn, edges());
}

#[test]
fn names_read_back_and_are_distinct() {
    let names: BTreeSet<_> = State::ALL.into_iter().map(State::as_str).collect();
    assert_eq!(names.len(), State::ALL.len());
    for state in State::ALL {
        assert_eq!(State::from_name(state.as_str()), Some(state));
    }
    let transitions: BTreeSet<_> = Transition::ALL.map(Transition::as_str).into();
    assert_eq!(transitions.len(), Transition::ALL.len());
}

#[test]
fn nothing_leads_out_of_an_end() {
    for (from, _) in Transition::ALL.into_iter().flat_map(Transition::edges) {
        assert!(!from.is_terminal(), "{from:?} is an end");
    }
}

#[test]
fn yes_and_no_contradict_each_other_in_either_order() {
    for no in [Transition::Refuse, Transition::Fail] {
        assert_eq!(Passed.next(no), Contradicts);
    }
    for end in [State::Refused, Failed] {
        assert_eq!(end.next(Transition::Pass), Contradicts);
    }
}

proptest! {
    // Whatever happens in whatever order: a step is sent a second time only after it provably never
    // left or after the one before it was done, and an end stays.
    #[test]
    fn no_order_of_events_sends_a_step_twice_or_leaves_an_end(
        events in proptest::collection::vec(0..Transition::ALL.len(), 0..60),
    ) {
        let mut state = Received;
        let mut may_send = true;
        let mut end = None;
        for event in events {
            let transition = Transition::ALL[event];
            let Moves(to) = state.next(transition) else { continue };
            if transition == Transition::OpenAttempt {
                prop_assert!(may_send);
                may_send = false;
            }
            may_send |= matches!(transition, Transition::NotSent | Transition::StepDone);
            prop_assert!(end.is_none());
            end = to.is_terminal().then_some(to);
            state = to;
        }
    }
}
