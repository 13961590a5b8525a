//! How the lanes stand, for whoever watches.

use std::sync::Arc;
use std::time::Duration;

use runtime::backoff;
use runtime::clock;
use store::StoreError;
use store::lanes::{self, Shown};

use crate::desk::Desk;

/// As often as Prometheus asks.
const EVERY: Duration = Duration::from_secs(15);

/// Lanes that are looked at.
const LANES: i64 = 1000;

/// Rows that are counted of each; where more wait, the gauge says this.
const ROWS: i64 = 100_000;

/// Tells the gauges until told to stop.
pub(crate) async fn tell(desk: Arc<Desk>) {
    loop {
        if let Err(error) = once(&desk).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "the lanes cannot be counted");
        }
        if !backoff::pause(EVERY, &desk.stop).await {
            break;
        }
    }
}

async fn once(desk: &Desk) -> Result<(), StoreError> {
    let connection = desk.store.connection().await?;
    let totals = lanes::totals(&connection).await?;
    metrics::gauge!("lanes_open").set(whole(totals.open + totals.half_open));
    metrics::gauge!("lanes_held").set(whole(totals.held));
    let lanes = lanes::list(&connection, None, LANES, ROWS).await?;
    metrics::gauge!("lanes_waiting").set(whole(lanes.iter().map(|lane| lane.waiting).sum()));
    metrics::gauge!("lanes_oldest_seconds").set(oldest(&lanes));
    Ok(())
}

/// The age of what waits longest, on whatever lane: `opsctl partner lanes` names it.
fn oldest(lanes: &[Shown]) -> f64 {
    let now = clock::now();
    let ages = lanes.iter().filter_map(|lane| lane.oldest_at);
    ages.map(|at| now.duration_since(at).as_secs_f64())
        .fold(0.0, f64::max)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a gauge is a float; counts of notices are far below 2^52"
)]
fn whole(count: i64) -> f64 {
    count as f64
}
