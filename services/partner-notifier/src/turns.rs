//! When each notice that was put back comes round again: one after the other, as fast as the
//! partner takes them.
//!
//! All partners share a queue, so a backlog that comes round too often is what the other partners
//! wait behind. Two limits pull against each other. Within [`HORIZON`] the turns follow the pace
//! of the partner, so hardly any of them finds no place. What does not fit there lies behind it,
//! [`DENSEST`] apart: a backlog of any size costs at most fifty put-backs a second, and the price
//! is paid at recovery. A partner that is quick again has its last notice after the ten minutes
//! and twenty milliseconds for each notice of its backlog: 100 000 of them take 43 minutes.

use std::time::{Duration, Instant};

/// Long beside a republish, short beside the first pause of the schedule.
pub(crate) const SHORTEST: Duration = Duration::from_secs(1);

/// How far ahead the pace of the partner is planned for: what a backlog of ordinary size waits at
/// most when its partner recovers.
const HORIZON: Duration = Duration::from_secs(600);

/// No two turns of one partner are closer. A put-back takes a few milliseconds of one place of the
/// consumer, so fifty a second take less than one place of thirty-two.
const DENSEST: Duration = Duration::from_millis(20);

/// The turns given to one partner.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    last: Option<Instant>,
}

impl Turns {
    /// How long the next notice waits, if the partner takes one each `pace`.
    pub(crate) fn next(&mut self, now: Instant, pace: Duration) -> Duration {
        let earliest = now + SHORTEST;
        let turn = self.last.map_or(earliest, |last| {
            let paced = (last + pace.min(HORIZON)).min(now + HORIZON);
            earliest.max(paced).max(last + DENSEST)
        });
        self.last = Some(turn);
        turn.duration_since(now)
    }

    /// Begins anew with the next notice: the partner recovered, and nobody shall wait for turns
    /// that were planned for a dead one. What was put back keeps its time.
    pub(crate) fn forget(&mut self) {
        self.last = None;
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;
    use std::collections::BinaryHeap;

    use proptest::prelude::*;

    use super::*;

    const DEAD: Duration = Duration::from_secs(5);

    /// Lets a backlog of a dead partner come round for `seconds`, nothing of it ever taken, and
    /// answers the most put-backs that there were in one second.
    fn busiest_second(backlog: usize, pace: Duration, seconds: u64) -> usize {
        let mut turns = Turns::default();
        let start = Instant::now();
        // All of it arrives at once, which no spacing can help; it is not counted.
        let mut due: BinaryHeap<Reverse<Instant>> = (0..backlog)
            .map(|_| Reverse(start + turns.next(start, pace)))
            .collect();
        let mut counts = vec![0; usize::try_from(seconds).unwrap()];
        while let Some(Reverse(now)) = due.pop() {
            let second = usize::try_from(now.duration_since(start).as_secs()).unwrap();
            let Some(count) = counts.get_mut(second) else {
                break;
            };
            *count += 1;
            due.push(Reverse(now + turns.next(now, pace)));
        }
        counts.into_iter().max().unwrap_or_default()
    }

    #[test]
    fn a_backlog_of_any_size_comes_round_at_most_fifty_times_a_second() {
        for backlog in [100, 10_000, 100_000] {
            let busiest = busiest_second(backlog, DEAD, 3600);
            assert!(busiest <= 51, "{backlog}: {busiest}");
        }
    }

    #[test]
    fn a_small_backlog_comes_round_as_the_partner_takes_it() {
        let mut turns = Turns::default();
        let now = Instant::now();
        for place in 0..100 {
            assert_eq!(turns.next(now, DEAD), SHORTEST + DEAD * place);
        }
    }

    #[test]
    fn what_was_put_back_waits_ten_minutes_and_a_moment_for_each_before_it() {
        let mut turns = Turns::default();
        let now = Instant::now();
        let pauses: Vec<Duration> = (0..10_000).map(|_| turns.next(now, DEAD)).collect();
        assert!(pauses.last() <= Some(&(HORIZON + DENSEST * 10_000)));
        // Nothing is put off further and further: once it has come round, it waits as long again.
        let later = now + HORIZON + DENSEST * 10_000;
        assert!(turns.next(later, DEAD) <= HORIZON);
        turns.forget();
        assert_eq!(turns.next(now, DEAD), SHORTEST);
    }

    proptest! {
        #[test]
        fn turns_are_never_closer_than_the_densest_nor_sooner_than_the_shortest(
            steps in prop::collection::vec((0..2_000_u64, 0..120_000_u64), 1..500),
        ) {
            let mut turns = Turns::default();
            let mut now = Instant::now();
            let mut last: Option<Instant> = None;
            for (passed, pace) in steps {
                now += Duration::from_millis(passed);
                let pause = turns.next(now, Duration::from_millis(pace));
                prop_assert!(pause >= SHORTEST);
                let turn = now + pause;
                if let Some(last) = last {
                    prop_assert!(turn >= last + DENSEST);
                    prop_assert!(pause <= HORIZON || turn == last + DENSEST);
                }
                last = Some(turn);
            }
        }
    }
}
