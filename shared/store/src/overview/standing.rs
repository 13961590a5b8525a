//! What stands until a person decides: dead letters that are open, replay jobs that are not over.

use jiff::Timestamp;

use super::MOST;
use crate::replays;
use crate::row::named;
use crate::{Connection, StoreError};

/// From group to group by the index: a hundred thousand of one class hide no other.
const OPEN_LETTERS: &str = "\
-- overview.open_letters
with recursive groups as (
    (select service, error_class
       from dead_letters
      where state = 'open'
      order by service, error_class
      limit 1)
     union all
    select next.service, next.error_class
      from groups
     cross join lateral (select service, error_class
                           from dead_letters
                          where state = 'open'
                            and (service, error_class) > (groups.service, groups.error_class)
                          order by service, error_class
                          limit 1) as next)
select groups.service, groups.error_class, letters.count, letters.oldest
  from groups
 cross join lateral (
    select count(*) as count, min(first_failed_at) as oldest
      from (select first_failed_at
              from dead_letters
             where state = 'open'
               and service = groups.service
               and error_class = groups.error_class
             order by first_failed_at
             limit $1) as first) as letters
 order by groups.service, groups.error_class";

const UNFINISHED_JOBS: &str = "\
-- overview.unfinished_jobs
select state, count(*) as count, min(created_at) as oldest
  from (select state, created_at
          from replay_jobs
         where ended_at is null
         order by state, created_at
         limit $1) as open
 group by state
 order by state";

/// Dead letters that nobody has decided about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenLetters {
    /// Whose consumer gave up.
    pub service: String,
    /// Why.
    pub class: String,
    /// How many; at most [`MOST`].
    pub count: i64,
    /// When the oldest failed first.
    pub oldest: Timestamp,
}

/// Replay jobs that are not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfinishedJobs {
    /// Where they stand.
    pub state: replays::JobState,
    /// How many.
    pub count: i64,
    /// When the oldest was made.
    pub oldest: Timestamp,
}

/// Open dead letters by service and class.
pub async fn open_letters(connection: &Connection) -> Result<Vec<OpenLetters>, StoreError> {
    let rows = connection.query(OPEN_LETTERS, &[&MOST]).await?;
    let open = rows.iter().map(|row| {
        Ok(OpenLetters {
            service: row.try_get("service")?,
            class: row.try_get("error_class")?,
            count: row.try_get("count")?,
            oldest: row.try_get("oldest")?,
        })
    });
    open.collect()
}

/// Replay jobs that are not over, by state.
pub async fn unfinished_jobs(connection: &Connection) -> Result<Vec<UnfinishedJobs>, StoreError> {
    let rows = connection.query(UNFINISHED_JOBS, &[&MOST]).await?;
    let open = rows.iter().map(|row| {
        Ok(UnfinishedJobs {
            state: named(row, "state", replays::JobState::from_name)?,
            count: row.try_get("count")?,
            oldest: row.try_get("oldest")?,
        })
    });
    open.collect()
}
