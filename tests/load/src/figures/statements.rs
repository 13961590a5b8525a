//! Statements for each delivered notice: from the outbox to the partner and the record of it.
//!
//! Counted by the server, begin and commit included, and with all that the service runs besides:
//! polls, looks at the clock of the outbox, sweeps. What the server itself runs for a statement,
//! checks of foreign keys and triggers, is told apart, because no statement of ours is saved there.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, ensure};
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tokio_postgres::Client;

use super::corner::{Corner, stop};
use super::rows::Rows;
use super::shops::Shops;
use super::{Line, Sheet};
use crate::machine::Machine;

/// What a notice may cost, in statements.
const MOST: f64 = 8.0;

const PATIENCE: Duration = Duration::from_secs(60);

const COUNTED: &str = "\
-- load.counted
select lower(split_part(query, E'\\n', 1)) as name, toplevel, sum(calls)::bigint as calls
  from pg_stat_statements
 where dbid = (select oid from pg_database where datname = current_database())
 group by 1, 2";

/// How many notices are sent.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// One by one.
    pub paced: usize,
    /// A second.
    pub rate: f64,
    /// At once.
    pub flood: usize,
}

impl Bounds {
    /// Enough that what an idle service does hardly counts, and that a batch has one row.
    pub const FULL: Self = Self {
        paced: 600,
        rate: 20.0,
        flood: 4_000,
    };
    /// To see whether the bench works.
    pub const SMOKE: Self = Self {
        paced: 5,
        rate: 20.0,
        flood: 10,
    };
}

/// Calls by name and by whether they were asked for or run for another statement's sake.
type Reading = BTreeMap<(String, bool), i64>;

/// Sends them and counts.
///
/// # Errors
/// When something does not start, or a notice is not taken.
pub async fn run(bounds: Bounds, say: fn(&str)) -> Result<Sheet> {
    ensure!(bounds.rate > 0.0, "a rate is above zero");
    let corner = Corner::open().await?;
    let shops = Shops::open(1).await?;
    let mut rows = Rows::register(corner.connect().await?, &shops).await?;
    let notifier = corner.start_notifier(&[]).await?;
    // The first statement on each connection, the first connection to the partner.
    rows.notices(&[0; 5]).await?;
    corner.delivered(0..1, PATIENCE).await?;

    say(&format!("{} notices one by one", bounds.paced));
    let before = read(&corner.sql).await?;
    let mut ticks = interval_at(Instant::now(), Duration::from_secs_f64(1.0 / bounds.rate));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for _ in 0..bounds.paced {
        ticks.tick().await;
        rows.notices(&[0]).await?;
    }
    corner.delivered(0..1, PATIENCE).await?;
    let between = read(&corner.sql).await?;
    say(&format!("{} notices at once", bounds.flood));
    rows.notices(&vec![0; bounds.flood]).await?;
    corner.delivered(0..1, PATIENCE).await?;
    let after = read(&corner.sql).await?;
    stop(notifier).await?;

    let mut lines = figures("one by one", &before, &between, bounds.paced);
    lines.extend(figures("at once", &between, &after, bounds.flood));
    Ok(Sheet {
        title: "Statements for each delivered notice".to_owned(),
        machine: Machine::ask(&corner.sql).await?,
        lines,
    })
}

async fn read(sql: &Client) -> Result<Reading> {
    let rows = sql.query(COUNTED, &[]).await?;
    let calls = rows.iter().map(|row| {
        let name: String = row.get("name");
        let name = name.trim_start_matches("-- ").to_owned();
        ((name, row.get("toplevel")), row.get("calls"))
    });
    Ok(calls.collect())
}

fn figures(how: &str, before: &Reading, after: &Reading, notices: usize) -> Vec<Line> {
    let (mut own, mut servers) = (0.0, 0.0);
    let mut named = Vec::new();
    for ((name, is_own), calls) in after {
        let key = (name.clone(), *is_own);
        let calls = calls - before.get(&key).copied().unwrap_or_default();
        if calls == 0 || name.starts_with("load.") || name.contains("pg_stat_statements") {
            continue;
        }
        let each = calls as f64 / notices.max(1) as f64;
        if *is_own {
            own += each;
            named.push((each, name.as_str()));
        } else {
            servers += each;
        }
    }
    named.sort_by(|a, b| b.0.total_cmp(&a.0));
    let title = format!("{notices} notices {how}: statements each");
    let mut lines = vec![Line::promised(
        title,
        format!("{own:.2}"),
        format!("at most {MOST}"),
        own <= MOST,
    )];
    let named = named.into_iter().filter(|(each, _)| *each >= 0.005);
    lines.extend(named.map(|(each, name)| Line::told(format!("  {name}"), format!("{each:.2}"))));
    let checks = "  run by the server itself: foreign keys, triggers";
    lines.push(Line::told(checks, format!("{servers:.2}")));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(calls: i64) -> Reading {
        let one = |name: &str, is_own, calls| ((name.to_owned(), is_own), calls);
        Reading::from([
            one("commit", true, calls),
            one("outbox.settle", true, calls),
            one("load.end", true, calls * 9),
            one("select 1 from only partners", false, calls * 3),
        ])
    }

    #[test]
    fn own_statements_are_counted_and_the_servers_are_told_apart() {
        let lines = figures("one by one", &reading(10), &reading(110), 50);
        let reached: Vec<&str> = lines.iter().map(|line| line.reached.as_str()).collect();
        assert_eq!(reached, ["4.00", "2.00", "2.00", "6.00"]);
        assert!(lines[0].is_kept);
    }

    #[test]
    fn a_ninth_statement_breaks_the_promise() {
        let lines = figures("at once", &reading(0), &reading(45), 10);
        assert_eq!(lines[0].reached, "9.00");
        assert!(!lines[0].is_kept);
    }
}
