//! The feed of events: every end and every notice's fate of one partner, in one order.
//!
//! What a newcomer would look for and not find is a statement that writes them. A notice is written
//! and changes its state in several places, and none of them may forget its event, also not in a
//! program from before there were events. So a trigger on the table of notices writes them.
//!
//! Nor does whoever writes an event give it its position. What is numbered in the order of writing
//! becomes visible in the order of commits, and a reader would skip what commits late; to number in
//! the order of commits, all that ends for one partner would have to wait for each other. So events
//! are numbered when they are read for the first time: see [`number`]. What commits late is
//! numbered late, and nobody who writes ever waits.
//!
//! What an event tells is joined when it is read. Nothing of that changes after it was committed: a
//! bank return after "paid" has a notice of its own.

use contract::ids::PartnerId;
use contract::partner::events::EventKind;
use jiff::Timestamp;
use tokio_postgres::Row;

use crate::notices::told::{self, Told, what_is_told, whom_it_is_about};
use crate::row::named;
use crate::{Connection, StoreError, Transaction};

const AFTER: &str = concat!(
    "\
-- events.after
select events.position, events.kind, events.at, ",
    what_is_told!(),
    "
  from events
  join notices on notices.id = events.notice_id
  ",
    whom_it_is_about!(),
    "
 where events.partner_id = $1
   and events.position > $2
 order by events.position
 limit $3"
);

const ARE_UNNUMBERED: &str = "\
-- events.are_unnumbered
select exists(select from events where partner_id = $1 and position is null) as there";

/// Not against writers: those hold a weaker lock on their partner, if any.
const LOCK_FEED: &str = "\
-- events.lock_feed
select id from partners where id = $1 for no key update";

const NUMBER: &str = "\
-- events.number
with head as (
    select coalesce(max(position), 0) as position
      from events
     where partner_id = $1 and position is not null),
fresh as (
    select id, row_number() over (order by id) as rank
      from events
     where partner_id = $1 and position is null
     order by id
     limit $2)
update events
   set position = head.position + fresh.rank
  from head, fresh
 where events.partner_id = $1
   and events.position is null
   and events.id = fresh.id";

const HEAD: &str = "\
-- events.head
select coalesce(max(position), 0) as position
  from events
 where partner_id = $1 and position is not null";

/// One event, with what its notice tells.
#[derive(Debug, Clone)]
pub struct Event {
    /// 1 for the partner's first.
    pub position: i64,
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub at: Timestamp,
    /// What the notice tells.
    pub told: Told,
}

/// The first `limit` events of a partner behind `position`, the oldest first.
pub async fn after(
    connection: &Connection,
    partner: &PartnerId,
    position: i64,
    limit: i64,
) -> Result<Vec<Event>, StoreError> {
    let rows = connection
        .query(AFTER, &[&partner.as_str(), &position, &limit])
        .await?;
    rows.iter().map(from_row).collect()
}

/// The position of the newest event that has one; 0 if none has.
pub async fn head(connection: &Connection, partner: &PartnerId) -> Result<i64, StoreError> {
    let row = connection.query_opt(HEAD, &[&partner.as_str()]).await?;
    row.map_or(Ok(0), |row| Ok(row.try_get("position")?))
}

/// Whether a partner has events that nobody has read yet.
pub async fn are_unnumbered(
    connection: &Connection,
    partner: &PartnerId,
) -> Result<bool, StoreError> {
    let row = connection
        .query_opt(ARE_UNNUMBERED, &[&partner.as_str()])
        .await?;
    row.map_or(Ok(false), |row| Ok(row.try_get("there")?))
}

/// Gives the oldest `limit` events of a partner that have none their positions, behind all that
/// have one. Of one partner, one at a time: a second reader waits here, then sees what the first
/// has numbered.
pub async fn number(
    tx: &Transaction<'_>,
    partner: &PartnerId,
    limit: i64,
) -> Result<(), StoreError> {
    // Two statements, because the second must see what was committed while the first waited.
    tx.query_opt(LOCK_FEED, &[&partner.as_str()]).await?;
    tx.execute(NUMBER, &[&partner.as_str(), &limit])
        .await
        .map(drop)
}

fn from_row(row: &Row) -> Result<Event, StoreError> {
    Ok(Event {
        position: row.try_get("position")?,
        kind: named(row, "kind", EventKind::from_name)?,
        at: row.try_get("at")?,
        told: told::from_row(row)?,
    })
}
