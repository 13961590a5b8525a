//! `opsctl retention`: how long logs are kept, and what is due of it: months made ahead, months
//! dropped.

use anyhow::anyhow;
use clap::{Args, Subcommand, value_parser};
use jiff::civil::Date;
use runtime::clock;
use serde_json::json;
use store::retention::{self as store_retention, Log};
use store::{Connection, audit};

use crate::database::Database;
use crate::exit::{Exit, WrongUsage};
use crate::output::{Report, Rows};
use crate::permit::{Permit, PermitArgs};
use crate::retention::{self, DeedRow, LogRow};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// How long each log is kept, from when to when there are months, and how large it is
    Show,
    /// Keep a log for another number of months
    Set(Set),
    /// Make the months to come, drop what the policy does not keep. What is about anything open,
    /// held or dead-lettered stays
    Run(Run),
}

#[derive(Debug, Args)]
pub(crate) struct Set {
    /// timeline, application_timeline, notice_attempts or inbox
    #[arg(value_parser = log)]
    log: Log,
    /// Whole months before this one, 6 to 1200
    #[arg(value_parser = value_parser!(i32).range(6..=1200))]
    months: i32,
    #[command(flatten)]
    permit: PermitArgs,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    #[command(flatten)]
    permit: PermitArgs,
}

pub(crate) async fn run(command: Command, database: &Database) -> anyhow::Result<Report> {
    let mut connection = database.connection().await?;
    match command {
        Command::Show => Ok(shown(&retention::show(&connection).await?)),
        Command::Set(wanted) => set(&wanted, &mut connection).await,
        Command::Run(wanted) => {
            let permit = wanted.permit.permit()?;
            let deeds = retention::run(&mut connection, permit.as_ref()).await?;
            Ok(told(&deeds, permit.as_ref()))
        }
    }
}

fn shown(logs: &[LogRow]) -> Report {
    let month = |month: Option<Date>| month.map_or_else(|| "-".to_owned(), month_shown);
    let rows = logs.iter().map(|log| {
        vec![
            log.log.to_owned(),
            format!("{} months", log.keeps_months),
            month_shown(log.kept_from),
            month(log.first_month),
            month(log.last_month),
            log.rows.to_string(),
            log.rest.to_string(),
            format!("{} MiB", log.bytes >> 20),
        ]
    });
    Report::new(logs).rows(Rows {
        title: String::new(),
        head: vec![
            "LOG",
            "KEEPS",
            "KEPT FROM",
            "FIRST MONTH",
            "LAST MONTH",
            "ROWS",
            "WITHOUT MONTH",
            "SIZE",
        ],
        rows: rows.collect(),
        when_empty: "There is no policy.",
    })
}

async fn set(wanted: &Set, connection: &mut Connection) -> anyhow::Result<Report> {
    let permit = wanted.permit.permit()?;
    let (log, after) = (wanted.log, wanted.months);
    let policies = store_retention::policy(connection).await?;
    let before = policies.iter().find(|policy| policy.log == log);
    let before = before
        .ok_or_else(|| anyhow!("there is no policy for {}", log.as_str()))?
        .keeps_months;
    let verb = if permit.is_some() { "is" } else { "would be" };
    let json = json!({
        "dry_run": permit.is_none(), "log": log.as_str(), "before": before, "after": after,
    });
    let report = Report::new(json).line(format!(
        "{} {verb} kept for {after} months, {before} before.",
        log.as_str()
    ));
    let Some(permit) = permit else {
        return Ok(report.line("Nothing was changed. Add --yes and --reason TEXT to do it."));
    };
    let now = clock::now();
    let tx = connection.begin("opsctl: set retention").await?;
    store_retention::set(&tx, now, log, after).await?;
    let detail = json!({ "before": before, "after": after });
    let act = permit.act("retention.set", log.as_str(), &detail);
    audit::append(&tx, now, &act).await?;
    tx.commit().await?;
    Ok(report)
}

fn told(deeds: &[DeedRow], permit: Option<&Permit>) -> Report {
    let failed = deeds.iter().filter(|deed| deed.failure.is_some()).count();
    let exit = match failed {
        0 => Exit::Done,
        all if all == deeds.len() => Exit::Failed,
        _ => Exit::Partly,
    };
    let result = |deed: &DeedRow| match (&deed.failure, permit) {
        (Some(failure), _) => format!("failed: {failure}"),
        (None, Some(_)) => "done".to_owned(),
        (None, None) => "due".to_owned(),
    };
    let rows = deeds.iter().map(|deed| {
        vec![
            deed.act.to_owned(),
            deed.log.to_owned(),
            deed.month.map_or_else(|| "-".to_owned(), month_shown),
            deed.go.to_string(),
            deed.stay.to_string(),
            result(deed),
        ]
    });
    let json = json!({ "dry_run": permit.is_none(), "deeds": deeds });
    let report = Report::new(json).exit(exit).rows(Rows {
        title: String::new(),
        head: vec!["ACT", "LOG", "MONTH", "GO", "STAY", "RESULT"],
        rows: rows.collect(),
        when_empty: "Nothing is due.",
    });
    match permit {
        None if !deeds.is_empty() => {
            report.line("Nothing was changed. Add --yes and --reason TEXT to do it.")
        }
        _ => report,
    }
}

fn month_shown(month: Date) -> String {
    month.strftime("%Y-%m").to_string()
}

fn log(name: &str) -> Result<Log, WrongUsage> {
    let known = Log::ALL.map(Log::as_str).join(", ");
    Log::from_name(name).ok_or_else(|| WrongUsage(format!("a log is one of: {known}")))
}
