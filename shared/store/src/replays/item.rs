//! The letters of a replay job, each with what became of it.

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

/// What became of a letter of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemState {
    /// It was not sent yet.
    Queued,
    /// It is in the outbox or at the broker.
    Waiting,
    /// It was tried with success; of a notice, that the partner took it.
    Delivered,
    /// It was tried without. A notice goes on along its schedule; anything else is a letter again.
    Failed,
    /// It was not sent, and will not be by this job.
    Skipped,
}

impl ItemState {
    /// Every state; compared with the database's list by a test.
    pub const ALL: [Self; 5] = [
        Self::Queued,
        Self::Waiting,
        Self::Delivered,
        Self::Failed,
        Self::Skipped,
    ];

    /// The name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }

    /// The state with this name in the database.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
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
