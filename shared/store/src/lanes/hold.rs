//! What operators decide about lanes: their notices are accepted and counted, and not sent.

use jiff::Timestamp;

use super::Lane;
use crate::{StoreError, Transaction};

/// One that is held already keeps who held it first and why.
const HOLD: &str = "\
-- lanes.hold
insert into lanes (partner_id, host, held_by, held_reason, held_ticket, held_at,
                   created_at, updated_at, updated_by)
values ($1, $2, $3, $4, $5, $6, $6, $6, $7)
on conflict on constraint lane_once do update
   set held_by = excluded.held_by, held_reason = excluded.held_reason,
       held_ticket = excluded.held_ticket, held_at = excluded.held_at,
       updated_at = excluded.updated_at, updated_by = excluded.updated_by
 where lanes.held_at is null
returning id";

/// A lane that is open may be tried at once: whoever releases it believes that the partner is back.
const RELEASE: &str = "\
-- lanes.release
update lanes
   set held_by = null, held_reason = null, held_ticket = null, held_at = null,
       probe_at = case state when 'open' then least(probe_at, $3) else probe_at end,
       updated_at = $3, updated_by = $4
 where partner_id = $1 and host = $2 and held_at is not null
returning id";

/// Who holds a lane, and why.
#[derive(Debug, Clone, Copy)]
pub struct Holder<'a> {
    /// Who.
    pub by: &'a str,
    /// Why.
    pub reason: &'a str,
    /// Where else it is written down.
    pub ticket: Option<&'a str>,
}

/// What a lane's hold was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// It was changed now.
    Changed,
    /// It was so before.
    Before,
}

/// Holds a lane: what is due for it is parked until it is released.
pub async fn hold(
    tx: &Transaction<'_>,
    now: Timestamp,
    lane: Lane<'_>,
    holder: Holder<'_>,
) -> Result<Held, StoreError> {
    let row = tx
        .query_opt(
            HOLD,
            &[
                &lane.partner,
                &lane.host,
                &holder.by,
                &holder.reason,
                &holder.ticket,
                &now,
                &tx.name(),
            ],
        )
        .await?;
    Ok(row.map_or(Held::Before, |_| Held::Changed))
}

/// Releases a lane: what waits for it goes out by itself, at its pace.
pub async fn release(
    tx: &Transaction<'_>,
    now: Timestamp,
    lane: Lane<'_>,
) -> Result<Held, StoreError> {
    let row = tx
        .query_opt(RELEASE, &[&lane.partner, &lane.host, &now, &tx.name()])
        .await?;
    Ok(row.map_or(Held::Before, |_| Held::Changed))
}
