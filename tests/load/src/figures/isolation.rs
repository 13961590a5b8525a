//! Partners that hang beside partners that answer: what do those wait who did nothing wrong?
//!
//! Runs with and without the hanging half follow each other on the same machine in the same mood,
//! each in a corner of its own. Written at a fixed rate, whatever comes back, and measured from the
//! moment at which a notice was written until its first attempt began; of the healthy half alone.

use std::time::Duration;

use anyhow::{Result, ensure};
use jiff::Timestamp;
use runtime::clock;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::corner::{Corner, stop};
use super::rows::Rows;
use super::shops::Shops;
use super::{Line, Sheet};
use crate::latency::{Latency, Quantiles};
use crate::machine::Machine;
use crate::report::median;

/// How much longer than without the others a healthy partner may wait.
const MOST: f64 = 1.2;

const PATIENCE: Duration = Duration::from_secs(60);

const WAITED: &str = "\
-- load.waited
select (extract(epoch from attempt.at - notice.created_at) * 1000000)::bigint as micros
  from notices as notice
  left join notice_attempts as attempt on attempt.notice_id = notice.id and attempt.number = 1
 where notice.partner_id = any($1) and notice.created_at >= $2";

/// How much is sent, and to whom.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Partners that answer.
    pub healthy: usize,
    /// Partners that hang to the time-out.
    pub hanging: usize,
    /// Notices a second to each partner.
    pub rate: f64,
    /// The beginning of each run that is not counted.
    pub ramp: Duration,
    /// The part that is.
    pub span: Duration,
    /// Runs without, and as many with.
    pub rounds: usize,
}

impl Bounds {
    /// Twenty-four partners, half of them hanging.
    pub const FULL: Self = Self {
        healthy: 12,
        hanging: 12,
        rate: 8.0,
        ramp: Duration::from_secs(3),
        span: Duration::from_secs(20),
        rounds: 2,
    };
    /// To see whether the bench works.
    pub const SMOKE: Self = Self {
        healthy: 2,
        hanging: 2,
        rate: 5.0,
        ramp: Duration::from_millis(200),
        span: Duration::from_secs(1),
        rounds: 1,
    };
}

/// Runs in turns without and with the hanging half.
///
/// # Errors
/// When something does not start, or a healthy partner is not told.
pub async fn run(bounds: Bounds, say: fn(&str)) -> Result<Sheet> {
    ensure!(bounds.rate > 0.0, "a rate is above zero");
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for round in 1..=bounds.rounds {
        say(&format!("round {round}: the healthy half alone"));
        without.push(one(&bounds, 0).await?);
        say(&format!(
            "round {round}: beside {} that hang",
            bounds.hanging
        ));
        with.push(one(&bounds, bounds.hanging).await?);
    }
    let ratios = without.iter().zip(&with);
    let ratio = median(ratios.map(|(without, with)| with.p99_ms / without.p99_ms));
    let mut lines = vec![Line::promised(
        "p99 beside hanging partners / without them",
        format!("{ratio:.2}"),
        format!("at most {MOST}"),
        ratio <= MOST,
    )];
    lines.extend(without.iter().map(|run| line("without", run)));
    lines.extend(with.iter().map(|run| line("beside hanging partners", run)));
    Ok(Sheet {
        title: format!(
            "From written to first attempt; {} partners answer, {} hang, {} a second each",
            bounds.healthy, bounds.hanging, bounds.rate
        ),
        machine: Machine::ask(&Corner::open().await?.sql).await?,
        lines,
    })
}

fn line(which: &str, of: &Quantiles) -> Line {
    Line::told(
        format!("  {which}: {} notices, p50 and p99", of.count),
        format!("{:.1} ms, {:.1} ms", of.p50_ms, of.p99_ms),
    )
}

async fn one(bounds: &Bounds, hanging: usize) -> Result<Quantiles> {
    let corner = Corner::open().await?;
    let partners = bounds.healthy + hanging;
    let shops = Shops::open(partners).await?;
    let mut rows = Rows::register(corner.connect().await?, &shops).await?;
    // What hangs at the end is not waited for.
    let notifier = corner.start_notifier(&[("SHUTDOWN_GRACE_MS", "0")]).await?;
    for shop in bounds.healthy..partners {
        shops.hang(shop);
    }
    let rate = bounds.rate * partners as f64;
    let mut ticks = interval_at(Instant::now(), Duration::from_secs_f64(1.0 / rate));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let began = Instant::now();
    let mut counted_from = None;
    for number in 0.. {
        ticks.tick().await;
        let elapsed = began.elapsed();
        if elapsed >= bounds.ramp + bounds.span {
            break;
        }
        if elapsed >= bounds.ramp && counted_from.is_none() {
            counted_from = Some(clock::now());
        }
        rows.notices(&[number % partners]).await?;
    }
    corner.delivered(0..bounds.healthy, PATIENCE).await?;
    let from = counted_from.unwrap_or(Timestamp::UNIX_EPOCH);
    let quantiles = waited(&corner, bounds.healthy, from).await?;
    stop(notifier).await?;
    Ok(quantiles)
}

async fn waited(corner: &Corner, healthy: usize, from: Timestamp) -> Result<Quantiles> {
    let partners: Vec<String> = (0..healthy).map(|shop| format!("shop-{shop}")).collect();
    let rows = corner.sql.query(WAITED, &[&partners, &from]).await?;
    let mut latency = Latency::default();
    for row in rows {
        let micros: i64 = row.try_get("micros")?;
        latency.record(Duration::from_micros(micros.unsigned_abs()));
    }
    Ok(latency.quantiles())
}
