//! Notices to partners: what each tells, and every attempt to deliver it.
//!
//! What a notice tells is written once, when the withdrawal or the application comes to that end,
//! and never changes: a late retry of "paid" still says paid after the bank has returned the money,
//! and the return is told by a notice of its own with the next number.

mod application;
mod history;
mod outcome;
mod withdrawal;

use contract::ids::{ApplicationId, NoticeId, PartnerId, WithdrawalId};
use jiff::Timestamp;

use crate::{StoreError, Transaction};

pub use application::{ApplicationForDelivery, application_for_delivery};
pub use history::{PastAttempt, Summary, attempts_of, of, of_application};
pub use outcome::{NoticeState, Outcome};
pub use withdrawal::{ForDelivery, for_delivery};

const INSERT: &str = "\
-- notices.insert
insert into notices (id, withdrawal_id, application_id, partner_id, sequence, status, outcome,
                     reason_code, finished_at, state, created_at, updated_at, updated_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'pending', $9, $9, $10)";

const RECORD_ATTEMPT: &str = "\
-- notices.record_attempt
with counted as (
    update notices
       set attempt_count = attempt_count + 1,
           schedule_step = schedule_step + 1,
           state = $2,
           delivered_at = case when $2 = 'delivered' then $3::timestamptz end,
           updated_at = $3,
           updated_by = $4
     where id = $1
    returning id, attempt_count)
insert into notice_attempts (notice_id, number, at, outcome, http_status, duration_ms, answer)
select id, attempt_count, $9, $5, $6, $7, $8 from counted";

/// What a notice tells about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum About<'a> {
    Withdrawal(&'a WithdrawalId),
    Application(&'a ApplicationId),
}

/// A notice about to be written.
pub(crate) struct NewNotice<'a> {
    pub(crate) id: &'a NoticeId,
    pub(crate) about: About<'a>,
    pub(crate) partner: &'a PartnerId,
    pub(crate) sequence: i32,
    pub(crate) outcome: Outcome,
    pub(crate) reason_code: Option<&'a str>,
}

/// One sending of a notice, and what came of it.
#[derive(Debug, Clone)]
pub struct Attempted<'a> {
    /// When it began.
    pub at: Timestamp,
    /// Where the notice stands after it.
    pub state: NoticeState,
    /// `delivered`, or the class of the error: `connect`, `timeout`, `status`, …
    pub outcome: &'a str,
    /// The status, if there was one.
    pub http_status: Option<i32>,
    /// How long it took.
    pub duration_ms: i64,
    /// The first characters of the answer, if there was one.
    pub answer: Option<&'a str>,
}

pub(crate) async fn insert(
    tx: &Transaction<'_>,
    now: Timestamp,
    notice: &NewNotice<'_>,
) -> Result<(), StoreError> {
    let (withdrawal, application) = match notice.about {
        About::Withdrawal(id) => (Some(id.as_str()), None),
        About::Application(id) => (None, Some(id.as_str())),
    };
    tx.execute(
        INSERT,
        &[
            &notice.id.as_str(),
            &withdrawal,
            &application,
            &notice.partner.as_str(),
            &notice.sequence,
            &notice.outcome.status(),
            &notice.outcome.as_str(),
            &notice.reason_code,
            &now,
            &tx.name(),
        ],
    )
    .await
    .map(drop)
}

/// Records one sending and where the notice stands after it.
pub async fn record_attempt(
    tx: &Transaction<'_>,
    now: Timestamp,
    id: &NoticeId,
    attempt: &Attempted<'_>,
) -> Result<(), StoreError> {
    tx.execute(
        RECORD_ATTEMPT,
        &[
            &id.as_str(),
            &attempt.state.as_str(),
            &now,
            &tx.name(),
            &attempt.outcome,
            &attempt.http_status,
            &attempt.duration_ms,
            &attempt.answer,
            &attempt.at,
        ],
    )
    .await
    .map(drop)
}
