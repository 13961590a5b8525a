//! The append-only story of a withdrawal. Transitions write their own rows (see `withdrawals`);
//! this is for what changes no state: a 02 callback, an attempt of a notice, a late repeat.

use contract::ids::WithdrawalId;
use contract::withdrawal::State;
use jiff::Timestamp;
use serde_json::Value;
use tokio_postgres::Row;

use crate::row::named_optional;
use crate::{Connection, StoreError, Transaction};

const NOTE: &str = "\
-- timeline.note
insert into timeline (withdrawal_id, at, recorded_by, event, detail)
values ($1, $2, $3, $4, $5)";

const OF: &str = "\
-- timeline.of
select at, recorded_by, event, from_state, to_state, detail
  from timeline
 where withdrawal_id = $1
 order by id
 limit 1000";

/// One thing that happened to what goes through the states `S`.
#[derive(Debug, Clone)]
pub struct Entry<S = State> {
    /// When.
    pub at: Timestamp,
    /// The transaction that recorded it: `"service: verb object"`.
    pub recorded_by: String,
    /// What happened: a transition's name, or another event's.
    pub event: String,
    /// The state before, if it changed.
    pub from_state: Option<S>,
    /// The state after, if it changed.
    pub to_state: Option<S>,
    /// Ids, codes and numbers; never names, cards or secrets.
    pub detail: Value,
}

/// Records something that changed no state.
pub async fn note(
    tx: &Transaction<'_>,
    now: Timestamp,
    withdrawal: &WithdrawalId,
    event: &str,
    detail: &Value,
) -> Result<(), StoreError> {
    tx.execute(
        NOTE,
        &[&withdrawal.as_str(), &now, &tx.name(), &event, detail],
    )
    .await
    .map(drop)
}

/// The first thousand entries, oldest first.
pub async fn of(
    connection: &Connection,
    withdrawal: &WithdrawalId,
) -> Result<Vec<Entry>, StoreError> {
    let rows = connection.query(OF, &[&withdrawal.as_str()]).await?;
    let entries = rows.iter().map(|row| from_row(row, State::from_name));
    entries.collect()
}

pub(crate) fn from_row<S>(
    row: &Row,
    from_name: impl Fn(&str) -> Option<S>,
) -> Result<Entry<S>, StoreError> {
    Ok(Entry {
        at: row.try_get("at")?,
        recorded_by: row.try_get("recorded_by")?,
        event: row.try_get("event")?,
        from_state: named_optional(row, "from_state", &from_name)?,
        to_state: named_optional(row, "to_state", &from_name)?,
        detail: row.try_get("detail")?,
    })
}
