//! What was told about a withdrawal or an application so far, for people who look it up.

use contract::ids::{ApplicationId, NoticeId, WithdrawalId};
use jiff::Timestamp;
use tokio_postgres::Row;

use super::{NoticeState, Outcome, Passage, passage};
use crate::row::{named, parsed};
use crate::{Connection, StoreError};

const OF: &str = "\
-- notices.of
select id, sequence, outcome, state, attempt_count, delivered_at, created_at
  from notices
 where withdrawal_id = $1
 order by sequence
 limit 100";

const OF_APPLICATION: &str = "\
-- notices.of_application
select id, sequence, outcome, state, attempt_count, delivered_at, created_at
  from notices
 where application_id = $1
 order by sequence
 limit 100";

const ATTEMPTS_OF: &str = "\
-- notices.attempts_of
select number, at, outcome, http_status, duration_ms, answer, address, reused, dns_us, connect_us,
       tls_us, first_byte_us
  from notice_attempts
 where notice_id = $1
 order by number
 limit 1000";

/// A notice in short.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Which notice.
    pub id: NoticeId,
    /// Its number.
    pub sequence: i32,
    /// What it tells.
    pub outcome: Outcome,
    /// Where its delivery stands.
    pub state: NoticeState,
    /// How often it was sent.
    pub attempt_count: i32,
    /// When the partner took it.
    pub delivered_at: Option<Timestamp>,
    /// When it was written.
    pub created_at: Timestamp,
}

/// A sending that was made.
#[derive(Debug, Clone)]
pub struct PastAttempt {
    /// 1 for the first.
    pub number: i32,
    /// When it began.
    pub at: Timestamp,
    /// `delivered`, or the class of the error.
    pub outcome: String,
    /// The status, if there was one.
    pub http_status: Option<i32>,
    /// How long it took.
    pub duration_ms: i64,
    /// The first characters of the answer.
    pub answer: Option<String>,
    /// Whom it was sent to, and where the time went.
    pub passage: Passage,
}

/// The notices of a withdrawal, in order.
pub async fn of(
    connection: &Connection,
    withdrawal: &WithdrawalId,
) -> Result<Vec<Summary>, StoreError> {
    let rows = connection.query(OF, &[&withdrawal.as_str()]).await?;
    rows.iter().map(summary).collect()
}

/// The notices of an application, in order.
pub async fn of_application(
    connection: &Connection,
    application: &ApplicationId,
) -> Result<Vec<Summary>, StoreError> {
    let rows = connection
        .query(OF_APPLICATION, &[&application.as_str()])
        .await?;
    rows.iter().map(summary).collect()
}

fn summary(row: &Row) -> Result<Summary, StoreError> {
    Ok(Summary {
        id: parsed(row, "id")?,
        sequence: row.try_get("sequence")?,
        outcome: named(row, "outcome", Outcome::from_name)?,
        state: named(row, "state", NoticeState::from_name)?,
        attempt_count: row.try_get("attempt_count")?,
        delivered_at: row.try_get("delivered_at")?,
        created_at: row.try_get("created_at")?,
    })
}

/// The sendings of a notice, in order.
pub async fn attempts_of(
    connection: &Connection,
    id: &NoticeId,
) -> Result<Vec<PastAttempt>, StoreError> {
    let rows = connection.query(ATTEMPTS_OF, &[&id.as_str()]).await?;
    let attempts = rows.iter().map(|row| {
        Ok(PastAttempt {
            number: row.try_get("number")?,
            at: row.try_get("at")?,
            outcome: row.try_get("outcome")?,
            http_status: row.try_get("http_status")?,
            duration_ms: row.try_get("duration_ms")?,
            answer: row.try_get("answer")?,
            passage: passage::read(row)?,
        })
    });
    attempts.collect()
}
