//! Notices to partners: what each tells, and every attempt to deliver it.
//!
//! What a notice tells is written once, when the withdrawal or the application comes to that end,
//! and never changes: a late retry of "paid" still says paid after the bank has returned the money,
//! and the return is told by a notice of its own with the next number.

mod application;
mod history;
mod outcome;
mod passage;
mod posting;
mod resend;
pub(crate) mod told;
mod withdrawal;

use contract::ids::{ApplicationId, NoticeId, PartnerId};
use jiff::Timestamp;
use serde_json::Value;

use crate::{StoreError, Transaction};

pub use application::{ApplicationForDelivery, application_for_delivery};
pub use history::{PastAttempt, Summary, attempts_of, of, of_application};
pub use outcome::{NoticeState, Outcome};
pub use passage::Passage;
pub use posting::Posting;
pub use resend::{Locked, is_due, lock_own, resend};
pub use told::{Told, told};
pub use withdrawal::{ForDelivery, for_delivery};

const INSERT: &str = "\
-- notices.insert
insert into notices (id, application_id, partner_id, sequence, status, outcome, reason_code,
                     finished_at, state, created_at, updated_at, updated_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, 'pending', $8, $8, $9)";

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
    returning id, withdrawal_id, application_id, attempt_count),
told_of_withdrawal as (
    insert into timeline (withdrawal_id, at, recorded_by, event, detail)
    select withdrawal_id, $3, $4, $10, $11 from counted where withdrawal_id is not null),
told_of_application as (
    insert into application_timeline (application_id, at, recorded_by, event, detail)
    select application_id, $3, $4, $10, $11 from counted where application_id is not null)
insert into notice_attempts (notice_id, number, at, outcome, http_status, duration_ms, answer,
                             address, reused, dns_us, connect_us, tls_us, first_byte_us)
select id, attempt_count, $9, $5, $6, $7, $8, $12, $13, $14, $15, $16, $17 from counted";

/// A notice about an application, about to be written. One about a withdrawal is written by the
/// statement that takes the edge to its end.
pub(crate) struct NewNotice<'a> {
    pub(crate) id: &'a NoticeId,
    pub(crate) application: &'a ApplicationId,
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
    /// Whom it was sent to, and where the time went.
    pub passage: &'a Passage,
    /// What the timeline of the withdrawal or the application calls it.
    pub event: &'a str,
    /// Ids, codes and numbers, for the timeline.
    pub detail: &'a Value,
}

pub(crate) async fn insert(
    tx: &Transaction<'_>,
    now: Timestamp,
    notice: &NewNotice<'_>,
) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        &[
            &notice.id.as_str(),
            &notice.application.as_str(),
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

/// Records one sending and where the notice stands after it, and tells the timeline of what the
/// notice is about.
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
            &attempt.event,
            attempt.detail,
            &attempt.passage.address,
            &attempt.passage.reused,
            &attempt.passage.dns_us,
            &attempt.passage.connect_us,
            &attempt.passage.tls_us,
            &attempt.passage.first_byte_us,
        ],
    )
    .await
    .map(drop)
}
