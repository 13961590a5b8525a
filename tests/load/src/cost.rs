//! What a withdrawal costs: processor time by process, statements and commits, memory.
//!
//! Read before and after a stretch of load and divided by its withdrawals, so that what an idle
//! system does (polls, sweeps, heartbeats) is in the figure of a slow stretch and hardly in that of
//! a fast one: take them from a stretch at saturation.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use serde::Serialize;
use stand::process::{cpu_time, rss_kib};
use stand::system::Service;

use crate::system::System;

const STATEMENTS: &str = "\
-- load.statements
select query, sum(calls)::bigint as calls, sum(total_exec_time) as millis
  from pg_stat_statements
 where dbid = (select oid from pg_database where datname = current_database())
 group by query";

/// A queue's table is small whenever the planner looks at it, and full of dead rows when it is
/// read: a plan that reads all of it does not show in a statement's name.
const SCANS: &str = "\
-- load.scans
select relname::text, seq_tup_read from pg_stat_user_tables";

/// Our own connections, and the server's own processes.
const BACKENDS: &str = "\
-- load.backends
select pid from pg_stat_activity
 where datname = current_database() or datname is null";

/// A reading.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reading {
    cpu: BTreeMap<String, Duration>,
    /// Calls and milliseconds by the statement's name.
    statements: BTreeMap<String, (i64, f64)>,
    /// Rows read by sequential scans, by table.
    scanned: BTreeMap<String, i64>,
    /// Rows claimed and claims, by all relays.
    batches: (f64, f64),
}

/// The price of one withdrawal.
#[derive(Debug, Clone, Serialize)]
pub struct Cost {
    /// How many it was divided by.
    pub withdrawals: usize,
    /// Processor time in milliseconds, by process; `load` is the generator with the front.
    pub cpu_ms: BTreeMap<String, f64>,
    /// The sum of these.
    pub cpu_ms_total: f64,
    /// Statements, without begin, commit and rollback.
    pub statements: f64,
    /// Transactions that were committed by name.
    pub commits: f64,
    /// The statements that cost most, by the server's execution time.
    pub top: Vec<Statement>,
    /// Rows read by sequential scans, by table, where it is more than one in ten withdrawals.
    pub scanned: BTreeMap<String, f64>,
    /// Outbox rows published in one go, on average.
    pub outbox_batch: f64,
}

/// One statement's share.
#[derive(Debug, Clone, Serialize)]
pub struct Statement {
    /// As on its first line.
    pub name: String,
    /// How often per withdrawal.
    pub calls: f64,
    /// Execution per withdrawal, in microseconds.
    pub micros: f64,
}

/// Resident memory in KiB, by service.
pub(crate) fn memory(system: &System) -> BTreeMap<String, u64> {
    Service::ALL
        .into_iter()
        .filter_map(|service| {
            let process = system.fleet.process(service).ok()?;
            Some((service.name().to_owned(), process.rss_kib()?))
        })
        .collect()
}

/// Reads all meters.
pub(crate) async fn read(system: &System) -> Result<Reading> {
    let mut cpu = BTreeMap::new();
    for service in Service::ALL {
        let time = system.fleet.process(service)?.cpu_time();
        cpu.insert(service.name().to_owned(), time.unwrap_or_default());
    }
    for (name, process) in &system.sandboxes {
        // All partners together: how many there are is no property of the product.
        let name = name.trim_end_matches(|c: char| c == '-' || c.is_ascii_digit());
        *cpu.entry(name.to_owned()).or_default() += process.cpu_time().unwrap_or_default();
    }
    cpu.insert(
        "load".to_owned(),
        cpu_time(std::process::id()).unwrap_or_default(),
    );
    cpu.extend(engines(&system.sql).await?);
    Ok(Reading {
        cpu,
        statements: statements(&system.sql).await?,
        scanned: scanned(&system.sql).await?,
        batches: batches(system).await?,
    })
}

/// Processor time of the two engines.
pub(crate) async fn engines(sql: &tokio_postgres::Client) -> Result<BTreeMap<String, Duration>> {
    let mut cpu = BTreeMap::new();
    let backends = sql.query(BACKENDS, &[]).await?;
    let postgres = backends
        .iter()
        .filter_map(|row| cpu_time(u32::try_from(row.get::<_, i32>(0)).ok()?))
        .sum();
    cpu.insert("postgres".to_owned(), postgres);
    if let Some(pid) = crate::machine::rabbitmq_pid()? {
        cpu.insert("rabbitmq".to_owned(), cpu_time(pid).unwrap_or_default());
    }
    Ok(cpu)
}

async fn statements(sql: &tokio_postgres::Client) -> Result<BTreeMap<String, (i64, f64)>> {
    // That it is there already is no news.
    sql.batch_execute(
        "set client_min_messages = warning;
         create extension if not exists pg_stat_statements",
    )
    .await?;
    let mut named = BTreeMap::<String, (i64, f64)>::new();
    for row in sql.query(STATEMENTS, &[]).await? {
        let query: String = row.get("query");
        let first = query.lines().next().unwrap_or_default();
        let name = first.trim_start_matches("-- ").to_lowercase();
        let entry = named.entry(name).or_default();
        entry.0 += row.get::<_, i64>("calls");
        entry.1 += row.get::<_, f64>("millis");
    }
    Ok(named)
}

