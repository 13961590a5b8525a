//! Whole withdrawals, for as long as something else happens.

use std::future::Future;
use std::time::Duration;

use anyhow::{Context as _, Result};
use contract::ids::WithdrawalId;
use e2e::Scene;
use futures_util::future::try_join_all;
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

/// As many at once: five tries at one user's password at once are as many as there are.
const MOST: u32 = 4;

/// Four users, who withdraw one order after the other. One that is refused, or gets no answer,
/// tries the same order again, as people do.
#[derive(Debug, Clone, Copy)]
pub struct Users {
    /// Of one, between one try and the next.
    pub pause: Duration,
    /// For how long one tries the same order.
    pub patience: Duration,
}

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

impl Users {
    /// Where nobody has to try again but who was on a connection to something that died. Together
    /// five a second: below what two cores with a dozen debug binaries on them carry.
    pub const STEADY: Self = Self {
        pause: Duration::from_millis(800),
        patience: Duration::from_secs(10),
    };

    /// Where an engine breaks. They try often, so that how long it was away is seen, and for much
    /// longer than any may need to come back.
    pub const PATIENT: Self = Self {
        pause: Duration::from_millis(200),
        patience: Duration::from_secs(90),
    };

    /// Sends them through the whole of intake until `act` is over, and waits for those under way.
    ///
    /// # Errors
    /// When somebody lost patience.
    pub async fn during<T>(
        self,
        scene: &Scene,
        name: &str,
        act: impl Future<Output = T>,
    ) -> Result<(Tally, T)> {
        let (over, told) = watch::channel(false);
        let begin = Instant::now();
        let users = (0..MOST).map(|user| {
            // Evenly spread, not all four at the same moment.
            let mut ticks = interval_at(begin + self.pause * user / MOST, self.pause);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            self.one(scene, format!("{name}-{user}"), ticks, told.clone())
        });
        let (tallies, acted) = tokio::try_join!(try_join_all(users), async {
            let acted = act.await;
            over.send_replace(true);
            Ok(acted)
        })?;
        let tally = tallies.into_iter().fold(Tally::default(), Tally::and);
        Ok((tally, acted))
    }

    async fn one(
        self,
        scene: &Scene,
        name: String,
        mut ticks: Interval,
        over: watch::Receiver<bool>,
    ) -> Result<Tally> {
        let mut tally = Tally::default();
        for number in 0_u32.. {
            if *over.borrow() {
                break;
            }
            let order = format!("{name}-{number}");
            let mut failures = Vec::new();
            let accepted = stand::try_eventually(self.patience, &order, async || {
                ticks.tick().await;
                let fields = [("money", "31.00"), ("out_order_no", order.as_str())];
                let tried = scene.withdraw_with(&fields).await;
                tried.map_err(|error| {
                    failures.push(format!("{order}: {error:#}"));
                    "refused"
                })
            })
            .await
            .with_context(|| failures.join("\n"))?;
            tally.accepted.push(accepted);
            tally.failures.extend(failures);
        }
        Ok(tally)
    }
}
