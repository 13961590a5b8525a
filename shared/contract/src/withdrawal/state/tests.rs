use std::collections::BTreeSet;

use super::*;

fn edges() -> BTreeSet<(String, String, String)> {
    Transition::ALL
        .into_iter()
        .flat_map(|transition| {
            transition.edges().into_iter().map(move |(from, to)| {
                (
                    format!("{from:?}"),
                    format!("{to:?}"),
                    transition.as_str().to_owned(),
                )
            })
        })
        .collect()
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
    let transitions: BTreeSet<_> = Transition::ALL
        .into_iter()
        .map(Transition::as_str)
        .collect();
    assert_eq!(transitions.len(), Transition::ALL.len());
}

#[test]
fn nothing_but_a_bank_return_leads_out_of_an_end() {
    for state in State::ALL.into_iter().filter(|state| state.is_terminal()) {
        for transition in Transition::ALL {
            if let Next::Moves(to) = state.next(transition) {
                assert_eq!(
                    (state, transition, to),
                    (Paid, Transition::Return, Returned)
                );
            }
        }
    }
}

#[test]
fn only_accepted_may_be_sent_and_only_not_sent_leads_back_to_it() {
    assert_eq!(Transition::OpenAttempt.edges(), [(Accepted, Dispatching)]);
    let into_accepted: Vec<_> = Transition::ALL
        .into_iter()
        .flat_map(|transition| {
            transition
                .edges()
                .into_iter()
                .map(move |(from, to)| (from, to, transition))
        })
        .filter(|(_, to, _)| *to == Accepted)
        .collect();
    assert_eq!(
        into_accepted,
        [
            (Draft, Accepted, Transition::Confirm),
            (Dispatching, Accepted, Transition::NotSent)
        ]
    );
}

#[test]
fn success_and_failure_contradict_each_other_in_either_order() {
    assert_eq!(Paid.next(Transition::Fail), Contradicts);
    assert_eq!(Failed.next(Transition::Pay), Contradicts);
    assert_eq!(Paid.next(Transition::Pay), Agrees);
    assert_eq!(Failed.next(Transition::Fail), Agrees);
}

#[test]
fn every_state_can_be_reached_and_every_open_state_has_a_way_out() {
    let edges = edges();
    for state in State::ALL {
        let name = format!("{state:?}");
        assert!(
            state == Draft || edges.iter().any(|(_, to, _)| *to == name),
            "{name} is unreachable"
        );
        assert!(
            state.is_terminal() || edges.iter().any(|(from, _, _)| *from == name),
            "{name} has no way out"
        );
    }
}
