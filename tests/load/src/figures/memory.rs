//! Memory of partner-notifier beside ten thousand and beside a million notices that wait.
//!
//! Each in a corner of its own, with a fresh process and some live traffic; what waits lies in
//! PostgreSQL and must cost the process nothing. Of the readings the highest counts.

use std::time::Duration;

use anyhow::{Context as _, Result};
use jiff::SignedDuration;
use runtime::clock;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::corner::{Corner, stop};
use super::rows::Rows;
use super::shops::Shops;
use super::{Line, Sheet};
use crate::machine::Machine;

/// By how much the larger may differ from the smaller.
const MOST: f64 = 0.1;

/// Rows written in one statement.
const BATCH: usize = 20_000;

const PATIENCE: Duration = Duration::from_secs(60);

/// Statistics as a server would have them that was not filled a moment ago.
const GATHER: &str = "\
-- load.gather
vacuum (analyze) outbox, notices, withdrawals";

/// How much waits.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Notices that wait in the first run.
    pub few: usize,
    /// Notices that wait in the second.
    pub many: usize,
    /// Live notices, twenty a second.
    pub live: usize,
}

impl Bounds {
    /// What was promised.
    pub const FULL: Self = Self {
        few: 10_000,
        many: 1_000_000,
        live: 200,
    };
    /// To see whether the bench works.
    pub const SMOKE: Self = Self {
        few: 10,
        many: 100,
        live: 10,
    };
}

/// Both runs.
///
/// # Errors
/// When something does not start, or a live notice is not taken.
pub async fn run(bounds: Bounds, say: fn(&str)) -> Result<Sheet> {
    let corner = Corner::open().await?;
    let few = one(bounds.few, bounds.live, say).await?;
    let many = one(bounds.many, bounds.live, say).await?;
    let change = many as f64 / few as f64 - 1.0;
    let mib = |kib: u64| format!("{:.1} MiB", kib as f64 / 1024.0);
    Ok(Sheet {
        title: "Memory of partner-notifier beside notices that wait".to_owned(),
        machine: Machine::ask(&corner.sql).await?,
        lines: vec![
            Line::told(format!("{} waiting", bounds.few), mib(few)),
            Line::told(format!("{} waiting", bounds.many), mib(many)),
            Line::promised(
                "the difference",
                format!("{:+.1} %", change * 100.0),
                "within 10 %",
                change.abs() <= MOST,
            ),
        ],
    })
}

/// The most resident memory of a process beside so many, in KiB.
async fn one(waiting: usize, live: usize, say: fn(&str)) -> Result<u64> {
    let corner = Corner::open().await?;
    let shops = Shops::open(2).await?;
    let mut rows = Rows::register(corner.connect().await?, &shops).await?;
    say(&format!("writing {waiting} notices that wait"));
    let tomorrow = clock::now() + SignedDuration::from_hours(24);
    let mut left = waiting;
    while left > 0 {
        let batch = left.min(BATCH);
        rows.waiting(&vec![1; batch], tomorrow).await?;
        left -= batch;
    }
    corner.sql.batch_execute(GATHER).await?;
    say(&format!("{live} live notices beside them"));
    let notifier = corner.start_notifier(&[]).await?;
    let mut ticks = interval_at(Instant::now(), Duration::from_millis(50));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut most = 0;
    for _ in 0..live {
        ticks.tick().await;
        rows.notices(&[0]).await?;
        most = most.max(notifier.rss_kib().context("partner-notifier has ended")?);
    }
    corner.delivered(0..1, PATIENCE).await?;
    stop(notifier).await?;
    Ok(most)
}
