use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn edges() -> BTreeSet<(String, String, String)> {
    let mut edges = BTreeSet::new();
    for from in JobState::ALL {
        for transition in Transition::ALL {
            if let Moves(to) = from.next(transition) {
                let name = transition.as_str().to_owned();
                edges.insert((format!("{from:?}"), format!("{to:?}"), name));
            }
        }
    }
    edges
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
    for state in JobState::ALL {
        assert_eq!(JobState::from_name(state.as_str()), Some(state));
    }
    let names: BTreeSet<_> = Transition::ALL
        .into_iter()
        .map(Transition::as_str)
        .collect();
    assert_eq!(names.len(), Transition::ALL.len());
    for transition in Transition::ALL {
        assert_eq!(transition.act(), format!("replay.{}", transition.as_str()));
    }
}

#[test]
fn a_job_is_over_exactly_when_nothing_leads_out_of_it() {
    for state in JobState::ALL {
        let leads_out = edges()
            .iter()
            .any(|(from, _, _)| *from == format!("{state:?}"));
        assert_eq!(state.is_over(), !leads_out, "{state:?}");
    }
}

proptest! {
    #[test]
    fn whatever_is_tried_nothing_runs_before_a_second_person_approved(
        tried in prop::collection::vec(prop::sample::select(&Transition::ALL[..]), 0..40),
    ) {
        let mut state = AwaitingApproval;
        let mut approved = false;
        for transition in tried {
            let was_over = state.is_over();
            match state.next(transition) {
                Moves(to) => {
                    prop_assert!(!was_over, "{:?} leads out of {:?}", transition, state);
                    approved |= transition == Transition::Approve;
                    prop_assert!(approved || to == Cancelled, "{:?} without approval", to);
                    state = to;
                }
                Agrees | Refused => {}
            }
        }
    }
}
