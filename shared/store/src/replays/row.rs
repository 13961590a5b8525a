//! A job's row, read.

use tokio_postgres::Row;

use super::{Counts, Job, JobState, LeftOut, Marks, Round};
use crate::StoreError;
use crate::row::{fen, named};

/// The columns that [`from_row`] reads.
macro_rules! job_columns {
    () => {
        "\
id, state, filter, again, count, amount_fen, left_again, left_elsewhere, left_unsendable,
       canary, pace, out_most, stop_at, approval_needed, approved_by, approved_at, queued, waiting,
       delivered, failed, skipped, round, canary_passed, canary_sent, canary_done, canary_failed,
       recent_done, recent_failed, stopped_because, runner, lease_until, paced_at, mark_at,
       mark_done, mark_before_at, mark_before_done, started_at, ended_at, created_by, reason,
       ticket, created_at"
    };
}
pub(crate) use job_columns;

pub(crate) fn from_row(row: &Row) -> Result<Job, StoreError> {
    Ok(Job {
        id: row.try_get("id")?,
        state: named(row, "state", JobState::from_name)?,
        filter: row.try_get("filter")?,
        again: row.try_get("again")?,
        count: row.try_get("count")?,
        amount: fen(row, "amount_fen")?,
        left_out: LeftOut {
            again: row.try_get("left_again")?,
            elsewhere: row.try_get("left_elsewhere")?,
            unsendable: row.try_get("left_unsendable")?,
        },
        canary: row.try_get("canary")?,
        pace: row.try_get("pace")?,
        out_most: row.try_get("out_most")?,
        stop_at: row.try_get("stop_at")?,
        approval_needed: row.try_get("approval_needed")?,
        approved_by: row.try_get("approved_by")?,
        approved_at: row.try_get("approved_at")?,
        counts: counts(row)?,
        round: round(row)?,
        stopped_because: row.try_get("stopped_because")?,
        runner: row.try_get("runner")?,
        lease_until: row.try_get("lease_until")?,
        marks: Marks {
            at: row.try_get("mark_at")?,
            done: row.try_get("mark_done")?,
            before_at: row.try_get("mark_before_at")?,
            before_done: row.try_get("mark_before_done")?,
        },
        started_at: row.try_get("started_at")?,
        ended_at: row.try_get("ended_at")?,
        created_by: row.try_get("created_by")?,
        reason: row.try_get("reason")?,
        ticket: row.try_get("ticket")?,
        created_at: row.try_get("created_at")?,
        paced_at: row.try_get("paced_at")?,
    })
}

fn counts(row: &Row) -> Result<Counts, StoreError> {
    Ok(Counts {
        queued: row.try_get("queued")?,
        waiting: row.try_get("waiting")?,
        delivered: row.try_get("delivered")?,
        failed: row.try_get("failed")?,
        skipped: row.try_get("skipped")?,
    })
}

fn round(row: &Row) -> Result<Round, StoreError> {
    Ok(Round {
        number: row.try_get("round")?,
        canary_passed: row.try_get("canary_passed")?,
        canary_sent: row.try_get("canary_sent")?,
        canary_done: row.try_get("canary_done")?,
        canary_failed: row.try_get("canary_failed")?,
        recent_done: row.try_get("recent_done")?,
        recent_failed: row.try_get("recent_failed")?,
    })
}
