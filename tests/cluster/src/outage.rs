//! An engine breaks under load: how long it took until work got on is measured.

use std::time::Duration;

use anyhow::Result;
use contract::ids::WithdrawalId;
use e2e::Scene;
use tokio_postgres::Client;

use crate::load::Tally;

/// Much longer than any engine may need to come back.
const PATIENCE: Duration = Duration::from_secs(90);

/// Ends that must be reached after the break before it counts as over.
const ENOUGH: i64 = 20;

const NOW: &str = "select extract(epoch from clock_timestamp())::float8";

const SINCE: &str = "\
-- cluster.outage
select count(*),
       min(extract(epoch from terminal_at))::float8 - $1::float8
  from withdrawals
 where accepted_at > to_timestamp($1::float8)
   and state = 'paid'";

/// Of all: those that came before it broke and after it was mended waited for nothing.
const SLOWEST: &str = "\
-- cluster.slowest
select coalesce(max(extract(epoch from terminal_at - accepted_at)), 0)::float8
  from withdrawals
 where state = 'paid'";

/// From the moment at which something breaks.
pub struct Outage<'a> {
    scene: &'a Scene,
    since: f64,
}

impl<'a> Outage<'a> {
    /// Begins once there is something to lose.
    pub async fn begins(scene: &'a Scene) -> Result<Self> {
        stand::eventually(PATIENCE, "work to be under way", async || {
            let busy = "select count(*) from withdrawals
                         where state in ('accepted', 'dispatching', 'submitted')";
            let sql = scene.sql().await.ok()?;
            let busy: i64 = sql.query_one(busy, &[]).await.ok()?.get(0);
            (busy > 0).then_some(())
        })
        .await;
        let since = scene.sql().await?.query_one(NOW, &[]).await?.get(0);
        Ok(Self { scene, since })
    }

    /// Waits until withdrawals that were accepted since then have reached their ends; answers how
    /// long it took to the first.
    pub async fn is_over(&self) -> Duration {
        stand::eventually(PATIENCE, "withdrawals to end again", async || {
            let sql = self.scene.sql().await.map_err(|error| error.to_string())?;
            let row = sql.query_one(SINCE, &[&self.since]).await;
            let row = row.map_err(|error| error.to_string())?;
            match (row.get(0), row.get::<_, Option<f64>>(1)) {
                (ENOUGH.., Some(first)) => Ok(Duration::from_secs_f64(first)),
                (count, _) => Err(format!("{count} have")),
            }
        })
        .await
    }
}

/// What users were told, against what is written down: each order that was accepted is there, once.
/// Says aloud what there was.
///
/// # Errors
/// When one is not, or is there twice.
#[expect(
    clippy::print_stdout,
    reason = "the figures are what the scene is played for"
)]
pub async fn nothing_is_lost(scene: &Scene, name: &str, tally: &Tally) -> Result<()> {
    let sql = scene.sql().await?;
    let lost = missing(&sql, &tally.accepted).await?;
    anyhow::ensure!(lost.is_empty(), "{name}: accepted, and not there: {lost:?}");
    let twice = "select count(*) - count(distinct out_order_no) from withdrawals
                  where accepted_at is not null";
    let twice: i64 = sql.query_one(twice, &[]).await?.get(0);
    anyhow::ensure!(twice == 0, "{name}: {twice} orders are there twice");
    let slowest: f64 = sql.query_one(SLOWEST, &[]).await?.get(0);
    let (accepted, refused) = (tally.accepted.len(), tally.failures.len());
    println!(
        "{name}: {accepted} accepted, {refused} tries refused before; \
         the slowest took {slowest:.1} s from accepted to paid"
    );
    Ok(())
}

async fn missing(sql: &Client, accepted: &[WithdrawalId]) -> Result<Vec<String>> {
    let ids: Vec<&str> = accepted.iter().map(WithdrawalId::as_str).collect();
    let missing = "select id from unnest($1::text[]) as told(id)
                    where not exists (select from withdrawals
                                       where withdrawals.id = told.id
                                         and accepted_at is not null)";
    let rows = sql.query(missing, &[&ids]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
