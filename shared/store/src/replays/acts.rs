//! What a person does with a job: lets it begin, halts it, lets it go on, ends it.
//!
//! Every act is a compare-and-set on the state, so two people who act at once do not both succeed.

use jiff::Timestamp;

use super::{Job, JobState, Marks, Next, Transition, from_row, job_columns};
use crate::{StoreError, Transaction};

const LOCK: &str = concat!(
    "\
-- replays.lock
select ",
    job_columns!(),
    "
  from replay_jobs
 where id = $1
   for update"
);

const APPROVE: &str = concat!(
    "\
-- replays.approve
update replay_jobs
   set state = 'running', approved_by = $2, approved_at = $3, updated_at = $3, updated_by = $4
 where id = $1
returning ",
    job_columns!()
);

const HALT: &str = concat!(
    "\
-- replays.halt
update replay_jobs
   set state = $2, updated_at = $3, updated_by = $4
 where id = $1
returning ",
    job_columns!()
);

/// What failed is sent again after a stop; a notice whose schedule goes on by itself is hastened.
const QUEUE_FAILED: &str = "\
-- replays.queue_failed
update replay_items
   set state = 'queued', counted = true, updated_at = $2, updated_by = $3
 where job_id = $1 and state = 'failed' and counted";

const RESUME: &str = concat!(
    "\
-- replays.resume
update replay_jobs
   set state = 'running', queued = queued + $2, failed = failed - $2,
       round = round + case when $3 then 1 else 0 end,
       canary_passed = canary_passed and not $3,
       canary_sent = case when $3 then 0 else canary_sent end,
       canary_done = case when $3 then 0 else canary_done end,
       canary_failed = case when $3 then 0 else canary_failed end,
       recent_done = case when $3 then 0 else recent_done end,
       recent_failed = case when $3 then 0 else recent_failed end,
       paced_at = $4, mark_at = $4, mark_before_at = $4, mark_done = $5, mark_before_done = $5,
       updated_at = $4, updated_by = $6
 where id = $1
returning ",
    job_columns!()
);

const LEAVE_QUEUED: &str = "\
-- replays.leave_queued
update replay_items
   set state = 'skipped', updated_at = $2, updated_by = $3
 where job_id = $1 and state = 'queued'";

const CANCEL: &str = concat!(
    "\
-- replays.cancel
update replay_jobs
   set state = 'cancelled', queued = queued - $2, skipped = skipped + $2, ended_at = $3,
       updated_at = $3, updated_by = $4
 where id = $1
returning ",
    job_columns!()
);

/// Who acts, and why.
#[derive(Debug, Clone, Copy)]
pub struct Actor<'a> {
    /// Who.
    pub by: &'a str,
    /// Why.
    pub reason: &'a str,
}

/// What came of an act.
#[derive(Debug, Clone, PartialEq)]
pub enum Acted {
    /// It was done; the job as it is now.
    Done(Box<Job>),
    /// It was so already.
    Before(JobState),
    /// It cannot be done where the job stands.
    Refused(JobState),
    /// Whoever made a job does not approve it.
    SamePerson,
    /// There is no such job.
    Missing,
}

/// Lets a job begin that needs a second person. Who made it is refused.
pub async fn approve(
    tx: &Transaction<'_>,
    now: Timestamp,
    id: i64,
    actor: &Actor<'_>,
) -> Result<Acted, StoreError> {
    let job = match allowed(tx, id, Transition::Approve).await? {
        Ok(job) => job,
        Err(acted) => return Ok(acted),
    };
    if job.created_by.to_lowercase() == actor.by.to_lowercase() {
        return Ok(Acted::SamePerson);
    }
    let row = tx
        .query_one(APPROVE, &[&id, &actor.by, &now, &tx.name()])
        .await?;
    Ok(Acted::Done(Box::new(from_row(&row)?)))
}

/// Halts a job. What is out goes its way.
pub async fn pause(tx: &Transaction<'_>, now: Timestamp, id: i64) -> Result<Acted, StoreError> {
    let job = match allowed(tx, id, Transition::Pause).await? {
        Ok(job) => job,
        Err(acted) => return Ok(acted),
    };
    halt(tx, now, &job, JobState::Paused).await
}

pub(super) async fn halt(
    tx: &Transaction<'_>,
    now: Timestamp,
    job: &Job,
    state: JobState,
) -> Result<Acted, StoreError> {
    let row = tx
        .query_one(HALT, &[&job.id, &state.as_str(), &now, &tx.name()])
        .await?;
    Ok(Acted::Done(Box::new(from_row(&row)?)))
}

/// Lets a job go on. After a stop what failed is sent again, and a new canary comes first.
pub async fn resume(tx: &Transaction<'_>, now: Timestamp, id: i64) -> Result<Acted, StoreError> {
    let mut job = match allowed(tx, id, Transition::Resume).await? {
        Ok(job) => job,
        Err(acted) => return Ok(acted),
    };
    let stopped = match job.state {
        JobState::Stopped => true,
        JobState::AwaitingApproval
        | JobState::Running
        | JobState::Paused
        | JobState::Finished
        | JobState::Cancelled => false,
    };
    let mut queued = 0;
    if stopped {
        // What nobody has counted yet would otherwise be neither sent again nor known as failed.
        super::step::hear_all(tx, now, &mut job).await?;
        let count = tx.execute(QUEUE_FAILED, &[&id, &now, &tx.name()]).await?;
        queued = i64::try_from(count).unwrap_or(i64::MAX);
    }
    let marks = Marks::begun(now, job.counts.done() - queued);
    let row = tx
        .query_one(
            RESUME,
            &[&id, &queued, &stopped, &now, &marks.done, &tx.name()],
        )
        .await?;
    Ok(Acted::Done(Box::new(from_row(&row)?)))
}

/// Ends a job. What was not sent stays an open letter; what is out goes its way and is counted.
pub async fn cancel(tx: &Transaction<'_>, now: Timestamp, id: i64) -> Result<Acted, StoreError> {
    let job = match allowed(tx, id, Transition::Cancel).await? {
        Ok(job) => job,
        Err(acted) => return Ok(acted),
    };
    let left = tx
        .execute(LEAVE_QUEUED, &[&job.id, &now, &tx.name()])
        .await?;
    let left = i64::try_from(left).unwrap_or(i64::MAX);
    let row = tx
        .query_one(CANCEL, &[&id, &left, &now, &tx.name()])
        .await?;
    Ok(Acted::Done(Box::new(from_row(&row)?)))
}

/// The job, locked, if it may go this way.
async fn allowed(
    tx: &Transaction<'_>,
    id: i64,
    transition: Transition,
) -> Result<Result<Job, Acted>, StoreError> {
    let Some(row) = tx.query_opt(LOCK, &[&id]).await? else {
        return Ok(Err(Acted::Missing));
    };
    let job = from_row(&row)?;
    Ok(match job.state.next(transition) {
        Next::Moves(_) => Ok(job),
        Next::Agrees => Err(Acted::Before(job.state)),
        Next::Refused => Err(Acted::Refused(job.state)),
    })
}
