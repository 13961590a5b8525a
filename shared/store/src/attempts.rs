//! Attempts: one row per sending to Huifu, written before a byte leaves.
//!
//! The index `one_attempt_that_may_have_paid` is the promise "never pays twice" in the database: a
//! second attempt is only accepted when every earlier one provably never left.

mod evidence;
mod question;

use contract::enumeration;
use contract::ids::{HuifuId, ReqSeqId, TokenNo, WithdrawalId};
use contract::money::Fen;
use jiff::Timestamp;
use tokio_postgres::Row;

use crate::row::{fen, named_optional, parsed};
use crate::{Connection, StoreError, Transaction, trace};

pub use evidence::{Heard, find_with_fee, learn, prove_unsent};
pub use question::{Asked, ask_now, ask_soon, end_of};

const OPEN: &str = "\
-- attempts.open
insert into attempts (req_seq_id, withdrawal_id, req_date, huifu_id, token_no, amount_fen,
                      next_query_at, traceparent, created_at, updated_at, updated_by)
values ($1, $2, $3, $4, $5, $6, $7, $10, $8, $8, $9)";

const CLOSE: &str = "\
-- attempts.close
update attempts
   set outcome = $2,
       hf_seq_id = coalesce($3, hf_seq_id),
       resp_code = coalesce($4, resp_code),
       next_query_at = case when $2 in ('submitted', 'unknown') then next_query_at end,
       updated_at = $5,
       updated_by = $6
 where req_seq_id = $1";

const FIND: &str = "\
-- attempts.find
select req_seq_id, withdrawal_id, req_date, huifu_id, token_no, amount_fen, outcome, hf_seq_id,
       resp_code, query_count, next_query_at, traceparent, created_at,
       (select withdrawals.traceparent from withdrawals where id = withdrawal_id) as origin
  from attempts
 where req_seq_id = $1";

const OF: &str = "\
-- attempts.of
select req_seq_id, withdrawal_id, req_date, huifu_id, token_no, amount_fen, outcome, hf_seq_id,
       resp_code, query_count, next_query_at, traceparent, created_at,
       (select withdrawals.traceparent from withdrawals where id = withdrawal_id) as origin
  from attempts
 where withdrawal_id = $1
 order by created_at
 limit 100";

const CLAIM_DUE: &str = "\
-- attempts.claim_due
with due as (
    select req_seq_id
      from attempts
     where next_query_at <= $1
     order by next_query_at
     limit $3
       for update skip locked)
update attempts
   set next_query_at = $2, query_count = query_count + 1, updated_at = $1, updated_by = $4
  from due
 where attempts.req_seq_id = due.req_seq_id
returning attempts.req_seq_id, withdrawal_id, req_date, huifu_id, token_no, amount_fen, outcome,
          hf_seq_id, resp_code, query_count, next_query_at, traceparent, created_at,
          (select withdrawals.traceparent from withdrawals where id = withdrawal_id) as origin";

const ASK_AGAIN_AT: &str = "\
-- attempts.ask_again_at
update attempts
   set next_query_at = $2, updated_at = $3, updated_by = $4
 where req_seq_id = $1 and next_query_at is not null";

/// An attempt that is not asked about never left, or Huifu refused it: its end is no news.
const ASK_ABOUT_END: &str = "\
-- attempts.ask_about_end
update attempts
   set next_query_at = $2, updated_at = $3, updated_by = $4
 where withdrawal_id = $1 and next_query_at is not null";

enumeration! {
    /// How a sending ended, as far as the sender could tell.
    pub enum AttemptOutcome {
        /// Huifu has it.
        Submitted => "submitted",
        /// It provably never left.
        NotSent => "not_sent",
        /// Huifu said no.
        Refused => "refused",
        /// It may have arrived.
        Unknown => "unknown",
    }
}

/// An attempt about to be made.
#[derive(Debug, Clone)]
pub struct NewAttempt<'a> {
    /// Its serial at Huifu.
    pub req_seq_id: &'a ReqSeqId,
    /// What it pays.
    pub withdrawal: &'a WithdrawalId,
    /// Beijing date `yyyyMMdd`; with the serial it names the attempt at Huifu.
    pub req_date: &'a str,
    /// Whose account.
    pub huifu_id: &'a HuifuId,
    /// Which card.
    pub token_no: &'a TokenNo,
    /// How much.
    pub amount: Fen,
    /// When to ask about it if nothing is heard.
    pub next_query_at: Timestamp,
}

