//! The append-only story of an application. Edges write their own rows (see [`super::progress`]);
//! [`note`] is for what changes no state.

use contract::application::State;
use contract::ids::ApplicationId;
use jiff::Timestamp;
use serde_json::Value;

use crate::row::named_optional;
use crate::{Connection, StoreError, Transaction};

const NOTE: &str = "\
-- applications.note
insert into application_timeline (application_id, at, recorded_by, event, detail)
values ($1, $2, $3, $4, $5)";

const TIMELINE_OF: &str = "\
-- applications.timeline_of
select at, recorded_by, event, from_state, to_state, detail
  from application_timeline
 where application_id = $1
 order by id
 limit 1000";

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// The transaction that recorded it: `"service: verb object"`.
    pub recorded_by: String,
    /// What happened: a transition's name, or another event's.
    pub event: String,
    /// The state before, if it changed.
    pub from_state: Option<State>,
    /// The state after, if it changed.
    pub to_state: Option<State>,
    /// Ids, codes and numbers; never names, cards or secrets.
    pub detail: Value,
}

/// Records something that changed no state.
pub async fn note(
    tx: &Transaction<'_>,
    now: Timestamp,
    application: &ApplicationId,
    event: &str,
    detail: &Value,
) -> Result<(), StoreError> {
    tx.execute(
        NOTE,
        &[&application.as_str(), &now, &tx.name(), &event, detail],
    )
    .await
    .map(drop)
}

/// The first thousand entries, oldest first.
pub async fn of(
    connection: &Connection,
    application: &ApplicationId,
) -> Result<Vec<Entry>, StoreError> {
    let rows = connection
        .query(TIMELINE_OF, &[&application.as_str()])
        .await?;
    let entries = rows.iter().map(|row| {
        Ok(Entry {
            at: row.try_get("at")?,
            recorded_by: row.try_get("recorded_by")?,
            event: row.try_get("event")?,
            from_state: named_optional(row, "from_state", State::from_name)?,
            to_state: named_optional(row, "to_state", State::from_name)?,
            detail: row.try_get("detail")?,
        })
    });
    entries.collect()
}
