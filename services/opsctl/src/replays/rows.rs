//! Jobs and sets as they are printed, served and shown.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use store::dead_letters::DeadLetter;
use store::replays::{self, Job, JobState, LeftOut, Preview};

use crate::dead_letters::GroupRow;

/// A replay job.
#[derive(Debug, Serialize)]
pub(crate) struct JobRow {
    pub(crate) id: i64,
    pub(crate) state: &'static str,
    /// Whether the canary of the present round is still out.
    pub(crate) in_canary: bool,
    pub(crate) filter: Value,
    pub(crate) again: bool,
    pub(crate) count: i64,
    /// In yuan; a withdrawal counts once for each letter.
    pub(crate) amount: String,
    pub(crate) left_out: LeftOutRow,
    pub(crate) canary: i32,
    pub(crate) pace: Option<i32>,
    pub(crate) stop_at: i32,
    pub(crate) queued: i64,
    pub(crate) waiting: i64,
    pub(crate) delivered: i64,
    pub(crate) failed: i64,
    pub(crate) skipped: i64,
    /// Of a hundred, how many were dealt with.
    pub(crate) percent: i64,
    /// Dealt with in a second, in the last minute.
    pub(crate) per_second: Option<f64>,
    pub(crate) rest_seconds: Option<i64>,
    pub(crate) stopped_because: Option<String>,
    pub(crate) created_by: String,
    pub(crate) created_at: Timestamp,
    pub(crate) reason: String,
    pub(crate) ticket: String,
    pub(crate) approval_needed: bool,
    pub(crate) approved_by: Option<String>,
    pub(crate) approved_at: Option<Timestamp>,
    pub(crate) started_at: Option<Timestamp>,
    pub(crate) ended_at: Option<Timestamp>,
    /// Whether somebody runs it at this moment.
    pub(crate) has_runner: bool,
}

/// How many letters a filter means that are not part of the set.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct LeftOutRow {
    /// Replayed too often.
    pub(crate) again: i64,
    /// Part of another job.
    pub(crate) elsewhere: i64,
    /// Nothing that could be published again.
    pub(crate) unsendable: i64,
}

/// A set, before or after it was frozen.
#[derive(Debug, Serialize)]
pub(crate) struct PreviewRow {
    pub(crate) count: i64,
    /// In yuan; a withdrawal counts once for each letter.
    pub(crate) amount: Option<String>,
    /// How many were replayed before and died again.
    pub(crate) replayed_before: i64,
    pub(crate) left_out: LeftOutRow,
    pub(crate) approval_needed: bool,
    pub(crate) groups: Vec<GroupRow>,
    pub(crate) sample: Vec<SampleRow>,
}

/// One of the first letters of a set.
#[derive(Debug, Serialize)]
pub(crate) struct SampleRow {
    pub(crate) id: i64,
    pub(crate) about: Option<String>,
    pub(crate) message_type: Option<String>,
    pub(crate) partner_id: Option<String>,
    pub(crate) error_class: String,
    pub(crate) attempt_count: i32,
    pub(crate) last_failed_at: Timestamp,
}

impl JobRow {
    pub(crate) fn new(now: Timestamp, job: &Job) -> Self {
        let running = job.state == JobState::Running;
        let speed = replays::pace_and_rest(now, job).filter(|_| running);
        let done = job.counts.done();
        Self {
            id: job.id,
            state: job.state.as_str(),
            in_canary: running && job.canary > 0 && !job.round.canary_passed,
            filter: job.filter.clone(),
            again: job.again,
            count: job.count,
            amount: job.amount.to_string(),
            left_out: job.left_out.into(),
            canary: job.canary,
            pace: job.pace,
            stop_at: job.stop_at,
            queued: job.counts.queued,
            waiting: job.counts.waiting,
            delivered: job.counts.delivered,
            failed: job.counts.failed,
            skipped: job.counts.skipped,
            percent: if job.count == 0 {
                100
            } else {
                done * 100 / job.count
            },
            per_second: speed.map(|(pace, _)| (pace * 10.0).round() / 10.0),
            rest_seconds: speed.map(|(_, rest)| rest.as_secs()),
            stopped_because: job.stopped_because.clone(),
            created_by: job.created_by.clone(),
            created_at: job.created_at,
            reason: job.reason.clone(),
            ticket: job.ticket.clone(),
            approval_needed: job.approval_needed,
            approved_by: job.approved_by.clone(),
            approved_at: job.approved_at,
            started_at: job.started_at,
            ended_at: job.ended_at,
            has_runner: job.lease_until.is_some_and(|until| until > now),
        }
    }
}

impl PreviewRow {
    pub(super) fn new(preview: Preview, approval_needed: bool) -> Self {
        Self {
            count: preview.count,
            amount: preview.amount.map(|amount| amount.to_string()),
            replayed_before: preview.replayed_before,
            left_out: preview.left_out.into(),
            approval_needed,
            groups: preview.groups.into_iter().map(GroupRow::from).collect(),
            sample: preview.sample.into_iter().map(SampleRow::from).collect(),
        }
    }
}

impl From<LeftOut> for LeftOutRow {
    fn from(left: LeftOut) -> Self {
        Self {
            again: left.again,
            elsewhere: left.elsewhere,
            unsendable: left.unsendable,
        }
    }
}

impl From<DeadLetter> for SampleRow {
    fn from(letter: DeadLetter) -> Self {
        Self {
            id: letter.id,
            about: letter.correlation_id,
            message_type: letter.message_type,
            partner_id: letter.partner_id,
            error_class: letter.error_class,
            attempt_count: letter.attempt_count,
            last_failed_at: letter.last_failed_at,
        }
    }
}
