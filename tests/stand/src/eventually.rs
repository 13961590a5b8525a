//! Waits for a condition instead of for time to pass.
//!
//! The condition is asked again every few milliseconds until it holds or the deadline is over;
//! then the error carries what was last seen, so that a red test says more than "timed out".

use std::fmt::Display;
use std::time::Duration;

use anyhow::{Result, bail};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout_at};

/// Short beside anything we wait for, long enough that a dozen waiting tests leave two cores free.
const PAUSE: Duration = Duration::from_millis(20);

/// What one look at a condition may answer: `bool`, `Option<T>` or `Result<T, E>`.
pub trait Observation {
    /// What is there once the condition holds.
    type Value;

    /// The value, or a description of what was seen in its place.
    ///
    /// # Errors
    /// The description, when the condition does not hold yet.
    fn observed(self) -> Result<Self::Value, String>;
}

impl Observation for bool {
    type Value = ();

    fn observed(self) -> Result<(), String> {
        if self {
            Ok(())
        } else {
            Err("false".to_owned())
        }
    }
}

impl<T> Observation for Option<T> {
    type Value = T;

    fn observed(self) -> Result<T, String> {
        self.ok_or_else(|| "nothing".to_owned())
    }
}

impl<T, E: Display> Observation for Result<T, E> {
    type Value = T;

    fn observed(self) -> Result<T, String> {
        self.map_err(|error| format!("{error:#}"))
    }
}

/// Asks `condition` until it holds.
///
/// # Panics
/// After `deadline`, with `what` and what was last seen.
pub async fn eventually<O: Observation>(
    deadline: Duration,
    what: &str,
    condition: impl AsyncFnMut() -> O,
) -> O::Value {
    match try_eventually(deadline, what, condition).await {
        Ok(value) => value,
        Err(error) => panic!("{error}"),
    }
}

/// [`eventually`] for callers that have something better to do than to panic.
///
/// # Errors
/// After `deadline`, with `what` and what was last seen.
pub async fn try_eventually<O: Observation>(
    deadline: Duration,
    what: &str,
    mut condition: impl AsyncFnMut() -> O,
) -> Result<O::Value> {
    let mut waiting = Waiting::new(deadline, what);
    loop {
        match timeout_at(waiting.end, async { condition().await.observed() }).await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(seen)) => waiting.saw(seen).await?,
            Err(_) => return waiting.give_up(),
        }
    }
}

/// The loop of [`try_eventually`] taken apart, for conditions that borrow what a closure may not
/// and for futures that must be `Send`.
pub(crate) struct Waiting<'a> {
    what: &'a str,
    deadline: Duration,
    end: Instant,
    pause: Interval,
    last_seen: String,
}

impl<'a> Waiting<'a> {
    pub(crate) fn new(deadline: Duration, what: &'a str) -> Self {
        let now = Instant::now();
        let mut pause = interval_at(now + PAUSE, PAUSE);
        pause.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            what,
            deadline,
            end: now + deadline,
            pause,
            last_seen: "no answer".to_owned(),
        }
    }

    /// Notes what was seen instead of the condition, and returns when it is time to look again.
    /// An error once the deadline is over.
    pub(crate) async fn saw(&mut self, seen: impl Display) -> Result<()> {
        // The alternate form of an `anyhow::Error` shows its causes in one line.
        self.last_seen = format!("{seen:#}");
        // After a look longer than the pause the tick is due at once, so the clock is asked first.
        if Instant::now() >= self.end || timeout_at(self.end, self.pause.tick()).await.is_err() {
            return self.give_up();
        }
        Ok(())
    }

    fn give_up<T>(&self) -> Result<T> {
        bail!(
            "waited {:?} for {}; last seen: {}",
            self.deadline,
            self.what,
            self.last_seen
        )
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::interval;

    use super::*;

    #[tokio::test]
    async fn it_asks_until_the_condition_holds() {
        let mut asked = 0;
        let value = eventually(Duration::from_secs(5), "the third look", async || {
            asked += 1;
            (asked == 3).then_some(asked)
        })
        .await;
        assert_eq!(value, 3);
    }

    #[tokio::test]
    async fn a_missed_deadline_tells_what_was_awaited_and_what_was_seen() {
        let error = try_eventually(Duration::from_millis(60), "the moon", async || {
            Err::<(), _>("a cloud")
        })
        .await
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            "waited 60ms for the moon; last seen: a cloud"
        );
    }

    #[tokio::test]
    async fn looks_that_take_longer_than_the_pause_end_at_the_deadline_too() {
        let mut waiting = Waiting::new(PAUSE * 3, "the moon");
        let mut slow_look = interval(PAUSE * 2);
        for _ in 0..5 {
            slow_look.tick().await;
            if waiting.saw("a cloud").await.is_err() {
                return;
            }
        }
        panic!("it went on after the deadline");
    }

    #[tokio::test]
    async fn a_condition_that_never_answers_is_cut_off_at_the_deadline() {
        let error = try_eventually(Duration::from_millis(60), "an answer", async || {
            std::future::pending::<bool>().await
        })
        .await
        .unwrap_err();
        assert!(
            error.to_string().ends_with("last seen: no answer"),
            "{error}"
        );
    }
}
