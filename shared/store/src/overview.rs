//! What an operator looks at first: what is open, what is owed to partners, and how old it is.
//!
//! What a newcomer would get wrong: these are asked every few seconds by everybody who has the
//! console open. What may grow is read by an index of what is open, up to a bound, so that a bad
//! day, when everybody looks, is not made worse; a count that reaches its bound says so.

mod hours;
mod standing;

use contract::withdrawal::State;
use jiff::Timestamp;

use crate::row::named;
use crate::{Connection, StoreError};

pub use hours::{Counts, hour};
pub use standing::{OpenLetters, UnfinishedJobs, open_letters, unfinished_jobs};

/// Where counting ends, in all or for one partner. Nobody decides otherwise for a hundred thousand
/// and one, and reading them takes less than a tenth of a second.
pub const MOST: i64 = 100_000;

/// As many lines as a person looks at.
const LINES: i64 = 100;

const OPEN_WITHDRAWALS: &str = "\
-- overview.open_withdrawals
select state, held, count(*) as count, min(accepted_at) as accepted_since,
       min(updated_at) as unmoved_since
  from (select state, held, accepted_at, updated_at
          from withdrawals
         where terminal_at is null and accepted_at is not null
         order by created_at
         limit $1) as open
 group by state, held
 order by min(accepted_at)";

/// A letter that was given up is counted with the dead letters and not here, for it may have been
/// decided to leave it so.
const UNDELIVERED: &str = "\
-- overview.undelivered
select partners.id as partner_id, waiting.count, waiting.oldest
  from partners
 cross join lateral (
    select count(*) as count, min(created_at) as oldest
      from (select created_at
              from notices
             where partner_id = partners.id and state <> 'delivered' and state = 'pending'
             order by created_at
             limit $1) as owed) as waiting
 where waiting.count > 0
 order by waiting.oldest
 limit $2";

const OPEN_CASES: &str = "\
-- overview.open_cases
select kind, count(*) as count, min(created_at) as oldest
  from (select kind, created_at
          from cases
         where state = 'open'
         order by kind, created_at
         limit $2) as open
 group by kind
 order by min(created_at)
 limit $1";

/// Withdrawals that were accepted and have not come to their end, in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenWithdrawals {
    /// Where they stand.
    pub state: State,
    /// Whether a contradiction holds them.
    pub held: bool,
    /// How many; at most [`MOST`] in all states together.
    pub count: i64,
    /// When the oldest of them was accepted.
    pub accepted_since: Timestamp,
    /// Since when the one that has not moved for longest has not moved.
    pub unmoved_since: Timestamp,
}

/// Notices that a partner has not taken yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// Whose.
    pub partner_id: String,
    /// How many; at most [`MOST`].
    pub count: i64,
    /// When the oldest was written.
    pub oldest: Timestamp,
}

/// Cases of one kind that wait for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCases {
    /// Which kind.
    pub kind: String,
    /// How many.
    pub count: i64,
    /// When the oldest was found.
    pub oldest: Timestamp,
}

/// Accepted withdrawals without an end, by state; the state with the oldest comes first.
pub async fn open_withdrawals(connection: &Connection) -> Result<Vec<OpenWithdrawals>, StoreError> {
    let rows = connection.query(OPEN_WITHDRAWALS, &[&MOST]).await?;
    let open = rows.iter().map(|row| {
        Ok(OpenWithdrawals {
            state: named(row, "state", State::from_name)?,
            held: row.try_get("held")?,
            count: row.try_get("count")?,
            accepted_since: row.try_get("accepted_since")?,
            unmoved_since: row.try_get("unmoved_since")?,
        })
    });
    open.collect()
}

/// What is owed to partners, whoever waits for longest first.
pub async fn undelivered(connection: &Connection) -> Result<Vec<Undelivered>, StoreError> {
    let rows = connection.query(UNDELIVERED, &[&MOST, &LINES]).await?;
    let owed = rows.iter().map(|row| {
        Ok(Undelivered {
            partner_id: row.try_get("partner_id")?,
            count: row.try_get("count")?,
            oldest: row.try_get("oldest")?,
        })
    });
    owed.collect()
}

/// Open cases by kind, the oldest first.
pub async fn open_cases(connection: &Connection) -> Result<Vec<OpenCases>, StoreError> {
    let rows = connection.query(OPEN_CASES, &[&LINES, &MOST]).await?;
    let open = rows.iter().map(|row| {
        Ok(OpenCases {
            kind: row.try_get("kind")?,
            count: row.try_get("count")?,
            oldest: row.try_get("oldest")?,
        })
    });
    open.collect()
}
