//! Huifu's statement files: when each is asked for, and what stood in it.
//!
//! A row is one day of one member (a channel or a merchant at Huifu). It is due until a file was
//! taken or a person must look. Claiming is a time in the row, moved forward; whoever dies with it
//! gives it back when that time comes. What stood in the file is in `lines`, what it says
//! otherwise than we do is found by `compare`.

mod compare;
mod difference;
mod follow_up;
mod lines;

use contract::enumeration;
use contract::ids::HuifuId;
use jiff::Timestamp;
use jiff::civil::Date;
use tokio_postgres::Row;

use crate::dead_letters::Decision;
use crate::row::{named, parsed};
use crate::{Connection, StoreError, Transaction};

pub use compare::{compare, compare_payments};
pub use difference::{Difference, DifferenceKind, FollowUp, difference_counts, differences};
pub use follow_up::{ask, open_cases, open_late_cases};
pub use lines::{File, take};

const PLAN: &str = "\
-- statements.plan
insert into statements (day, member, state, next_try_at, created_at, updated_at, updated_by)
select missing.day, members.member, 'due', $3, $3, $3, $4
  from unnest($1::text[]) as members (member)
 cross join lateral (
    select generate_series(
        greatest(
            coalesce((select max(day) + 1 from statements where member = members.member), $2),
            $2::date - 30)::timestamp,
        $2::date::timestamp,
        interval '1 day')::date as day) as missing
on conflict (day, member) do nothing";

const CLAIM: &str = "\
-- statements.claim
with due as (
    select day, member
      from statements
     where state = 'due' and next_try_at <= $1
     order by next_try_at, day, member
     limit 1
       for update skip locked)
update statements
   set next_try_at = $2, updated_at = $1, updated_by = $3
  from due
 where statements.day = due.day and statements.member = due.member
returning statements.day, statements.member";

const COUNT_QUESTION: &str = "\
-- statements.count_question
insert into statement_questions (member, asked_on, count, created_at, updated_at, updated_by)
values ($1, $2, 1, $3, $3, $4)
on conflict (member, asked_on) do update
   set count = statement_questions.count + 1, updated_at = $3, updated_by = $4
 where statement_questions.count < $5
returning count";

const PUT_OFF: &str = "\
-- statements.put_off
update statements
   set next_try_at = $3, trouble = $4, updated_at = $5, updated_by = $6
 where day = $1 and member = $2 and state = 'due'";

const SET_ASIDE: &str = "\
-- statements.set_aside
update statements
   set state = 'set_aside', next_try_at = null, trouble = $3, updated_at = $4, updated_by = $5
 where day = $1 and member = $2";

const RUN_AGAIN: &str = "\
-- statements.run_again
insert into statements (day, member, state, next_try_at, trouble, created_at, updated_at, updated_by)
select $1, known.member, 'due', $2, 'asked for by ' || $3::text || ': ' || $4::text, $2, $2, $5
  from (select distinct member from statements where member = coalesce($6, member)
         union
        select $6::text where $6::text is not null) as known
on conflict (day, member) do update
   set state = 'due', next_try_at = $2, trouble = excluded.trouble,
       updated_at = $2, updated_by = $5
returning member";

const OF: &str = "\
-- statements.of
select day, member, state, next_try_at, version, line_count, trouble, updated_at
  from statements
 where day = $1
 order by member";

const LIST: &str = "\
-- statements.list
select day, member, state, next_try_at, version, line_count, trouble, updated_at
  from statements
 order by day desc, member
 limit $1";

const COMPLETE: &str = "\
-- statements.complete
select count(*) filter (where day = $1) > 0 and bool_and(state = 'taken')
  from statements
 where day between $1::date - $2::integer and $1";

/// Huifu's bound (huifu-api.md §3.6).
pub const QUESTIONS_A_DAY: i32 = 3;

enumeration! {
    /// How far we are with a statement.
    pub enum StatementState {
        /// It is to be asked for.
        Due => "due",
        /// A file was read and compared.
        Taken => "taken",
        /// There is a file, and it cannot be read: a person must look.
        SetAside => "set_aside",
    }
}

/// Which statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The day that it tells of.
    pub day: Date,
    /// Whose it is.
    pub member: HuifuId,
}

