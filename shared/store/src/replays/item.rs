//! The letters of a replay job, each with what became of it.

use contract::enumeration;
use jiff::Timestamp;
use tokio_postgres::Row;

use crate::row::named;
use crate::{Connection, StoreError};

const ITEMS: &str = "\
-- replays.items
select id, letter_id, correlation_id, state, tries, canary, notice_id, updated_at
  from replay_items
 where job_id = $1 and state = $2 and id > $3
 order by id
 limit $4";

enumeration! {
    /// What became of a letter of a set.
    pub enum ItemState {
        /// It was not sent yet.
        Queued => "queued",
        /// It is in the outbox or at the broker.
        Waiting => "waiting",
        /// It was tried with success; of a notice, that the partner took it.
        Delivered => "delivered",
        /// It was tried without. A notice goes on along its schedule; anything else is a letter
        /// again.
        Failed => "failed",
        /// It was not sent, and will not be by this job.
        Skipped => "skipped",
    }
}

/// A letter of a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its place among those of the job.
    pub id: i64,
    /// The dead letter.
    pub letter: i64,
    /// What it is about.
    pub about: String,
    /// What became of it.
    pub state: ItemState,
    /// How often this job sent it.
    pub tries: i32,
    /// Whether it was one of those that are sent first.
    pub canary: bool,
    /// The notice that it asks for, if it was sent and is one.
    pub notice: Option<String>,
    /// When that happened.
    pub updated_at: Timestamp,
}

/// The job's letters of which this became, in the order of sending, after the place `after`,
/// `limit` at most.
pub async fn items(
    connection: &Connection,
    job: i64,
    state: ItemState,
    after: i64,
    limit: i64,
) -> Result<Vec<Item>, StoreError> {
    let state = state.as_str();
    let rows = connection
        .query(ITEMS, &[&job, &state, &after, &limit])
        .await?;
    rows.iter().map(item).collect()
}

fn item(row: &Row) -> Result<Item, StoreError> {
    Ok(Item {
        id: row.try_get("id")?,
        letter: row.try_get("letter_id")?,
        about: row.try_get("correlation_id")?,
        state: named(row, "state", ItemState::from_name)?,
        tries: row.try_get("tries")?,
        canary: row.try_get("canary")?,
        notice: row.try_get("notice_id")?,
        updated_at: row.try_get("updated_at")?,
    })
}