async fn scanned(sql: &tokio_postgres::Client) -> Result<BTreeMap<String, i64>> {
    let rows = sql.query(SCANS, &[]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Sum and count of the histogram of every relay.
async fn batches(system: &System) -> Result<(f64, f64)> {
    let mut total = (0.0, 0.0);
    let mut urls: Vec<String> = Service::ALL
        .into_iter()
        .map(|service| system.fleet.plan.admin_url(service))
        .collect();
    urls.push(format!("http://{}", system.front.admin));
    for url in urls {
        let text = system.http.get(format!("{url}/metrics")).send().await?;
        let text = text.text().await?;
        total.0 += metric(&text, "outbox_batch_size_sum");
        total.1 += metric(&text, "outbox_batch_size_count");
    }
    Ok(total)
}

/// The sum of a metric over all its labels.
fn metric(text: &str, name: &str) -> f64 {
    let values = text.lines().filter_map(|line| {
        let rest = line.strip_prefix(name)?;
        let begins_well = rest.starts_with([' ', '{']);
        let value = rest.rsplit(' ').next()?;
        begins_well.then(|| value.parse::<f64>().ok()).flatten()
    });
    values.sum()
}

impl Cost {
    /// What happened between two readings, divided by `withdrawals`.
    pub(crate) fn between(before: &Reading, after: &Reading, withdrawals: usize) -> Self {
        let each = |value: f64| value / withdrawals.max(1) as f64;
        let mut cost = Self {
            withdrawals,
            cpu_ms: BTreeMap::new(),
            cpu_ms_total: 0.0,
            statements: 0.0,
            commits: 0.0,
            top: Vec::new(),
            scanned: BTreeMap::new(),
            outbox_batch: 0.0,
        };
        for (name, after) in &after.cpu {
            let spent = after.saturating_sub(before.cpu.get(name).copied().unwrap_or_default());
            let millis = each(spent.as_secs_f64() * 1_000.0);
            cost.cpu_ms.insert(name.clone(), millis);
            cost.cpu_ms_total += millis;
        }
        for (table, after) in &after.scanned {
            let before = before.scanned.get(table).copied().unwrap_or_default();
            let rows = each((after - before) as f64);
            if rows > 0.1 {
                cost.scanned.insert(table.clone(), rows);
            }
        }
        for (name, (calls, millis)) in &after.statements {
            let (calls_before, millis_before) =
                before.statements.get(name).copied().unwrap_or_default();
            let calls = each((calls - calls_before) as f64);
            match name.as_str() {
                "commit" => cost.commits += calls,
                "begin" | "start transaction" | "rollback" | "" => {}
                own if own.starts_with("load.") || own.contains("pg_stat_statements") => {}
                _ => {
                    cost.statements += calls;
                    cost.top.push(Statement {
                        name: name.clone(),
                        calls,
                        micros: each((millis - millis_before) * 1_000.0),
                    });
                }
            }
        }
        cost.top.retain(|statement| statement.calls >= 0.005);
        cost.top.sort_by(|a, b| b.micros.total_cmp(&a.micros));
        let (rows, claims) = (
            after.batches.0 - before.batches.0,
            after.batches.1 - before.batches.1,
        );
        cost.outbox_batch = if claims > 0.0 { rows / claims } else { 0.0 };
        cost
    }
}

/// Resident memory of the process that runs the front and the generator, in KiB.
pub(crate) fn own_memory() -> u64 {
    rss_kib(std::process::id()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_the_difference_divided_by_the_withdrawals() {
        let reading = |cpu: u64, calls: i64| Reading {
            cpu: BTreeMap::from([("intake".to_owned(), Duration::from_millis(cpu))]),
            statements: BTreeMap::from([
                ("commit".to_owned(), (calls * 2, 1.0)),
                ("begin".to_owned(), (calls * 9, 1.0)),
                ("outbox.claim".to_owned(), (calls, calls as f64)),
                ("load.backlog".to_owned(), (calls * 100, 1.0)),
            ]),
            scanned: BTreeMap::from([("outbox".to_owned(), calls), ("users".to_owned(), 1)]),
            batches: (calls as f64 * 3.0, calls as f64),
        };
        let cost = Cost::between(&reading(1_000, 10), &reading(1_500, 110), 50);
        assert_eq!(cost.cpu_ms["intake"], 10.0);
        assert_eq!(cost.cpu_ms_total, 10.0);
        assert_eq!((cost.statements, cost.commits), (2.0, 4.0));
        assert_eq!(cost.top.len(), 1);
        assert_eq!(cost.top[0].micros, 2_000.0);
        assert_eq!(cost.scanned, BTreeMap::from([("outbox".to_owned(), 2.0)]));
        assert_eq!(cost.outbox_batch, 3.0);
    }

    #[test]
    fn a_metric_is_summed_over_its_labels_and_not_taken_for_another() {
        let text = "# HELP x_sum y\nx_sum{a=\"1\"} 2.5\nx_sum 1\nx_summary 7\n";
        assert_eq!(metric(text, "x_sum"), 3.5);
    }
}
