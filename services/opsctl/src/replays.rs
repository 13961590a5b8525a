//! Replay jobs as the command line and the console show and run them.
//!
//! What is typed here and serialised is what `--json` prints and what the console's API answers.
//! Every act writes its row of the audit in its own transaction, and so does a job that stops or
//! finishes by itself.

mod limits;
mod rows;
mod run;

use anyhow::bail;
use runtime::clock;
use serde_json::json;
use store::replays::{self, Acted, Actor, Job, JobState, Wanted};
use store::{Connection, StoreError, audit};

use crate::console::Right;
use crate::permit::Permit;

pub(crate) use limits::{limits, limits_of_process};
pub(crate) use rows::{JobRow, PreviewRow};
pub(crate) use run::{run_all, run_one};
pub(crate) use store::replays::Limits;

/// What a person does with a job that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Lets one begin that somebody else made.
    Approve,
    /// Halts one.
    Pause,
    /// Lets one go on.
    Resume,
    /// Ends one.
    Cancel,
}

/// What came of it.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It was done; the job as it is now.
    Done(Box<JobRow>),
    /// Nothing was changed, and why, in a sentence.
    Refused(String),
    /// There is no such job.
    Missing,
}

/// What a wish would freeze at this moment; nothing is written.
pub(crate) async fn preview(
    connection: &Connection,
    wanted: &Wanted,
    limits: &Limits,
) -> Result<PreviewRow, StoreError> {
    let preview = replays::preview(connection, wanted, limits).await?;
    let approval = preview.count > limits.approval_above_count
        || preview.amount > Some(limits.approval_above_amount);
    Ok(PreviewRow::new(preview, approval))
}

/// Freezes the set and makes its job, which is run by whoever runs jobs.
pub(crate) async fn create(
    connection: &mut Connection,
    wanted: &Wanted,
    limits: &Limits,
    permit: &Permit,
) -> anyhow::Result<JobRow> {
    let tx = connection.begin("opsctl: create replay").await?;
    let now = clock::now();
    let ticket = permit.ticket().unwrap_or_default();
    let job = replays::create(&tx, now, wanted, limits, &actor(permit), ticket).await?;
    // Whoever could make it under any name could approve it under their own.
    if job.approval_needed && !permit.is_proved() {
        bail!(
            "so many need a second person, so the first must be known: set OPSCTL_TOKEN or \
             OPSCTL_TOKEN_FILE, and CONSOLE_TOKENS_FILE; or do it in the console"
        );
    }
    let detail = json!({
        "filter": job.filter, "count": job.count, "amount": job.amount.to_string(),
        "canary": job.canary, "pace": job.pace, "stop_at": job.stop_at, "again": job.again,
        "approval_needed": job.approval_needed,
    });
    audit::append(
        &tx,
        now,
        &permit.act("replay.create", &subject(job.id), &detail),
    )
    .await?;
    tx.commit().await?;
    Ok(JobRow::new(now, &job))
}

/// Does it, if the job stands where it can be done.
pub(crate) async fn act(
    connection: &mut Connection,
    id: i64,
    verb: Verb,
    permit: &Permit,
) -> anyhow::Result<Outcome> {
    if verb == Verb::Approve {
        permit.must(Right::Approve)?;
    }
    let tx = connection.begin("opsctl: act on replay").await?;
    let now = clock::now();
    let acted = match verb {
        Verb::Approve => replays::approve(&tx, now, id, &actor(permit)).await?,
        Verb::Pause => replays::pause(&tx, now, id).await?,
        Verb::Resume => replays::resume(&tx, now, id).await?,
        Verb::Cancel => replays::cancel(&tx, now, id).await?,
    };
    let job = match acted {
        Acted::Done(job) => job,
        Acted::Missing => return Ok(Outcome::Missing),
        Acted::Before(state) => {
            return Ok(Outcome::Refused(format!("It is {} already.", words(state))));
        }
        Acted::Refused(state) => {
            return Ok(Outcome::Refused(format!(
                "It is {}; that cannot be done now.",
                words(state)
            )));
        }
        Acted::SamePerson => {
            return Ok(Outcome::Refused(
                "Somebody else than the one who made it must approve it.".to_owned(),
            ));
        }
    };
    let detail = detail(&job);
    audit::append(
        &tx,
        now,
        &permit.act(verb.transition().act(), &subject(id), &detail),
    )
    .await?;
    tx.commit().await?;
    Ok(Outcome::Done(Box::new(JobRow::new(now, &job))))
}

/// One job.
pub(crate) async fn show(
    connection: &Connection,
    id: i64,
) -> Result<Option<(JobRow, PreviewRow)>, StoreError> {
    let Some(job) = replays::find(connection, id).await? else {
        return Ok(None);
    };
    let set = replays::preview_of(connection, id).await?;
    let mut set = PreviewRow::new(set, job.approval_needed);
    set.left_out = job.left_out.into();
    Ok(Some((JobRow::new(clock::now(), &job), set)))
}

/// The newest jobs before number `before`, newest first.
pub(crate) async fn list(
    connection: &Connection,
    state: Option<JobState>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<JobRow>, StoreError> {
    let now = clock::now();
    let jobs = replays::list(connection, state, before, limit).await?;
    Ok(jobs.iter().map(|job| JobRow::new(now, job)).collect())
}

impl Verb {
    pub(crate) const fn transition(self) -> replays::Transition {
        match self {
            Self::Approve => replays::Transition::Approve,
            Self::Pause => replays::Transition::Pause,
            Self::Resume => replays::Transition::Resume,
            Self::Cancel => replays::Transition::Cancel,
        }
    }

    /// What was done, for people.
    pub(crate) const fn past(self) -> &'static str {
        match self {
            Self::Approve => "approved",
            Self::Pause => "paused",
            Self::Resume => "resumed",
            Self::Cancel => "cancelled",
        }
    }
}

fn actor(permit: &Permit) -> Actor<'_> {
    let decision = permit.decision();
    Actor {
        by: decision.by,
        reason: decision.reason,
    }
}

fn subject(id: i64) -> String {
    format!("replay {id}")
}

fn detail(job: &Job) -> serde_json::Value {
    json!({
        "queued": job.counts.queued, "waiting": job.counts.waiting,
        "delivered": job.counts.delivered, "failed": job.counts.failed,
        "skipped": job.counts.skipped,
    })
}

/// A state as it is said: `awaiting approval`.
fn words(state: JobState) -> String {
    state.as_str().replace('_', " ")
}
