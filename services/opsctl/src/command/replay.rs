//! `opsctl replay`: looks at replay jobs, halts them, lets them go on, and runs them.
//!
//! Jobs are made by `dead-letter replay`.

use std::time::Duration;

use anyhow::anyhow;
use clap::{Args, Subcommand, ValueEnum, value_parser};
use serde_json::json;
use store::replays::JobState;
use store::{Connection, Store};
use tokio_util::sync::CancellationToken;

use super::replay_progress::Progress;
use super::replay_report::{preview_blocks, row, shown_job};
use crate::database::Database;
use crate::exit::Exit;
use crate::output::{Report, Rows};
use crate::permit::{Permit, PermitArgs};
use crate::replays::{self, JobRow, Outcome, Verb};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The newest jobs
    List(List),
    /// One job: its set, how far it is, how long the rest takes
    Show {
        /// The number that `list` shows
        job: i64,
    },
    /// Let a job begin that somebody else made and that needs a second person; takes an approver's
    /// token, `$OPSCTL_TOKEN` or what `$OPSCTL_TOKEN_FILE` names, and `$CONSOLE_TOKENS_FILE`
    Approve(Act),
    /// Halt a job; what is out goes its way
    Pause(Act),
    /// Let a job go on; after a stop what failed is sent again, behind a new canary
    Resume(Act),
    /// End a job; what was not sent stays an open letter
    Cancel(Act),
    /// Run a job here until it is over, stopped or paused; a runner that died is replaced
    Run {
        /// The number that `list` shows
        job: i64,
    },
}

/// A page of jobs.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only those that stand there
    #[arg(long, value_enum)]
    state: Option<Which>,
    /// Only those before this number, for the next page
    #[arg(long, value_name = "JOB")]
    before: Option<i64>,
    /// How many at most
    #[arg(long, default_value_t = 50, value_parser = value_parser!(i64).range(1..=1000))]
    limit: i64,
}

#[derive(Debug, Args)]
pub(crate) struct Act {
    /// The number that `list` shows
    job: i64,
    #[command(flatten)]
    permit: PermitArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Which {
    AwaitingApproval,
    Running,
    Paused,
    Stopped,
    Finished,
    Cancelled,
}

impl Which {
    const fn state(self) -> JobState {
        match self {
            Self::AwaitingApproval => JobState::AwaitingApproval,
            Self::Running => JobState::Running,
            Self::Paused => JobState::Paused,
            Self::Stopped => JobState::Stopped,
            Self::Finished => JobState::Finished,
            Self::Cancelled => JobState::Cancelled,
        }
    }
}

pub(crate) async fn run(command: Command, database: &Database) -> anyhow::Result<Report> {
    match command {
        Command::List(asked) => list(&database.connection().await?, &asked).await,
        Command::Show { job } => show(&database.connection().await?, job)
            .await?
            .ok_or_else(|| missing(job)),
        Command::Approve(act) => decide(&act, Verb::Approve, database).await,
        Command::Pause(act) => decide(&act, Verb::Pause, database).await,
        Command::Resume(act) => decide(&act, Verb::Resume, database).await,
        Command::Cancel(act) => decide(&act, Verb::Cancel, database).await,
        Command::Run { job } => run_here(database.store().await?, job).await,
    }
}

/// The newest jobs.
pub(crate) async fn list(connection: &Connection, asked: &List) -> anyhow::Result<Report> {
    let state = asked.state.map(Which::state);
    let jobs = replays::list(connection, state, asked.before, asked.limit).await?;
    Ok(Report::new(&jobs).rows(Rows {
        title: String::new(),
        head: vec![
            "JOB", "STATE", "LETTERS", "DONE", "FAILED", "WAITING", "REST", "BY", "TICKET", "MADE",
        ],
        rows: jobs.iter().map(row).collect(),
        when_empty: "No such replay jobs.",
    }))
}

/// One job with its set; `None` where there is none.
pub(crate) async fn show(connection: &Connection, id: i64) -> anyhow::Result<Option<Report>> {
    let Some((job, set)) = replays::show(connection, id).await? else {
        return Ok(None);
    };
    let report = shown_job(&job, Report::new(json!({ "job": job, "set": set })));
    Ok(Some(preview_blocks(&set, report)))
}

async fn decide(act: &Act, verb: Verb, database: &Database) -> anyhow::Result<Report> {
    let permit = act.permit.permit_with_ticket()?;
    let mut connection = database.connection().await?;
    let report = about(&mut connection, act.job, verb, permit.as_ref()).await?;
    report.ok_or_else(|| missing(act.job))
}

/// Does it, or shows the job that it would be done to; `None` where there is none.
pub(crate) async fn about(
    connection: &mut Connection,
    id: i64,
    verb: Verb,
    permit: Option<&Permit>,
) -> anyhow::Result<Option<Report>> {
    let Some(permit) = permit else {
        let report = show(connection, id).await?;
        return Ok(report.map(|report| {
            report.hint("Nothing was changed. Add --yes, --reason TEXT and --ticket TEXT to do it.")
        }));
    };
    Ok(match replays::act(connection, id, verb, permit).await? {
        Outcome::Missing => None,
        Outcome::Done(job) => Some(Report::new(&*job).line(format!(
            "Replay {id} was {}. It is {}.",
            verb.past(),
            job.state.replace('_', " ")
        ))),
        Outcome::Refused(why) => Some(
            Report::new(json!({ "id": id, "refused": why }))
                .exit(Exit::Failed)
                .line(format!("Replay {id} was not {}. {why}", verb.past())),
        ),
    })
}

fn missing(id: i64) -> anyhow::Error {
    anyhow!("there is no replay job {id}")
}

/// Runs a job in the foreground and reports how it ended. Ctrl-C leaves it as it is: whoever runs
/// it next goes on.
pub(crate) async fn run_here(store: Store, id: i64) -> anyhow::Result<Report> {
    let stop = CancellationToken::new();
    let interrupt = stop.clone();
    let listening = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            interrupt.cancel();
        }
    });
    let mut progress = Progress::new();
    let ended = replays::run_one(store, id, &stop, |job| progress.tell(job)).await;
    listening.abort();
    progress.end();
    let job = ended?.ok_or_else(|| missing(id))?;
    let interrupted = stop.is_cancelled();
    let job = JobRow::new(runtime::clock::now(), &job);
    Ok(ended_report(&job, interrupted))
}

fn ended_report(job: &JobRow, interrupted: bool) -> Report {
    let exit = match (job.state, job.failed + job.skipped) {
        ("finished", 0) => Exit::Done,
        ("awaiting_approval", _) => Exit::Failed,
        _ if job.delivered == 0 => Exit::Failed,
        _ => Exit::Partly,
    };
    let report = shown_job(job, Report::new(job).exit(exit));
    if interrupted && job.state == "running" {
        return report.hint(format!(
            "It still runs and nobody runs it here: opsctl replay run {} goes on.",
            job.id
        ));
    }
    match job.state {
        "stopped" => report.hint(format!(
            "When the cause is gone: opsctl replay resume {0}, then opsctl replay run {0}.",
            job.id
        )),
        "awaiting_approval" => report.hint(format!(
            "Somebody else must look: opsctl replay approve {}.",
            job.id
        )),
        _ => report,
    }
}

/// How often a line tells of the progress where nobody looks at a bar.
pub(super) const LINE_EVERY: Duration = Duration::from_secs(10);
