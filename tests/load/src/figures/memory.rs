//! Memory of partner-notifier beside ten thousand and beside a million notices that wait.
//!
//! Each in a corner of its own, with a fresh process and some live traffic: first while their lane
//! is held, then while it drains. What waits lies in PostgreSQL and must cost the process nothing.
//! Of the readings the highest counts.

use std::time::Duration;

use anyhow::{Context as _, Result};
use stand::process::Process;
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

/// The most resident memory of a process, in KiB.
#[derive(Debug, Clone, Copy, Default)]
struct Most {
    /// While all of them wait.
    waiting: u64,
    /// While they go out.
    draining: u64,
}

/// Both runs.
///
/// # Errors
/// When something does not start, or a live notice is not taken.
pub async fn run(bounds: Bounds, say: fn(&str)) -> Result<Sheet> {
    let few = one(bounds.few, bounds.live, say).await?;
    let many = one(bounds.many, bounds.live, say).await?;
    let corner = Corner::open().await?;
    let mut lines = Vec::new();
    for (how, few, many) in [
        ("waiting", few.waiting, many.waiting),
        ("draining", few.draining, many.draining),
    ] {
        let mib = |kib: u64| format!("{:.1} MiB", kib as f64 / 1024.0);
        let change = many as f64 / few as f64 - 1.0;
        lines.push(Line::told(format!("{} {how}", bounds.few), mib(few)));
        lines.push(Line::told(format!("{} {how}", bounds.many), mib(many)));
        lines.push(Line::promised(
            format!("  the difference while {how}"),
            format!("{:+.1} %", change * 100.0),
            "within 10 %",
            change.abs() <= MOST,
        ));
    }
    Ok(Sheet {
        title: "Memory of partner-notifier beside notices that wait".to_owned(),
        machine: Machine::ask(&corner.sql).await?,
        lines,
    })
}

async fn one(waiting: usize, live: usize, say: fn(&str)) -> Result<Most> {
    let corner = Corner::open().await?;
    let shops = Shops::open(2).await?;
    let mut rows = Rows::register(corner.connect().await?, &shops).await?;
    say(&format!("writing {waiting} notices that wait"));
    let lane = rows.hold(1).await?;
    let mut left = waiting;
    while left > 0 {
        let batch = left.min(BATCH);
        rows.parked(1, batch, lane).await?;
        left -= batch;
    }
    corner.sql.batch_execute(GATHER).await?;
    let notifier = corner.start_notifier(&[("SHUTDOWN_GRACE_MS", "0")]).await?;
    say(&format!("{live} live notices beside them"));
    let waiting = beside(&mut rows, live, &notifier).await?;
    corner.delivered(0..1, PATIENCE).await?;
    rows.release(lane).await?;
    say("the same while those that waited go out");
    let draining = beside(&mut rows, live, &notifier).await?;
    corner.delivered(0..1, PATIENCE).await?;
    stop(notifier).await?;
    Ok(Most { waiting, draining })
}

/// The most memory while so many live notices are sent, twenty a second.
async fn beside(rows: &mut Rows, live: usize, notifier: &Process) -> Result<u64> {
    let mut ticks = interval_at(Instant::now(), Duration::from_millis(50));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut most = 0;
    for _ in 0..live {
        ticks.tick().await;
        rows.notices(&[0]).await?;
        most = most.max(notifier.rss_kib().context("partner-notifier has ended")?);
    }
    Ok(most)
}
