//! The append-only story of an application. Edges write their own rows (see [`super::progress`]);
//! [`note`] is for what changes no state.

use contract::application::State;
use contract::ids::ApplicationId;
use jiff::Timestamp;
use serde_json::Value;

use crate::{Connection, StoreError, Transaction, timeline};

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

/// One thing that happened to an application.
pub type Entry = timeline::Entry<State>;

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
    let entries = rows
        .iter()
        .map(|row| timeline::from_row(row, State::from_name));
    entries.collect()
}
