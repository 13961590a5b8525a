//! When to send: at a fixed rate whatever comes back, or as fast as a bounded backlog allows.
//!
//! At a fixed rate nobody waits for an answer before the next sending, and a sending that comes
//! late because the machine was busy still counts from the moment at which it was due: otherwise a
//! system that stands still for a second would be measured once instead of rate times.

use std::future::Future;
use std::time::Duration;

use anyhow::{Result, ensure};
use contract::later;
use jiff::Timestamp;
use runtime::clock;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::ledger::Entry;

/// How often a backlog is looked at. Between two looks at most a few dozen are sent.
const LOOK: Duration = Duration::from_millis(40);

/// When the `number`th of a fixed rate is due.
fn due(start: Timestamp, number: usize, rate: f64) -> Timestamp {
    later(start, Duration::from_secs_f64(number as f64 / rate))
}

/// Sends `count` at `rate` a second and waits for all answers.
pub(crate) async fn open_loop<F, S>(rate: f64, count: usize, send: S) -> Result<Vec<Entry>>
where
    F: Future<Output = Entry> + Send + 'static,
    S: Fn(usize, Timestamp) -> F,
{
    ensure!(rate > 0.0, "a rate is above zero");
    let mut ticks = interval_at(Instant::now(), Duration::from_secs_f64(1.0 / rate));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let start = clock::now();
    let mut answers = JoinSet::new();
    for number in 0..count {
        ticks.tick().await;
        answers.spawn(send(number, due(start, number, rate)));
    }
    Ok(answers.join_all().await)
}

/// Sends for `span` so that `most` are outstanding, as far as `backlog` tells, and waits for all
/// answers.
pub(crate) async fn saturate<F, S>(
    most: usize,
    span: Duration,
    backlog: impl AsyncFn() -> Result<usize>,
    send: S,
) -> Result<Vec<Entry>>
where
    F: Future<Output = Entry> + Send + 'static,
    S: Fn(usize, Timestamp) -> F,
{
    let end = Instant::now() + span;
    let mut looks = interval_at(Instant::now(), LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut answers = JoinSet::new();
    let mut entries = Vec::new();
    let mut number = 0;
    while Instant::now() < end {
        looks.tick().await;
        while let Some(answered) = answers.try_join_next() {
            entries.push(answered?);
        }
        let outstanding = backlog().await? + answers.len();
        for _ in outstanding..most {
            answers.spawn(send(number, clock::now()));
            number += 1;
        }
    }
    entries.extend(answers.join_all().await);
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::ledger::Answer;

    fn entry(number: usize, scheduled: Timestamp) -> Entry {
        Entry {
            out_order_no: number.to_string(),
            scheduled,
            answer: Answer::Lost(String::new()),
        }
    }

    #[test]
    fn the_schedule_does_not_drift() {
        let start = Timestamp::UNIX_EPOCH;
        assert_eq!(due(start, 0, 300.0), start);
        assert_eq!(
            due(start, 3_000, 300.0),
            Timestamp::from_second(10).unwrap()
        );
    }

    #[tokio::test]
    async fn a_sending_that_comes_late_counts_from_when_it_was_due() {
        let entries = open_loop(1_000.0, 20, |number, scheduled| {
            if number == 0 {
                // The whole generator stands still, as it does when the machine is busy.
                let until = std::time::Instant::now() + Duration::from_millis(30);
                while std::time::Instant::now() < until {
                    std::hint::spin_loop();
                }
            }
            std::future::ready(entry(number, scheduled))
        });
        let mut entries = entries.await.unwrap();
        entries.sort_by_key(|entry| entry.scheduled);
        let span = entries[19].scheduled.duration_since(entries[0].scheduled);
        assert_eq!(span, SignedDuration::from_millis(19));
    }

    #[tokio::test]
    async fn no_more_than_the_backlog_allows_is_sent() {
        let sent = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let counting = sent.clone();
        let nothing_ends = async || Ok(sent.load(std::sync::atomic::Ordering::Relaxed));
        let entries = saturate(7, LOOK * 4, nothing_ends, |number, scheduled| {
            counting.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            std::future::ready(entry(number, scheduled))
        });
        assert_eq!(entries.await.unwrap().len(), 7);
    }
}
