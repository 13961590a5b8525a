//! `opsctl reconcile`: days as they were counted, and Huifu's statements beside them.
//!
//! opsctl speaks to PostgreSQL alone: `run` makes a day due again, and huifu-dispatcher does it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, Subcommand, value_parser};
use contract::ids::HuifuId;
use contract::partner::time::beijing_date;
use jiff::civil::Date;
use runtime::clock;
use serde_json::json;
use store::audit;
use store::day_balances::{self, Signed};
use store::dead_letters::Decision;
use store::statements::{self, Statement, StatementState};

use super::{calendar_file, reconcile_day};
use crate::database::Database;
use crate::exit::WrongUsage;
use crate::output::{Report, Rows};
use crate::permit::{Permit, PermitArgs};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// One day: the balance with its signature, the statements, every difference
    Day {
        /// The Beijing day, such as 2026-11-21
        #[arg(value_parser = calendar_file::day)]
        day: Date,
        /// Verify the signature with this public key of ours, PEM or Base64
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
    /// The newest days, one a line
    List {
        /// How many at most
        #[arg(long, default_value_t = 31, value_parser = value_parser!(i64).range(1..=1000))]
        limit: i64,
    },
    /// Fetch the statement of a day again, because Huifu corrected it or a setting was wrong
    Run(Run),
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The Beijing day, such as 2026-11-21
    #[arg(value_parser = calendar_file::day)]
    day: Date,
    /// Whose statement [default: of everybody who has one]
    #[arg(long, value_name = "HUIFU_ID")]
    member: Option<HuifuId>,
    #[command(flatten)]
    permit: PermitArgs,
}

/// What stands in the rows of a dry run until they are rolled back.
const NOBODY: Decision<'static> = Decision {
    by: "dry run",
    reason: "dry run",
};

pub(crate) async fn run(command: Command, database: &Database) -> anyhow::Result<Report> {
    match command {
        Command::Day { day, key } => {
            let key = key.as_deref().map(reconcile_day::read_key).transpose()?;
            reconcile_day::show(&database.connection().await?, day, key.as_ref()).await
        }
        Command::List { limit } => list(limit, database).await,
        Command::Run(wanted) => again(&wanted, database).await,
    }
}

async fn again(wanted: &Run, database: &Database) -> anyhow::Result<Report> {
    let permit = wanted.permit.permit()?;
    let decision = permit.as_ref().map_or(NOBODY, Permit::decision);
    let (day, now) = (wanted.day, clock::now());
    if day >= beijing_date(now) {
        return Err(WrongUsage(format!("{day} is not over: it has no statement yet")).into());
    }
    let mut connection = database.connection().await?;
    let tx = connection.begin("opsctl: run statement again").await?;
    let member = wanted.member.as_ref();
    let members = statements::run_again(&tx, now, day, member, &decision).await?;
    if members.is_empty() {
        bail!("nobody has a statement so far; say whose with --member HUIFU_ID");
    }
    let json = json!({ "dry_run": permit.is_none(), "day": day, "members": members });
    let verb = if permit.is_some() { "is" } else { "would be" };
    let mut lines: Vec<String> = members
        .iter()
        .map(|member| format!("The statement of {member} for {day} {verb} due now."))
        .collect();
    if let Some(permit) = &permit {
        let subject = format!("day {day}");
        let detail = json!({ "members": members });
        audit::append(&tx, now, &permit.act("reconcile.run", &subject, &detail)).await?;
        tx.commit().await?;
        lines.push(format!(
            "huifu-dispatcher asks for it within a minute, unless today's three questions are used \
             up: opsctl reconcile day {day}"
        ));
    } else {
        lines.push("Nothing was changed. Add --yes and --reason TEXT to do it.".to_owned());
    }
    Ok(Report::new(json).line(lines.join("\n")))
}

async fn list(limit: i64, database: &Database) -> anyhow::Result<Report> {
    let connection = database.connection().await?;
    let balances = day_balances::list(&connection, limit).await?;
    let statements = statements::list(&connection, limit).await?;
    let balances: BTreeMap<Date, &Signed> =
        balances.iter().map(|one| (one.balance.day, one)).collect();
    let mut taken: BTreeMap<Date, Vec<&Statement>> = BTreeMap::new();
    for statement in &statements {
        taken.entry(statement.key.day).or_default().push(statement);
    }
    let known: BTreeSet<Date> = balances.keys().chain(taken.keys()).copied().collect();
    let first = known.first().copied().unwrap_or(Date::constant(2026, 1, 1));
    let differing = statements::difference_counts(&connection, first).await?;
    let differing: BTreeMap<Date, i64> = differing.into_iter().collect();
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let days: Vec<Date> = known.into_iter().rev().take(most).collect();
    let rows = days.iter().map(|day| {
        let of_day = taken.get(day).map_or(&[][..], Vec::as_slice);
        let count = differing.get(day).copied().unwrap_or(0);
        row(*day, balances.get(day).copied(), of_day, count)
    });
    let rows = rows.collect();
    let json = days.iter().map(|day| {
        json!({
            "day": day,
            "balance": balances.get(day).map(|one| reconcile_day::balance_json(one)),
            "differences": differing.get(day).copied().unwrap_or(0),
        })
    });
    Ok(Report::new(json.collect::<Vec<_>>()).rows(Rows {
        title: String::new(),
        head: vec![
            "DAY",
            "ACCEPTED",
            "PAID",
            "FAILED",
            "RETURNED",
            "OPEN",
            "BALANCE",
            "STATEMENTS",
            "DIFFERENCES",
        ],
        rows,
        when_empty: "No day has been counted yet.",
    }))
}

fn row(
    day: Date,
    signed: Option<&Signed>,
    statements: &[&Statement],
    differences: i64,
) -> Vec<String> {
    let mut row = vec![day.to_string()];
    match signed.map(|signed| &signed.balance.counted) {
        Some(counted) => {
            let tallies = counted.rows();
            row.extend(tallies.map(|(_, tally)| format!("{} {}", tally.count, tally.amount)));
            row.push(if counted.holds() { "holds" } else { "DIFFERS" }.to_owned());
        }
        None => row.extend(std::iter::repeat_n("-".to_owned(), 6)),
    }
    let taken = statements
        .iter()
        .filter(|one| one.state == StatementState::Taken);
    row.push(format!("{} of {}", taken.count(), statements.len()));
    row.push(differences.to_string());
    row
}
