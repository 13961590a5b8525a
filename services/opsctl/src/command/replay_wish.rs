//! `opsctl dead-letter replay` with a filter: shows what would be replayed, or makes the job and
//! runs it.

use clap::{Args, value_parser};
use store::Connection;
use store::dead_letters::Filter;
use store::replays::Wanted;

use super::replay;
use super::replay_report::{preview_blocks, shown_job};
use crate::database::Database;
use crate::output::Report;
use crate::permit::Permit;
use crate::replays::{self, JobRow, Limits};

/// How a job is run.
#[derive(Debug, Args)]
pub(crate) struct How {
    /// Send so many first and wait for what becomes of them; 0 for none
    #[arg(long, value_name = "N", default_value_t = 20,
          value_parser = value_parser!(i32).range(0..=10_000))]
    canary: i32,
    /// Send so many a second at most
    #[arg(long, value_name = "N", default_value_t = 100,
          value_parser = value_parser!(i32).range(1..=100_000))]
    pace: i32,
    /// Send as fast as they can be written, until `REPLAY_UNPACED_OUT_AT_MOST` wait
    #[arg(long, conflicts_with = "pace")]
    unpaced: bool,
    /// Stop when more than so many of a hundred fail
    #[arg(long, value_name = "PERCENT", default_value_t = 10,
          value_parser = value_parser!(i32).range(0..=100))]
    stop_at: i32,
    /// Also what was replayed three times or more
    #[arg(long)]
    again: bool,
    /// Make the job and leave it to whoever runs jobs: the console, or `replay run`
    #[arg(long)]
    detach: bool,
}

impl How {
    fn wanted(&self, filter: Filter) -> Wanted {
        Wanted {
            filter,
            again: self.again,
            canary: self.canary,
            pace: (!self.unpaced).then_some(self.pace),
            stop_at: self.stop_at,
        }
    }
}

/// Makes a job of what the filter means and runs it, or shows what it would be.
pub(super) async fn run(
    database: &Database,
    filter: Filter,
    how: &How,
    permit: Option<&Permit>,
) -> anyhow::Result<Report> {
    let limits = replays::limits_of_process()?;
    let store = database.store().await?;
    let mut connection = store.connection().await?;
    let Some(permit) = permit else {
        return foretold(&connection, &how.wanted(filter), &limits).await;
    };
    let wanted = how.wanted(filter);
    let job = replays::create(&mut connection, &wanted, &limits, permit).await?;
    drop(connection);
    if !how.detach && job.state == "running" {
        return replay::run_here(store, job.id).await;
    }
    Ok(made(&job))
}

/// Makes a job of what the filter means, for whoever runs jobs, or shows what it would be.
pub(crate) async fn about(
    connection: &mut Connection,
    filter: Filter,
    how: &How,
    limits: &Limits,
    permit: Option<&Permit>,
) -> anyhow::Result<Report> {
    let wanted = how.wanted(filter);
    match permit {
        None => foretold(connection, &wanted, limits).await,
        Some(permit) => Ok(made(
            &replays::create(connection, &wanted, limits, permit).await?,
        )),
    }
}

fn made(job: &JobRow) -> Report {
    let report = shown_job(job, Report::new(job));
    match job.state {
        "awaiting_approval" => report.hint(format!(
            "Somebody else must look: opsctl replay approve {}.",
            job.id
        )),
        "running" => report.hint(format!(
            "The console runs it, or opsctl replay run {} does.",
            job.id
        )),
        _ => report.line("There is nothing to replay."),
    }
}

/// What would be replayed.
async fn foretold(
    connection: &Connection,
    wanted: &Wanted,
    limits: &Limits,
) -> anyhow::Result<Report> {
    let set = replays::preview(connection, wanted, limits).await?;
    let amount = set.amount.as_deref().unwrap_or("0.00");
    let report = Report::new(&set).line(format!(
        "{} dead letters would be replayed, about {amount} yuan.",
        set.count
    ));
    let mut report = preview_blocks(&set, report);
    if set.approval_needed {
        report = report.line("So many need a second person, who approves the job.");
    }
    Ok(report.hint("Nothing was changed. Add --yes, --reason TEXT and --ticket TEXT to do it."))
}
