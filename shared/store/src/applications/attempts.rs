//! Attempts of applications: one row per sending of one step, written before a byte leaves.
//!
//! The index `one_attempt_that_may_have_arrived` is the promise that no step is sent twice, in the
//! database: a second attempt at a step is only accepted when every earlier one provably never
//! left.

mod evidence;
mod question;

use contract::application::Step;
use contract::ids::{ApplicationId, ReqSeqId};
use jiff::Timestamp;
use tokio_postgres::Row;

use crate::attempts::AttemptOutcome;
use crate::row::{named, named_optional, parsed};
use crate::{Connection, StoreError, Transaction, trace};

pub use evidence::{learn, prove_unsent};
pub use question::{ask_again_at, ask_now, asked, claim_due, stop_asking};

const OPEN_ATTEMPT: &str = "\
-- applications.open_attempt
insert into application_attempts (req_seq_id, application_id, step, req_date, next_query_at,
                                  traceparent, created_at, updated_at, updated_by)
values ($1, $2, $3, $4, $5, $8, $6, $6, $7)";

const CLOSE_ATTEMPT: &str = "\
-- applications.close_attempt
update application_attempts
   set outcome = $2,
       resp_code = coalesce($3, resp_code),
       next_query_at = case when $2 in ('submitted', 'unknown') then next_query_at end,
       updated_at = $4,
       updated_by = $5
 where req_seq_id = $1";

const FIND_ATTEMPT: &str = "\
-- applications.find_attempt
select req_seq_id, application_id, step, req_date, outcome, resp_code, query_count, next_query_at,
       traceparent, created_at,
       (select applications.traceparent from applications where id = application_id) as origin
  from application_attempts
 where req_seq_id = $1";

const ATTEMPTS_OF: &str = "\
-- applications.attempts_of
select req_seq_id, application_id, step, req_date, outcome, resp_code, query_count, next_query_at,
       traceparent, created_at,
       (select applications.traceparent from applications where id = application_id) as origin
  from application_attempts
 where application_id = $1
 order by created_at, req_seq_id
 limit 100";

/// An attempt about to be made.
#[derive(Debug, Clone)]
pub struct NewAttempt<'a> {
    /// Its serial at Huifu.
    pub req_seq_id: &'a ReqSeqId,
    /// What it is for.
    pub application: &'a ApplicationId,
    /// Which call it is.
    pub step: Step,
    /// Beijing date `yyyyMMdd`; with the serial it names the attempt at Huifu.
    pub req_date: &'a str,
    /// When to ask about it if nothing is heard.
    pub next_query_at: Timestamp,
}

/// An attempt as it is stored.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Its serial at Huifu.
    pub req_seq_id: ReqSeqId,
    /// What it is for.
    pub application_id: ApplicationId,
    /// Which call it is.
    pub step: Step,
    /// Beijing date `yyyyMMdd`.
    pub req_date: String,
    /// How the sending ended; `None` while it is open.
    pub outcome: Option<AttemptOutcome>,
    /// Huifu's code.
    pub resp_code: Option<String>,
    /// How often it was asked about.
    pub query_count: i32,
    /// When it is asked about next.
    pub next_query_at: Option<Timestamp>,
    /// The step of a trace that opened it, as W3C's `traceparent`.
    pub traceparent: Option<String>,
    /// The step that received its application: of the same trace.
    pub origin: Option<String>,
    /// When it was opened.
    pub created_at: Timestamp,
}

/// Opens an attempt. Refused by `one_attempt_that_may_have_arrived` if another one of the same step
/// may have arrived.
pub async fn open(
    tx: &Transaction<'_>,
    now: Timestamp,
    attempt: &NewAttempt<'_>,
) -> Result<(), StoreError> {
    tx.execute(
        OPEN_ATTEMPT,
        &[
            &attempt.req_seq_id.as_str(),
            &attempt.application.as_str(),
            &attempt.step.as_str(),
            &attempt.req_date,
            &attempt.next_query_at,
            &now,
            &tx.name(),
            &trace::traceparent(),
        ],
    )
    .await
    .map(drop)
}

/// Records how the sending ended. After `Submitted` and `Unknown` it stays to be asked about, if
/// the application has not come to its end meanwhile.
pub async fn close(
    tx: &Transaction<'_>,
    now: Timestamp,
    req_seq_id: &ReqSeqId,
    outcome: AttemptOutcome,
    resp_code: Option<&str>,
) -> Result<(), StoreError> {
    tx.execute(
        CLOSE_ATTEMPT,
        &[
            &req_seq_id.as_str(),
            &outcome.as_str(),
            &resp_code,
            &now,
            &tx.name(),
        ],
    )
    .await
    .map(drop)
}

/// The attempt with this serial.
pub async fn find(
    connection: &Connection,
    req_seq_id: &ReqSeqId,
) -> Result<Option<Attempt>, StoreError> {
    let row = connection
        .query_opt(FIND_ATTEMPT, &[&req_seq_id.as_str()])
        .await?;
    row.as_ref().map(from_row).transpose()
}

/// All attempts of an application, oldest first.
pub async fn of(
    connection: &Connection,
    application: &ApplicationId,
) -> Result<Vec<Attempt>, StoreError> {
    let rows = connection
        .query(ATTEMPTS_OF, &[&application.as_str()])
        .await?;
    rows.iter().map(from_row).collect()
}

fn from_row(row: &Row) -> Result<Attempt, StoreError> {
    Ok(Attempt {
        req_seq_id: parsed(row, "req_seq_id")?,
        application_id: parsed(row, "application_id")?,
        step: named(row, "step", Step::from_name)?,
        req_date: row.try_get("req_date")?,
        outcome: named_optional(row, "outcome", AttemptOutcome::from_name)?,
        resp_code: row.try_get("resp_code")?,
        query_count: row.try_get("query_count")?,
        next_query_at: row.try_get("next_query_at")?,
        traceparent: row.try_get("traceparent")?,
        origin: row.try_get("origin")?,
        created_at: row.try_get("created_at")?,
    })
}
