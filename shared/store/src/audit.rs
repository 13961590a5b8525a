//! The audit: what operators did, one row an act, each chained to the row before by its hash.
//!
//! A row is appended in the transaction that does what it tells, so neither is there without the
//! other. Appending waits for everybody else who appends; it therefore comes last in a transaction.
//!
//! The chain shows that a row was changed, removed, swapped or put in between. Whoever can write
//! every row and the head can write a whole new chain: only a head that was noted elsewhere (an
//! [`Anchor`]) shows that.

mod chain;
mod verify;

use jiff::Timestamp;
use serde_json::Value;
use tokio_postgres::Row;

use crate::{Connection, StoreError, Transaction};

pub use chain::{canonical_text, hash};
pub use verify::{Anchor, Fault, Head, Verdict, head, verify};

/// The detail comes back as the database will keep it, so that what is hashed is what is read
/// later.
const LOCK_HEAD: &str = "\
-- audit.lock_head
select number, hash, $1::jsonb as detail, $2::timestamptz as at
  from audit_head
   for update";

const APPEND: &str = "\
-- audit.append
with appended as (
    insert into audit (number, at, actor, role, act, subject, reason, ticket, detail,
                       previous_hash, hash)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    returning number, hash, at)
update audit_head
   set number = appended.number, hash = appended.hash, updated_at = appended.at, updated_by = $12
  from appended";

const LIST: &str = "\
-- audit.list
select number, at, actor, role, act, subject, reason, ticket, detail, previous_hash, hash
  from audit
 where ($1::bigint is null or number < $1)
   and ($2::text is null or actor = $2)
   and ($3::text is null or act = $3 or starts_with(act, $3 || '.'))
   and ($4::text is null or subject = $4)
   and ($5::text is null or ticket = $5)
 order by number desc
 limit $6";

const FIND: &str = "\
-- audit.find
select number, at, actor, role, act, subject, reason, ticket, detail, previous_hash, hash
  from audit
 where number = $1";

/// An operator's act, about to be written down.
#[derive(Debug, Clone, Copy)]
pub struct Act<'a> {
    /// Who did it.
    pub actor: &'a str,
    /// In which role, where roles are known.
    pub role: Option<&'a str>,
    /// What was done: a noun, a dot and a verb, as `dead_letter.discard`.
    pub act: &'a str,
    /// To what: a kind and its id, as `partner shop`.
    pub subject: &'a str,
    /// Why.
    pub reason: &'a str,
    /// Where else it is written down.
    pub ticket: Option<&'a str>,
    /// Ids, codes and numbers; never secrets, names or cards.
    pub detail: &'a Value,
}

/// A row of the audit.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// From 1, without a gap.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// In which role.
    pub role: Option<String>,
    /// What was done.
    pub act: String,
    /// To what.
    pub subject: String,
    /// Why.
    pub reason: String,
    /// Where else it is written down.
    pub ticket: Option<String>,
    /// Ids, codes and numbers.
    pub detail: Value,
    /// The hash of the row before; zeros for the first.
    pub previous_hash: String,
    /// The hash of this row, in hexadecimal digits.
    pub hash: String,
}

/// Which rows are listed.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// Only those before this number.
    pub before: Option<i64>,
    /// Only what this person did.
    pub actor: Option<String>,
    /// Only this act (`dead_letter.discard`), or all of this noun (`dead_letter`).
    pub act: Option<String>,
    /// Only what was done to this.
    pub subject: Option<String>,
    /// Only what this ticket was given for.
    pub ticket: Option<String>,
}

/// Writes an act down, in the transaction that does it. Call it last: it waits for everybody else
/// who appends, and they wait for the end of this transaction.
pub async fn append(tx: &Transaction<'_>, now: Timestamp, act: &Act<'_>) -> Result<(), StoreError> {
    let head = tx.query_one(LOCK_HEAD, &[act.detail, &now]).await?;
    let mut entry = Entry {
        number: head.try_get::<_, i64>("number")? + 1,
        at: head.try_get("at")?,
        actor: act.actor.to_owned(),
        role: act.role.map(str::to_owned),
        act: act.act.to_owned(),
        subject: act.subject.to_owned(),
        reason: act.reason.to_owned(),
        ticket: act.ticket.map(str::to_owned),
        detail: head.try_get("detail")?,
        previous_hash: head.try_get("hash")?,
        hash: String::new(),
    };
    entry.hash = hash(&entry);
    tx.execute(
        APPEND,
        &[
            &entry.number,
            &entry.at,
            &entry.actor,
            &entry.role,
            &entry.act,
            &entry.subject,
            &entry.reason,
            &entry.ticket,
            &entry.detail,
            &entry.previous_hash,
            &entry.hash,
            &tx.name(),
        ],
    )
    .await
    .map(drop)
}

/// The newest rows that the question is about, newest first, `limit` at most.
pub async fn list(
    connection: &Connection,
    question: &Question,
    limit: i64,
) -> Result<Vec<Entry>, StoreError> {
    let rows = connection
        .query(
            LIST,
            &[
                &question.before,
                &question.actor,
                &question.act,
                &question.subject,
                &question.ticket,
                &limit,
            ],
        )
        .await?;
    rows.iter().map(from_row).collect()
}

/// The row with this number.
pub async fn find(connection: &Connection, number: i64) -> Result<Option<Entry>, StoreError> {
    let row = connection.query_opt(FIND, &[&number]).await?;
    row.as_ref().map(from_row).transpose()
}

fn from_row(row: &Row) -> Result<Entry, StoreError> {
    Ok(Entry {
        number: row.try_get("number")?,
        at: row.try_get("at")?,
        actor: row.try_get("actor")?,
        role: row.try_get("role")?,
        act: row.try_get("act")?,
        subject: row.try_get("subject")?,
        reason: row.try_get("reason")?,
        ticket: row.try_get("ticket")?,
        detail: row.try_get("detail")?,
        previous_hash: row.try_get("previous_hash")?,
        hash: row.try_get("hash")?,
    })
}