/// A statement as far as we have it.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Which one.
    pub key: Key,
    /// How far we are.
    pub state: StatementState,
    /// When it is asked for next.
    pub next_try_at: Option<Timestamp>,
    /// How many files were taken.
    pub version: i32,
    /// How many lines the last one had.
    pub line_count: Option<i32>,
    /// Why there is none yet.
    pub trouble: Option<String>,
    /// When that was last found.
    pub updated_at: Timestamp,
}

/// Makes due what is missing of each member, up to the day `last`: from the day after the newest
/// one that is known, or `last` alone at first. Answers how many.
pub async fn plan(
    tx: &Transaction<'_>,
    now: Timestamp,
    members: &[HuifuId],
    last: Date,
) -> Result<u64, StoreError> {
    let members: Vec<&str> = members.iter().map(HuifuId::as_str).collect();
    tx.execute(PLAN, &[&members, &last, &now, &tx.name()]).await
}

/// Claims one statement that is due, until `until`.
pub async fn claim(
    tx: &Transaction<'_>,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<Key>, StoreError> {
    let row = tx.query_opt(CLAIM, &[&now, &until, &tx.name()]).await?;
    row.as_ref().map(key).transpose()
}

/// Counts one question of today's three; `None` when they are used up.
pub async fn count_question(
    tx: &Transaction<'_>,
    now: Timestamp,
    member: &HuifuId,
    today: Date,
) -> Result<Option<i32>, StoreError> {
    let row = tx
        .query_opt(
            COUNT_QUESTION,
            &[&member.as_str(), &today, &now, &tx.name(), &QUESTIONS_A_DAY],
        )
        .await?;
    row.map_or(Ok(None), |row| Ok(row.try_get("count")?))
}

/// Asks for it again at `next`, because of `trouble`.
pub async fn put_off(
    tx: &Transaction<'_>,
    now: Timestamp,
    key: &Key,
    next: Timestamp,
    trouble: &str,
) -> Result<(), StoreError> {
    let (member, name) = (key.member.as_str(), tx.name());
    tx.execute(PUT_OFF, &[&key.day, &member, &next, &trouble, &now, &name])
        .await
        .map(drop)
}

/// Leaves it to a person.
pub async fn set_aside(
    tx: &Transaction<'_>,
    now: Timestamp,
    key: &Key,
    trouble: &str,
) -> Result<(), StoreError> {
    let (member, name) = (key.member.as_str(), tx.name());
    tx.execute(SET_ASIDE, &[&key.day, &member, &trouble, &now, &name])
        .await
        .map(drop)
}

/// Makes a day due again for every member known, or for one; answers for whom.
pub async fn run_again(
    tx: &Transaction<'_>,
    now: Timestamp,
    day: Date,
    member: Option<&HuifuId>,
    decision: &Decision<'_>,
) -> Result<Vec<String>, StoreError> {
    let member = member.map(HuifuId::as_str);
    let (by, why) = (decision.by, decision.reason);
    let rows = tx
        .query(RUN_AGAIN, &[&day, &now, &by, &why, &tx.name(), &member])
        .await?;
    rows.iter().map(|row| Ok(row.try_get("member")?)).collect()
}

/// The statements of a day.
pub async fn of(connection: &Connection, day: Date) -> Result<Vec<Statement>, StoreError> {
    let rows = connection.query(OF, &[&day]).await?;
    rows.iter().map(from_row).collect()
}

/// The newest statements.
pub async fn list(connection: &Connection, limit: i64) -> Result<Vec<Statement>, StoreError> {
    let rows = connection.query(LIST, &[&limit]).await?;
    rows.iter().map(from_row).collect()
}

/// Whether every statement of `day`, and of the `before` days before it as far as there are any,
/// was taken: only then is what stands in none of them missing.
pub async fn complete(tx: &Transaction<'_>, day: Date, before: i32) -> Result<bool, StoreError> {
    let row = tx.query_one(COMPLETE, &[&day, &before]).await?;
    let complete: Option<bool> = row.try_get(0)?;
    Ok(complete.unwrap_or(false))
}

fn key(row: &Row) -> Result<Key, StoreError> {
    Ok(Key {
        day: row.try_get("day")?,
        member: parsed(row, "member")?,
    })
}

fn from_row(row: &Row) -> Result<Statement, StoreError> {
    Ok(Statement {
        key: key(row)?,
        state: named(row, "state", StatementState::from_name)?,
        next_try_at: row.try_get("next_try_at")?,
        version: row.try_get("version")?,
        line_count: row.try_get("line_count")?,
        trouble: row.try_get("trouble")?,
        updated_at: row.try_get("updated_at")?,
    })
}
