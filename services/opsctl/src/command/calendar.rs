//! `opsctl calendar`: enters the State Council's holidays, by which D1 costs one or the other.
//!
//! What a newcomer would get wrong: only exceptions are entered. A day that is not entered is a
//! working day from Monday to Friday and a holiday at the weekend. A dry run does the same in a
//! transaction that is rolled back.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Subcommand;
use contract::calendar::DayKind;
use jiff::civil::Date;
use runtime::clock;
use serde_json::json;
use store::dead_letters::Decision;
use store::{audit, calendar};

use super::calendar_file;
use crate::database::Database;
use crate::input;
use crate::output::{Report, Rows};
use crate::permit::{Permit, PermitArgs};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what one day is
    Set {
        /// Such as 2026-10-01
        #[arg(value_parser = calendar_file::day)]
        day: Date,
        /// working or holiday
        #[arg(value_parser = calendar_file::kind)]
        kind: DayKind,
        #[command(flatten)]
        permit: PermitArgs,
    },
    /// Say what many days are: all of them, or none if a line cannot be read
    Import {
        /// Lines such as `2026-10-01 holiday`; what follows a # is not read
        file: PathBuf,
        #[command(flatten)]
        permit: PermitArgs,
    },
    /// The days of a year that were entered
    List {
        /// Such as 2026
        #[arg(long, value_parser = clap::value_parser!(i16).range(2000..=9998))]
        year: i16,
    },
}

/// What stands in the rows of a dry run until they are rolled back.
const NOBODY: Decision<'static> = Decision {
    by: "dry run",
    reason: "dry run",
};

pub(crate) async fn run(command: Command, database: &Database) -> anyhow::Result<Report> {
    match command {
        Command::Set { day, kind, permit } => {
            enter(&BTreeMap::from([(day, kind)]), &permit, database).await
        }
        Command::Import { file, permit } => {
            enter(
                &calendar_file::read(&input::file(&file)?)?,
                &permit,
                database,
            )
            .await
        }
        Command::List { year } => list(year, database).await,
    }
}

/// A day, what it was before, what it is from now on.
type Entered = (Date, DayKind, DayKind);

async fn enter(
    days: &BTreeMap<Date, DayKind>,
    permit: &PermitArgs,
    database: &Database,
) -> anyhow::Result<Report> {
    let permit = permit.permit()?;
    let decision = permit.as_ref().map_or(NOBODY, Permit::decision);
    let mut connection = database.connection().await?;
    let mut entered: Vec<Entered> = Vec::new();
    for (day, kind) in days {
        let exception = calendar::exception(&connection, *day).await?;
        entered.push((*day, DayKind::of(*day, exception), *kind));
    }
    let now = clock::now();
    let tx = connection.begin("opsctl: enter calendar").await?;
    for (day, kind) in days {
        calendar::set(&tx, now, *day, *kind, decision).await?;
    }
    if let Some(permit) = &permit {
        let subject = match entered[..] {
            [(day, _, _)] => format!("day {day}"),
            _ => "calendar".to_owned(),
        };
        let detail = json!({ "days": days });
        audit::append(&tx, now, &permit.act("calendar.set", &subject, &detail)).await?;
        tx.commit().await?;
    }
    Ok(report(&entered, permit.is_none()))
}

fn report(entered: &[Entered], dry_run: bool) -> Report {
    let changed = entered.iter().filter(|(_, before, after)| before != after);
    let changed = changed.count();
    let each = entered
        .iter()
        .map(|(day, before, after)| json!({ "day": day, "before": before, "after": after }));
    let json = json!({
        "dry_run": dry_run, "days": each.collect::<Vec<_>>(), "changed": changed,
    });
    let verb = if dry_run { "would be" } else { "were" };
    let report = Report::new(json)
        .rows(Rows {
            title: String::new(),
            head: vec!["DAY", "WEEKDAY", "BEFORE", "NOW"],
            rows: entered
                .iter()
                .map(|(day, before, after)| {
                    let (before, after) = (before.as_str(), after.as_str());
                    vec![
                        day.to_string(),
                        weekday(*day),
                        before.to_owned(),
                        after.to_owned(),
                    ]
                })
                .collect(),
            when_empty: "No days.",
        })
        .line(format!(
            "Days that {verb} entered: {}, of which {changed} are not what they were.",
            entered.len()
        ));
    if dry_run {
        report.line("Nothing was changed. Add --yes and --reason TEXT to do it.")
    } else {
        report
    }
}

async fn list(year: i16, database: &Database) -> anyhow::Result<Report> {
    let connection = database.connection().await?;
    let (first, last) = (Date::new(year, 1, 1)?, Date::new(year, 12, 31)?);
    let days = calendar::list(&connection, first, last).await?;
    let each = days.iter().map(|day| {
        json!({
            "day": day.day, "kind": day.kind,
            "decided_by": day.decided_by, "decision": day.decision,
        })
    });
    Ok(Report::new(json!({ "year": year, "days": each.collect::<Vec<_>>() })).rows(Rows {
        title: String::new(),
        head: vec!["DAY", "WEEKDAY", "IS", "BY", "WHY"],
        rows: days
            .iter()
            .map(|day| {
                let kind = day.kind.as_str().to_owned();
                let (by, why) = (day.decided_by.clone(), day.decision.clone());
                vec![day.day.to_string(), weekday(day.day), kind, by, why]
            })
            .collect(),
        when_empty: "Nothing was entered for this year: every Monday to Friday is a working day.",
    }))
}

fn weekday(day: Date) -> String {
    day.strftime("%A").to_string()
}
