//! Whole withdrawals at a bounded rate, for as long as something else happens.

use std::future::Future;
use std::time::Duration;

use anyhow::{Result, bail};
use contract::ids::WithdrawalId;
use e2e::Scene;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::time::{MissedTickBehavior, interval};

/// One each: below what two cores with a dozen debug binaries on them carry.
const PAUSE: Duration = Duration::from_millis(200);

/// Journeys at once: five tries at one user's password at once are as many as there are.
const MOST: usize = 4;

/// How often a user tries the same order again.
const TRIES: usize = 5;

/// What users have seen.
#[derive(Debug, Default)]
pub struct Tally {
    /// What was accepted in the end.
    pub accepted: Vec<WithdrawalId>,
    /// What went wrong before, in words.
    pub failures: Vec<String>,
}

impl Tally {
    /// Both together.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.accepted.extend(other.accepted);
        self.failures.extend(other.failures);
        self
    }
}

/// Sends users through the whole of intake until `act` is over, and waits for those under way.
/// Whoever fails tries the same order again, as people do.
///
/// # Errors
/// When somebody has tried too often.
pub async fn under_load<T>(
    scene: &Scene,
    name: &str,
    act: impl Future<Output = T>,
) -> Result<(Tally, T)> {
    let mut ticks = interval(PAUSE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut tally = Tally::default();
    let mut number = 0;
    let mut under_way = FuturesUnordered::new();
    tokio::pin!(act);
    let acted = loop {
        tokio::select! {
            acted = &mut act => break acted,
            Some(seen) = under_way.next() => tally = tally.and(seen?),
            _ = ticks.tick(), if under_way.len() < MOST => {
                number += 1;
                under_way.push(journey(scene, format!("{name}-{number}")));
            }
        }
    };
    while let Some(seen) = under_way.next().await {
        tally = tally.and(seen?);
    }
    Ok((tally, acted))
}

async fn journey(scene: &Scene, order: String) -> Result<Tally> {
    let mut tally = Tally::default();
    for _ in 0..TRIES {
        let fields = [("money", "31.00"), ("out_order_no", order.as_str())];
        match scene.withdraw_with(&fields).await {
            Ok(id) => {
                tally.accepted.push(id);
                return Ok(tally);
            }
            Err(error) => tally.failures.push(format!("{order}: {error:#}")),
        }
    }
    bail!("{order} was given up: {:?}", tally.failures)
}
