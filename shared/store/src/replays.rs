//! Replay jobs: a frozen set of dead letters that goes back into the outbox, first a canary, then
//! piece by piece, and stops by itself when too much of it fails.
//!
//! What a newcomer would get wrong: the set is frozen in the transaction that makes the job, and
//! the database refuses rows that come later, so what is acted on is what was shown. Nobody asks
//! what became of each letter that is out: the transactions that try a notice or settle a message
//! mark the item, by triggers, and a [`step()`] reads what is marked.
//!
//! A job is run by calling [`step()`] again and again. A step is one transaction, so whoever dies
//! in the middle leaves nothing half done, and the next runner goes on when the lease has run out.

mod acts;
mod freeze;
mod hear;
mod item;
mod judge;
mod pace;
mod preview;
mod row;
mod send;
mod state;
mod step;

use contract::money::Fen;
use jiff::Timestamp;
use serde_json::Value;

use crate::dead_letters::Filter;
use crate::{Connection, StoreError};

pub use acts::{Acted, Actor, approve, cancel, pause, resume};
pub use freeze::{LeftOut, SET_MOST, create};
pub use item::{Item, ItemState, items};
pub use pace::pace_and_rest;
pub use preview::{Preview, preview, preview_of};
pub(crate) use row::{from_row, job_columns};
pub use state::{JobState, Next, Transition};
pub use step::{Step, Stepped, step};

const FIND: &str = concat!(
    "\
-- replays.find
select ",
    job_columns!(),
    "
  from replay_jobs
 where id = $1"
);

const LIST: &str = concat!(
    "\
-- replays.list
select ",
    job_columns!(),
    "
  from replay_jobs
 where ($1::text is null or state = $1)
   and ($2::bigint is null or id < $2)
 order by id desc
 limit $3"
);

const AT_WORK: &str = "\
-- replays.at_work
select id
  from replay_jobs
 where state = 'running' or waiting > 0
 order by id
 limit $1";

/// What is to be replayed, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Which letters; those that are not open are never meant.
    pub filter: Filter,
    /// Also those that were replayed [`Limits::replays_most`] times or more.
    pub again: bool,
    /// How many are sent first, and their outcome waited for; 0 for none.
    pub canary: i32,
    /// How many a second at most; `None` as fast as they can be written, up to the bound on what is
    /// out.
    pub pace: Option<i32>,
    /// It stops when more than so many of a hundred fail.
    pub stop_at: i32,
}

/// What a job must keep to, whoever makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// A set of more letters needs a second person.
    pub approval_above_count: i64,
    /// A set about more money needs a second person.
    pub approval_above_amount: Fen,
    /// A letter whose message was replayed so often is left out unless it is asked for.
    pub replays_most: i32,
    /// How many of a paced job may wait for their outcome at once: what is live goes first.
    pub out_most: i32,
    /// How many of a job without a pace may: what the broker carries without noticing.
    pub unpaced_out_most: i32,
}

/// Where the letters of a set are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Not sent yet.
    pub queued: i64,
    /// Sent, and nobody knows what became of them.
    pub waiting: i64,
    /// Tried with success.
    pub delivered: i64,
    /// Tried without.
    pub failed: i64,
    /// Not sent: decided about elsewhere meanwhile, or left when the job was cancelled.
    pub skipped: i64,
}

impl Counts {
    /// All that will not be sent or waited for any more.
    pub const fn done(&self) -> i64 {
        self.delivered + self.failed + self.skipped
    }
}

/// The canary of the present round, and what was heard lately.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// From 1; each stop begins another.
    pub number: i32,
    /// Whether the rest may follow.
    pub canary_passed: bool,
    /// Letters of the canary that were sent.
    pub canary_sent: i32,
    /// Of these, how many were tried.
    pub canary_done: i32,
    /// Of these, how many failed.
    pub canary_failed: i32,
    /// Outcomes lately.
    pub recent_done: i32,
    /// Of these, how many failed.
    pub recent_failed: i32,
}

/// How much was done at two moments, of which the elder is up to a minute back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marks {
    /// The newer one.
    pub at: Option<Timestamp>,
    /// How much was done then.
    pub done: i64,
    /// The one before.
    pub before_at: Option<Timestamp>,
    /// How much was done then.
    pub before_done: i64,
}

/// A replay job as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Our number of it.
    pub id: i64,
    /// Where it stands.
    pub state: JobState,
    /// What was asked for; see [`Wanted::filter`].
    pub filter: Value,
    /// Whether letters that were replayed often are in it.
    pub again: bool,
    /// How many letters are in the set.
    pub count: i64,
    /// The amounts of their withdrawals, added up; a withdrawal counts once for each letter.
    pub amount: Fen,
    /// How many the filter means that are not in the set.
    pub left_out: LeftOut,
    /// How many are sent first.
    pub canary: i32,
    /// How many a second.
    pub pace: Option<i32>,
    /// How many may wait for their outcome at once.
    pub out_most: i32,
    /// It stops when more than so many of a hundred fail.
    pub stop_at: i32,
    /// Whether a second person must approve it.
    pub approval_needed: bool,
    /// Who did.
    pub approved_by: Option<String>,
    /// When.
    pub approved_at: Option<Timestamp>,
    /// Where its letters are.
    pub counts: Counts,
    /// The present round.
    pub round: Round,
    /// Why it stopped last.
    pub stopped_because: Option<String>,
    /// Who runs it.
    pub runner: Option<String>,
    /// Until when nobody else may.
    pub lease_until: Option<Timestamp>,
    /// For the rest time.
    pub marks: Marks,
    /// When its first letter was sent.
    pub started_at: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// Who made it.
    pub created_by: String,
    /// Why.
    pub reason: String,
    /// Where else it is written down.
    pub ticket: String,
    /// When.
    pub created_at: Timestamp,
    pub(crate) paced_at: Option<Timestamp>,
}

/// The job with this number.
pub async fn find(connection: &Connection, id: i64) -> Result<Option<Job>, StoreError> {
    let row = connection.query_opt(FIND, &[&id]).await?;
    row.as_ref().map(from_row).transpose()
}

/// The newest jobs before number `before`, newest first, `limit` at most.
pub async fn list(
    connection: &Connection,
    state: Option<JobState>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Job>, StoreError> {
    let state = state.map(JobState::as_str);
    let rows = connection.query(LIST, &[&state, &before, &limit]).await?;
    rows.iter().map(from_row).collect()
}

/// The oldest jobs that a runner has work with: they run, or letters of theirs are out.
pub async fn at_work(connection: &Connection, limit: i64) -> Result<Vec<i64>, StoreError> {
    let rows = connection.query(AT_WORK, &[&limit]).await?;
    rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
}
