//! Days that are not what their weekday says: holidays, and weekend days on which China works.
//!
//! Operators enter them once a year, when the State Council has announced them. A day that is not
//! here is what [`contract::calendar::DayKind::of`] makes of its weekday.

use contract::calendar::DayKind;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::dead_letters::Decision;
use crate::row::named;
use crate::{Connection, StoreError, Transaction};

const EXCEPTION: &str = "\
-- calendar.exception
select kind from calendar_days where day = $1";

const SET: &str = "\
-- calendar.set
insert into calendar_days (day, kind, decided_by, decision, created_at, updated_at, updated_by)
values ($1, $2, $3, $4, $5, $5, $6)
on conflict (day) do update
   set kind = excluded.kind, decided_by = excluded.decided_by, decision = excluded.decision,
       updated_at = excluded.updated_at, updated_by = excluded.updated_by";

const LIST: &str = "\
-- calendar.list
select day, kind, decided_by, decision
  from calendar_days
 where day between $1 and $2
 order by day
 limit 1000";

/// A day that was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnteredDay {
    /// Which, in Beijing.
    pub day: Date,
    /// What it is.
    pub kind: DayKind,
    /// Who entered it.
    pub decided_by: String,
    /// Why, in their words.
    pub decision: String,
}

/// What was entered for this day, if anything was.
pub async fn exception(connection: &Connection, day: Date) -> Result<Option<DayKind>, StoreError> {
    let row = connection.query_opt(EXCEPTION, &[&day]).await?;
    row.map(|row| named(&row, "kind", DayKind::from_name))
        .transpose()
}

/// Enters what this day is, whatever was entered before.
pub async fn set(
    tx: &Transaction<'_>,
    now: Timestamp,
    day: Date,
    kind: DayKind,
    decision: Decision<'_>,
) -> Result<(), StoreError> {
    tx.execute(
        SET,
        &[
            &day,
            &kind.as_str(),
            &decision.by,
            &decision.reason,
            &now,
            &tx.name(),
        ],
    )
    .await
    .map(drop)
}

/// What was entered for the days from `first` to `last`, both included, in order.
pub async fn list(
    connection: &Connection,
    first: Date,
    last: Date,
) -> Result<Vec<EnteredDay>, StoreError> {
    let rows = connection.query(LIST, &[&first, &last]).await?;
    let days = rows.iter().map(|row| {
        Ok(EnteredDay {
            day: row.try_get("day")?,
            kind: named(row, "kind", DayKind::from_name)?,
            decided_by: row.try_get("decided_by")?,
            decision: row.try_get("decision")?,
        })
    });
    days.collect()
}
