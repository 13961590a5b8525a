use std::collections::BTreeSet;

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;

const POLICY: Policy = Policy {
    failures: 5,
    first_pause: Duration::from_secs(15),
    longest_pause: Duration::from_secs(300),
};

fn start() -> Timestamp {
    "2026-11-22T04:00:00Z".parse().unwrap()
}

fn at(seconds: i64) -> Timestamp {
    start() + SignedDuration::from_secs(seconds)
}

const FAILED: Event = Event::Fail {
    probe: false,
    wish: None,
};

const PROBE_FAILED: Event = Event::Fail {
    probe: true,
    wish: None,
};

fn name(event: Event) -> &'static str {
    match event {
        Event::Take => "take",
        Event::Fail { .. } => "fail",
        Event::Gone => "gone",
        Event::Probe(_) => "probe",
        Event::GiveUp => "give_up",
    }
}

/// After these, one second after the other.
fn after(events: &[Event]) -> Breaker {
    let mut breaker = Breaker::CLOSED;
    for (second, event) in events.iter().enumerate() {
        let now = at(i64::try_from(second).unwrap());
        breaker = breaker.after(*event, now, &POLICY).unwrap_or(breaker);
    }
    breaker
}

fn open() -> Breaker {
    after(&[FAILED; 5])
}

#[test]
fn the_drawing_shows_exactly_the_edges_of_the_code() {
    let half_open = open().after(Event::Probe(at(60)), at(30), &POLICY).unwrap();
    let mut edges = BTreeSet::new();
    for from in [after(&[FAILED; 4]), open(), half_open] {
        let events = [
            Event::Take,
            PROBE_FAILED,
            Event::Gone,
            Event::Probe(at(99)),
            Event::GiveUp,
        ];
        for event in events {
            // Late enough for whatever there is to wait for.
            let Some(to) = from.after(event, at(90), &POLICY) else {
                continue;
            };
            // From closed to closed the row changes, and not the state.
            if (from.state(), to.state()) != (State::Closed, State::Closed) {
                edges.insert((
                    format!("{:?}", from.state()),
                    format!("{:?}", to.state()),
                    name(event).to_owned(),
                ));
            }
        }
    }
    let drawn: BTreeSet<_> = include_str!("../breaker.mmd")
        .lines()
        .filter_map(|line| {
            let (from, rest) = line.trim().split_once(" --> ")?;
            let (to, event) = rest.split_once(" : ")?;
            Some((from.to_owned(), to.to_owned(), event.to_owned()))
        })
        .collect();
    assert_eq!(drawn, edges);
}

#[test]
fn names_read_back_and_are_distinct() {
    for state in State::ALL {
        assert_eq!(State::from_name(state.as_str()), Some(state));
    }
    assert_eq!(State::from_name("ajar"), None);
}

#[test]
fn five_failures_in_a_row_open_it_and_a_notice_that_is_taken_begins_the_count_anew() {
    assert_eq!(after(&[FAILED; 4]).state(), State::Closed);
    let interrupted = [FAILED, FAILED, FAILED, FAILED, Event::Take, FAILED, FAILED];
    assert_eq!(after(&interrupted).failures, 2);
    let trouble = open().trouble.unwrap();
    assert_eq!((trouble.opened_at, trouble.probe_at), (at(4), at(19)));
}

#[test]
fn probes_are_further_and_further_apart_up_to_five_minutes() {
    let mut breaker = open();
    let mut pauses = Vec::new();
    for _ in 0..6 {
        let now = breaker.trouble.unwrap().probe_at;
        breaker = breaker.after(Event::Probe(now), now, &POLICY).unwrap();
        breaker = breaker.after(PROBE_FAILED, now, &POLICY).unwrap();
        pauses.push(
            breaker
                .trouble
                .unwrap()
                .probe_at
                .duration_since(now)
                .as_secs(),
        );
    }
    assert_eq!(pauses, [30, 60, 120, 240, 300, 300]);
    assert_eq!(breaker.trouble.unwrap().opened_at, at(4), "the first time");
}

#[test]
fn what_was_under_way_when_it_opened_says_nothing_new() {
    assert_eq!(open().after(FAILED, at(10), &POLICY), None);
    let half_open = open().after(Event::Probe(at(60)), at(30), &POLICY).unwrap();
    assert_eq!(half_open.after(FAILED, at(31), &POLICY), None);
}

#[test]
fn a_partner_that_asks_for_time_is_given_it_by_all_its_notices_and_at_most_an_hour() {
    for (wished, given) in [(60, 60), (1, 15), (31_536_000, 3600)] {
        let wish = Some(Duration::from_secs(wished));
        let event = Event::Fail { probe: false, wish };
        let asked = Breaker::CLOSED.after(event, at(0), &POLICY).unwrap();
        assert_eq!(asked.trouble.unwrap().probe_at, at(given));
    }
    let wish = Some(Duration::ZERO);
    let event = Event::Fail { probe: false, wish };
    let at_once = Breaker::CLOSED.after(event, at(0), &POLICY).unwrap();
    assert_eq!(at_once.state(), State::Closed, "nothing is asked for");
}

#[test]
fn a_probe_that_got_lost_is_replaced_when_it_was_waited_for_long_enough() {
    let half_open = open().after(Event::Probe(at(60)), at(30), &POLICY).unwrap();
    assert!(!half_open.probe_is_due(at(59)) && half_open.probe_is_due(at(60)));
    assert_eq!(half_open.after(Event::Probe(at(90)), at(59), &POLICY), None);
    let again = half_open.after(Event::Probe(at(90)), at(60), &POLICY);
    assert_eq!(again.unwrap().trouble.unwrap().probe_at, at(90));
}

fn events() -> impl Strategy<Value = Event> {
    prop_oneof![
        Just(Event::Take),
        Just(Event::Gone),
        Just(Event::GiveUp),
        Just(Event::Probe(start())),
        (any::<bool>(), prop::option::of(0..100_000_u64)).prop_map(|(probe, wish)| Event::Fail {
            probe,
            wish: wish.map(Duration::from_secs),
        }),
    ]
}

proptest! {
    // Whatever happens in whatever order: one probe at a time, never before its time, and a lane is
    // tried again after an hour at most.
    #[test]
    fn no_order_of_events_sends_two_probes_or_leaves_a_lane_shut(
        happened in prop::collection::vec((events(), 0..400_i64), 0..80),
    ) {
        let lease = SignedDuration::from_secs(25);
        let mut breaker = Breaker::CLOSED;
        let mut now = start();
        let mut probe_until: Option<Timestamp> = None;
        for (event, passed) in happened {
            now += SignedDuration::from_secs(passed);
            let event = match event {
                Event::Probe(_) => Event::Probe(now + lease),
                other => other,
            };
            let before = breaker;
            let Some(after) = breaker.after(event, now, &POLICY) else { continue };
            if let Event::Probe(until) = event {
                prop_assert!(before.probe_is_due(now));
                prop_assert!(probe_until.is_none_or(|until| until <= now));
                probe_until = Some(until);
            } else if after.state() != State::HalfOpen {
                probe_until = None;
            }
            if before.state() != State::Closed && after.state() == State::Closed {
                prop_assert_eq!(event, Event::Take);
            }
            if let Some(trouble) = after.trouble {
                let longest = SignedDuration::try_from(Policy::LONGEST_WISH).unwrap();
                prop_assert!(trouble.probe_at <= now + longest);
                prop_assert!(trouble.pause <= POLICY.longest_pause);
            }
            breaker = after;
        }
    }
}
