//! Withdrawals that are open for longer than they should be: the list with an owner and an age.

use contract::ids::WithdrawalId;
use contract::withdrawal::State;
use jiff::Timestamp;

use crate::row::{named, parsed};
use crate::{Connection, StoreError};

const STUCK: &str = "\
-- withdrawals.stuck
select id, partner_id, state, held, updated_at
  from withdrawals
 where terminal_at is null
   and state <> 'draft'
   and updated_at < $1
   and ($2::text is null or partner_id = $2)
   and ($3::text is null or state = $3)
 order by updated_at
 limit $4";

/// Which of those that do not move are listed.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// They have not moved since this time.
    pub before: Timestamp,
    /// Only those of this partner.
    pub partner: Option<String>,
    /// Only those that stand there.
    pub state: Option<State>,
}

/// A withdrawal that has not moved for a while.
#[derive(Debug, Clone)]
pub struct Stuck {
    /// Which one.
    pub id: WithdrawalId,
    /// Whose.
    pub partner_id: String,
    /// Where it stands.
    pub state: State,
    /// Whether a contradiction holds it.
    pub held: bool,
    /// Since when.
    pub since: Timestamp,
}

/// Open withdrawals that have not moved for a while, the oldest first, `limit` at most.
pub async fn stuck(
    connection: &Connection,
    waiting: &Waiting,
    limit: i64,
) -> Result<Vec<Stuck>, StoreError> {
    let Waiting {
        before, partner, ..
    } = waiting;
    let state = waiting.state.map(State::as_str);
    let rows = connection
        .query(STUCK, &[before, partner, &state, &limit])
        .await?;
    let stuck = rows.iter().map(|row| {
        Ok(Stuck {
            id: parsed(row, "id")?,
            partner_id: row.try_get("partner_id")?,
            state: named(row, "state", State::from_name)?,
            held: row.try_get("held")?,
            since: row.try_get("updated_at")?,
        })
    });
    stuck.collect()
}
