//! Waits for a condition instead of for time to pass.
//!
//! The condition is asked again every few milliseconds until it holds or the deadline is over;
//! then the error carries what was last seen, so that a red test says more than "timed out".

use std::fmt::{Debug, Display};
use std::time::Duration;

use anyhow::{Result, anyhow};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout_at};

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
        if self { Ok(()) } else { Err("false".to_owned()) }
    }
}

impl<T> Observation for Option<T> {
    type Value = T;

    fn observed(self) -> Result<T, String> {
        self.ok_or_else(|| "nothing".to_owned())
    }
}

impl<T, E: Display + Debug> Observation for Result<T, E> {
    type Value = T;

    fn observed(self) -> Result<T, String> {
        // The alternate form of an `anyhow::Error` shows its causes in one line.
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
    let end = Instant::now() + deadline;
    let mut pause = interval(PAUSE);
    pause.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last_seen = "no answer".to_owned();
    loop {
        let look = async {
            pause.tick().await;
            condition().await.observed()
        };
        match timeout_at(end, look).await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(seen)) => last_seen = seen,
            Err(_) => {
                return Err(anyhow!("waited {deadline:?} for {what}; last seen: {last_seen}"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
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
        assert_eq!(error.to_string(), "waited 60ms for the moon; last seen: a cloud");
    }

    #[tokio::test]
    async fn a_condition_that_never_answers_is_cut_off_at_the_deadline() {
        let error = try_eventually(Duration::from_millis(60), "an answer", async || {
            std::future::pending::<bool>().await
        })
        .await
        .unwrap_err();
        assert!(error.to_string().ends_with("last seen: no answer"), "{error}");
    }
}