/// An attempt as it is stored.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Its serial at Huifu.
    pub req_seq_id: ReqSeqId,
    /// What it pays.
    pub withdrawal_id: WithdrawalId,
    /// Beijing date `yyyyMMdd`.
    pub req_date: String,
    /// Whose account.
    pub huifu_id: HuifuId,
    /// Which card.
    pub token_no: TokenNo,
    /// How much.
    pub amount: Fen,
    /// How the sending ended; `None` while it is open.
    pub outcome: Option<AttemptOutcome>,
    /// Huifu's serial.
    pub hf_seq_id: Option<String>,
    /// Huifu's code.
    pub resp_code: Option<String>,
    /// How often it was asked about.
    pub query_count: i32,
    /// When it is asked about next; also set for a while after the end, for bank returns.
    pub next_query_at: Option<Timestamp>,
    /// The step of a trace that opened it, as W3C's `traceparent`.
    pub traceparent: Option<String>,
    /// The step that made its withdrawal's draft: of the same trace.
    pub origin: Option<String>,
    /// When it was opened.
    pub created_at: Timestamp,
}

/// Opens an attempt. Refused by `one_attempt_that_may_have_paid` if another one may have paid.
pub async fn open(
    tx: &Transaction<'_>,
    now: Timestamp,
    attempt: &NewAttempt<'_>,
) -> Result<(), StoreError> {
    tx.execute(
        OPEN,
        &[
            &attempt.req_seq_id.as_str(),
            &attempt.withdrawal.as_str(),
            &attempt.req_date,
            &attempt.huifu_id.as_str(),
            &attempt.token_no.as_str(),
            &attempt.amount.get(),
            &attempt.next_query_at,
            &now,
            &tx.name(),
            &trace::traceparent(),
        ],
    )
    .await
    .map(drop)
}

/// Records how the sending ended. After `Submitted` and `Unknown` it stays to be asked about.
pub async fn close(
    tx: &Transaction<'_>,
    now: Timestamp,
    req_seq_id: &ReqSeqId,
    outcome: AttemptOutcome,
    hf_seq_id: Option<&str>,
    resp_code: Option<&str>,
) -> Result<(), StoreError> {
    tx.execute(
        CLOSE,
        &[
            &req_seq_id.as_str(),
            &outcome.as_str(),
            &hf_seq_id,
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
    let row = connection.query_opt(FIND, &[&req_seq_id.as_str()]).await?;
    row.as_ref().map(from_row).transpose()
}

/// All attempts of a withdrawal, oldest first.
pub async fn of(
    connection: &Connection,
    withdrawal: &WithdrawalId,
) -> Result<Vec<Attempt>, StoreError> {
    let rows = connection.query(OF, &[&withdrawal.as_str()]).await?;
    rows.iter().map(from_row).collect()
}

/// Claims up to `limit` attempts that it is time to ask about, until `until`: whoever claimed them
/// and dies leaves them to be claimed again then.
pub async fn claim_due(
    tx: &Transaction<'_>,
    now: Timestamp,
    until: Timestamp,
    limit: i64,
) -> Result<Vec<Attempt>, StoreError> {
    let rows = tx
        .query(CLAIM_DUE, &[&now, &until, &limit, &tx.name()])
        .await?;
    rows.iter().map(from_row).collect()
}

/// Asks again at `next`, or no more; an attempt that was found never to have left stays at rest.
pub async fn ask_again_at(
    tx: &Transaction<'_>,
    now: Timestamp,
    req_seq_id: &ReqSeqId,
    next: Option<Timestamp>,
) -> Result<(), StoreError> {
    tx.execute(
        ASK_AGAIN_AT,
        &[&req_seq_id.as_str(), &next, &now, &tx.name()],
    )
    .await
    .map(drop)
}

/// Plans the next question, if any, about a withdrawal that has just come to its end.
pub(crate) async fn ask_about_end(
    tx: &Transaction<'_>,
    now: Timestamp,
    withdrawal: &WithdrawalId,
    next: Option<Timestamp>,
) -> Result<(), StoreError> {
    tx.execute(
        ASK_ABOUT_END,
        &[&withdrawal.as_str(), &next, &now, &tx.name()],
    )
    .await
    .map(drop)
}

fn from_row(row: &Row) -> Result<Attempt, StoreError> {
    Ok(Attempt {
        req_seq_id: parsed(row, "req_seq_id")?,
        withdrawal_id: parsed(row, "withdrawal_id")?,
        req_date: row.try_get("req_date")?,
        huifu_id: parsed(row, "huifu_id")?,
        token_no: parsed(row, "token_no")?,
        amount: fen(row, "amount_fen")?,
        outcome: named_optional(row, "outcome", AttemptOutcome::from_name)?,
        hf_seq_id: row.try_get("hf_seq_id")?,
        resp_code: row.try_get("resp_code")?,
        query_count: row.try_get("query_count")?,
        next_query_at: row.try_get("next_query_at")?,
        traceparent: row.try_get("traceparent")?,
        origin: row.try_get("origin")?,
        created_at: row.try_get("created_at")?,
    })
}
