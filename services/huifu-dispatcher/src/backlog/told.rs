//! What is told of what is open. A list that is empty again is told as empty: a gauge that nobody
//! sets stays as it was.

use std::collections::BTreeMap;

use contract::topology::QUEUES;
use contract::withdrawal::State;
use jiff::Timestamp;
use metrics::Label;
use store::replays::JobState;

use super::Backlog;

/// Partners that are told by name. What is owed to any beyond them is told together, so that a
/// thousand partners are no thousand series.
const PARTNERS: usize = 100;

/// What those are called: no id has a space in it.
const OTHERS: &str = "all others";

/// Which list: the gauge of how many, the gauge of how old, and what tells it from its like.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct List {
    count: &'static str,
    /// None where age says nothing, as of what is late on purpose.
    seconds: Option<&'static str>,
    labels: Vec<(&'static str, String)>,
}

/// How many, and the age of the oldest in seconds: none are no time old.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Open {
    count: f64,
    seconds: f64,
}

/// Every list that was ever told.
#[derive(Debug, Default)]
pub(super) struct Told {
    lists: BTreeMap<List, Open>,
    now: Timestamp,
}

impl Told {
    /// Sets the gauges.
    pub(super) fn tell(&mut self, backlog: &Backlog) {
        self.see(backlog);
        for (list, open) in &self.lists {
            let labels = list.labels.iter();
            let labels: Vec<Label> = labels
                .map(|(name, value)| Label::new(*name, value.clone()))
                .collect();
            if let Some(seconds) = list.seconds {
                metrics::gauge!(seconds, labels.clone()).set(open.seconds);
            }
            metrics::gauge!(list.count, labels).set(open.count);
        }
        let lanes = backlog.lanes;
        metrics::gauge!("tixian_lanes_open").set((lanes.open + lanes.half_open) as f64);
        metrics::gauge!("tixian_lanes_held").set(lanes.held as f64);
        let parked = backlog.parked_since.map_or(0.0, |since| self.age(since));
        metrics::gauge!("tixian_outbox_parked_seconds").set(parked);
        let seen = backlog.at.as_millisecond() as f64 / 1000.0;
        metrics::gauge!("tixian_backlog_seen_timestamp_seconds").set(seen);
    }

    fn see(&mut self, backlog: &Backlog) {
        self.now = backlog.at;
        self.lists
            .values_mut()
            .for_each(|open| *open = Open::default());
        self.see_withdrawals(backlog);
        self.see_outbox(backlog);
        for owed in &backlog.notices {
            let list = self.owed_to(&owed.partner_id);
            self.add(list, owed.count, Some(owed.oldest));
        }
        for open in &backlog.cases {
            let list = List {
                count: "tixian_cases_open",
                seconds: Some("tixian_cases_open_seconds"),
                labels: vec![("kind", open.kind.clone())],
            };
            self.add(list, open.count, Some(open.oldest));
        }
        for open in &backlog.letters {
            let (service, class) = (open.service.clone(), open.class.clone());
            let list = List {
                count: "tixian_dead_letters_open",
                seconds: Some("tixian_dead_letters_open_seconds"),
                labels: vec![("service", service), ("class", class)],
            };
            self.add(list, open.count, Some(open.oldest));
        }
        for state in JobState::ALL.into_iter().filter(|state| !state.is_over()) {
            self.add(jobs(state), 0, None);
        }
        for open in &backlog.jobs {
            self.add(jobs(open.state), open.count, Some(open.oldest));
        }
    }

    fn see_withdrawals(&mut self, backlog: &Backlog) {
        let held = List {
            count: "tixian_withdrawals_held",
            seconds: Some("tixian_withdrawals_held_seconds"),
            labels: Vec::new(),
        };
        self.add(held.clone(), 0, None);
        let states = State::ALL.into_iter();
        for state in states.filter(|state| !state.is_terminal() && *state != State::Draft) {
            self.add(standing(state), 0, None);
        }
        for open in &backlog.withdrawals {
            let list = if open.held {
                held.clone()
            } else {
                standing(open.state)
            };
            self.add(list, open.count, Some(open.unmoved_since));
        }
    }

    fn see_outbox(&mut self, backlog: &Backlog) {
        for queue in QUEUES {
            for list in PARTS {
                self.add(list.of(queue.routing_key), 0, None);
            }
        }
        let [due, later, parked, published] = PARTS;
        for depth in &backlog.outbox {
            let key = &depth.routing_key;
            self.add(due.of(key), depth.due, depth.due_since);
            self.add(later.of(key), depth.later, None);
            self.add(parked.of(key), depth.parked, None);
            self.add(published.of(key), depth.published, depth.published_since);
        }
    }

