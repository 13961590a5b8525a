//! One step of a job: hears what became of what is out, judges, and sends what may be sent.

use jiff::{SignedDuration, Timestamp};

use super::hear::hear;
use super::judge::{Verdict, judge};
use super::pace::Allowance;
use super::send::send;
use super::{Job, JobState, Marks, Transition, from_row, job_columns};
use crate::{StoreError, Transaction};

/// Letters that one step sends at most: some hundred milliseconds.
const BATCH: i64 = 1000;

/// A runner that says nothing for so long is taken for dead. Longer than any step takes.
const LEASE: SignedDuration = SignedDuration::from_secs(15);

const CLAIM: &str = concat!(
    "\
-- replays.claim
select ",
    job_columns!(),
    "
  from replay_jobs
 where id = $1
   for update"
);

const RECORD: &str = concat!(
    "\
-- replays.record
update replay_jobs
   set queued = $2, waiting = $3, delivered = $4, failed = $5, skipped = $6, canary_passed = $7,
       canary_sent = $8, canary_done = $9, canary_failed = $10, recent_done = $11,
       recent_failed = $12, paced_at = $13, mark_at = $14, mark_done = $15, mark_before_at = $16,
       mark_before_done = $17, started_at = $18, runner = $19, lease_until = $20, state = $21,
       stopped_because = $22, ended_at = coalesce(ended_at, $23), updated_at = $24, updated_by = $25
 where id = $1
returning ",
    job_columns!()
);

/// What a step came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// There is no such job.
    Missing,
    /// Somebody else runs it.
    Busy,
    /// It was made.
    Made(Box<Stepped>),
}

/// A step that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Stepped {
    /// The job as it is now.
    pub job: Job,
    /// Letters that were sent.
    pub sent: i64,
    /// Letters whose outcome became known.
    pub heard: i64,
    /// Whether the job stopped or finished by this step.
    pub moved: Option<Transition>,
}

/// Makes the next step of a job as `runner`, who has it for himself for some seconds then.
pub async fn step(
    tx: &Transaction<'_>,
    now: Timestamp,
    id: i64,
    runner: &str,
) -> Result<Step, StoreError> {
    let Some(row) = tx.query_opt(CLAIM, &[&id]).await? else {
        return Ok(Step::Missing);
    };
    let mut job = from_row(&row)?;
    let others = job.runner.as_deref().is_some_and(|name| name != runner);
    if others && job.lease_until.is_some_and(|until| until > now) {
        return Ok(Step::Busy);
    }
    let before = job.clone();
    let mut heard = hear(tx, now, &mut job).await?;
    let (mut sent, mut moved) = (0, None);
    match job.state {
        JobState::Running => {
            let queued = job.counts.queued > 0;
            match judge(&mut job.round, job.canary, job.stop_at, queued) {
                Verdict::Stop(why) => {
                    job.stopped_because = Some(why);
                    job.state = JobState::Stopped;
                    moved = Some(Transition::Stop);
                }
                Verdict::GoOn => {
                    let settled;
                    (sent, settled) = send_allowed(tx, now, &mut job).await?;
                    heard += settled;
                }
            }
            if job.state == JobState::Running && job.counts.queued + job.counts.waiting == 0 {
                job.state = JobState::Finished;
                moved = Some(Transition::Finish);
            }
        }
        JobState::AwaitingApproval
        | JobState::Paused
        | JobState::Stopped
        | JobState::Finished
        | JobState::Cancelled => {}
    }
    if job.state == JobState::Running {
        job.marks.pass(now, job.counts.done());
        keep(&mut job, now, runner);
    } else if moved.is_some() {
        // Whoever resumes it need not wait for us.
        job.lease_until = Some(now);
    }
    // A step that found nothing writes nothing: there are ten in a second while a partner is slow.
    if job != before {
        job = record(tx, now, &job).await?;
    }
    Ok(Step::Made(Box::new(Stepped {
        job,
        sent,
        heard,
        moved,
    })))
}

/// Keeps the job for this runner. Not by every step, but long before the lease runs out.
fn keep(job: &mut Job, now: Timestamp, runner: &str) {
    let mine = job.runner.as_deref() == Some(runner);
    let rest = job.lease_until.map(|until| until.duration_since(now));
    if !mine || rest.is_none_or(|rest| rest < LEASE / 2) {
        job.runner = Some(runner.to_owned());
        job.lease_until = now.checked_add(LEASE).ok();
    }
}

/// Sends what canary, pace and the bound on what is out allow.
async fn send_allowed(
    tx: &Transaction<'_>,
    now: Timestamp,
    job: &mut Job,
) -> Result<(i64, i64), StoreError> {
    let canary = !job.round.canary_passed;
    let room = i64::from(job.out_most) - job.counts.waiting;
    let mut number = BATCH.min(room);
    if canary {
        number = number.min(i64::from(job.canary - job.round.canary_sent));
    }
    let allowance = job.pace.map(|pace| Allowance::at(now, job.paced_at, pace));
    if let Some(allowance) = &allowance {
        number = number.min(allowance.number);
    }
    if number <= 0 {
        return Ok((0, 0));
    }
    if job.started_at.is_none() {
        job.started_at = Some(now);
        job.marks = Marks::begun(now, job.counts.done());
    }
    let (sent, settled) = send(tx, now, job, number, canary).await?;
    if let Some(allowance) = allowance {
        job.paced_at = Some(allowance.used(sent));
    }
    Ok((sent, settled))
}

async fn record(tx: &Transaction<'_>, now: Timestamp, job: &Job) -> Result<Job, StoreError> {
    let ended = job.state.is_over().then_some(now);
    let row = tx
        .query_one(
            RECORD,
            &[
                &job.id,
                &job.counts.queued,
                &job.counts.waiting,
                &job.counts.delivered,
                &job.counts.failed,
                &job.counts.skipped,
                &job.round.canary_passed,
                &job.round.canary_sent,
                &job.round.canary_done,
                &job.round.canary_failed,
                &job.round.recent_done,
                &job.round.recent_failed,
                &job.paced_at,
                &job.marks.at,
                &job.marks.done,
                &job.marks.before_at,
                &job.marks.before_done,
                &job.started_at,
                &job.runner,
                &job.lease_until,
                &job.state.as_str(),
                &job.stopped_because,
                &ended,
                &now,
                &tx.name(),
            ],
        )
        .await?;
    from_row(&row)
}

/// Hears all that is marked, as one who is about to send again what failed must.
pub(super) async fn hear_all(
    tx: &Transaction<'_>,
    now: Timestamp,
    job: &mut Job,
) -> Result<(), StoreError> {
    while hear(tx, now, job).await? > 0 {}
    *job = record(tx, now, job).await?;
    Ok(())
}