    fn owed_to(&self, partner: &str) -> List {
        let list = |partner: &str| List {
            count: "tixian_notices_owed",
            seconds: Some("tixian_notices_owed_seconds"),
            labels: vec![("partner_id", partner.to_owned())],
        };
        let named = list(partner);
        let lists = self.lists.keys();
        let known = lists.filter(|one| one.count == named.count).count();
        if known < PARTNERS || self.lists.contains_key(&named) {
            named
        } else {
            list(OTHERS)
        }
    }

    fn add(&mut self, list: List, count: i64, since: Option<Timestamp>) {
        let seconds = since.map_or(0.0, |since| self.age(since));
        let open = self.lists.entry(list).or_default();
        open.count += count as f64;
        open.seconds = open.seconds.max(seconds);
    }

    fn age(&self, since: Timestamp) -> f64 {
        self.now.duration_since(since).as_secs_f64().max(0.0)
    }
}

fn standing(state: State) -> List {
    List {
        count: "tixian_withdrawals_open",
        seconds: Some("tixian_withdrawals_unmoved_seconds"),
        labels: vec![("state", state.as_str().to_owned())],
    }
}

fn jobs(state: JobState) -> List {
    List {
        count: "tixian_replay_jobs",
        seconds: Some("tixian_replay_jobs_seconds"),
        labels: vec![("state", state.as_str().to_owned())],
    }
}

/// A part of the outbox.
#[derive(Clone, Copy)]
struct Part(&'static str, Option<&'static str>);

/// Due, later, parked, published.
const PARTS: [Part; 4] = [
    Part("tixian_outbox_due", Some("tixian_outbox_due_seconds")),
    Part("tixian_outbox_later", None),
    Part("tixian_outbox_parked", None),
    Part(
        "tixian_outbox_published",
        Some("tixian_outbox_published_seconds"),
    ),
];

impl Part {
    fn of(self, routing_key: &str) -> List {
        List {
            count: self.0,
            seconds: self.1,
            labels: vec![("routing_key", routing_key.to_owned())],
        }
    }
}

#[cfg(test)]
mod tests {
    use store::lanes::Totals;
    use store::overview::{OpenWithdrawals, Undelivered};

    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn backlog(partners: usize) -> Backlog {
        let earlier = Timestamp::constant(1_799_999_940, 0);
        let owed = (0..partners).map(|number| Undelivered {
            partner_id: format!("partner-{number:04}"),
            count: 2,
            oldest: earlier,
        });
        Backlog {
            at: NOW,
            withdrawals: vec![OpenWithdrawals {
                state: State::Submitted,
                held: true,
                count: 3,
                accepted_since: earlier,
                unmoved_since: earlier,
            }],
            notices: owed.collect(),
            cases: Vec::new(),
            letters: Vec::new(),
            jobs: Vec::new(),
            lanes: Totals {
                open: 0,
                half_open: 0,
                held: 0,
            },
            outbox: Vec::new(),
            parked_since: None,
        }
    }

    fn owed(told: &Told, partner: &str) -> Open {
        let list = told.owed_to(partner);
        told.lists.get(&list).copied().unwrap_or_default()
    }

    #[test]
    fn a_thousand_partners_are_a_hundred_series_and_one_and_nothing_owed_is_lost() {
        let mut told = Told::default();
        told.see(&backlog(1000));
        let lists = told.lists.iter();
        let owed: Vec<_> = lists
            .filter(|(list, _)| list.count == "tixian_notices_owed")
            .collect();
        assert_eq!(owed.len(), PARTNERS + 1);
        let count: f64 = owed.iter().map(|(_, open)| open.count).sum();
        assert!((count - 2000.0).abs() < 0.5, "{count}");
        assert!(owed.iter().all(|(_, open)| open.seconds > 59.0));
    }

    #[test]
    fn what_is_empty_again_is_told_as_empty() {
        let mut told = Told::default();
        told.see(&backlog(1));
        assert!(owed(&told, "partner-0000").count > 1.0);
        told.see(&backlog(0));
        assert_eq!(owed(&told, "partner-0000"), Open::default());
        let lists = told.lists.keys();
        assert!(
            lists
                .clone()
                .any(|list| list.count == "tixian_notices_owed")
        );
    }

    #[test]
    fn what_is_held_counts_apart_and_every_state_and_queue_is_there_from_the_beginning() {
        let mut told = Told::default();
        told.see(&backlog(0));
        assert_eq!(told.lists[&standing(State::Submitted)], Open::default());
        let lists = told.lists.iter();
        let held = lists.filter(|(list, _)| list.count == "tixian_withdrawals_held");
        assert!(held.map(|(_, open)| open.count).sum::<f64>() > 2.0);
        for queue in QUEUES {
            for part in PARTS {
                assert!(told.lists.contains_key(&part.of(queue.routing_key)));
            }
        }
    }
}
