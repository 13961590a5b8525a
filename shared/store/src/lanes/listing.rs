//! Lanes as people see them, and as gauges count them.

use contract::ids::PartnerId;
use jiff::Timestamp;

use super::{Breaker, breaker};
use crate::row::parsed;
use crate::{Connection, StoreError};

/// Counted no further than `$3`: a lane's backlog may be a million rows. The oldest is the first of
/// its lane.
const LIST: &str = "\
-- lanes.list
select lanes.id, lanes.partner_id, lanes.host, lanes.state as lane_state, lanes.failures,
       lanes.opened_at, lanes.probe_at, lanes.probe_pause_ms, lanes.held_by, lanes.held_reason,
       lanes.held_ticket, lanes.held_at, waiting.count,
       (select outbox.created_at
          from outbox
         where outbox.lane_id = lanes.id
         order by outbox.created_at, outbox.id
         limit 1) as oldest_at
  from lanes,
       lateral (select count(*)
                  from (select
                          from outbox
                         where outbox.lane_id = lanes.id
                         limit $3) as first) as waiting
 where ($1::text is null or lanes.partner_id = $1)
   and (lanes.state <> 'closed' or lanes.failures > 0 or lanes.held_at is not null
        or waiting.count > 0)
 order by lanes.partner_id, lanes.host
 limit $2";

const TOTALS: &str = "\
-- lanes.totals
select count(*) filter (where state = 'open') as open,
       count(*) filter (where state = 'half_open') as half_open,
       count(*) filter (where held_at is not null) as held
  from lanes
 where state <> 'closed' or held_at is not null";

/// A lane as it is shown.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The row.
    pub id: i64,
    /// The partner.
    pub partner: PartnerId,
    /// Host and port; empty for all hosts of the partner.
    pub host: String,
    /// Its breaker.
    pub breaker: Breaker,
    /// Who holds it, if somebody does.
    pub held_by: Option<String>,
    /// Why.
    pub held_reason: Option<String>,
    /// Where else it is written down.
    pub held_ticket: Option<String>,
    /// Since when.
    pub held_at: Option<Timestamp>,
    /// How many notices wait, counted no further than asked.
    pub waiting: i64,
    /// Since when the first of them is owed.
    pub oldest_at: Option<Timestamp>,
}

/// How many lanes are not free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Open: waiting for their next probe.
    pub open: i64,
    /// Half open: a probe is on its way.
    pub half_open: i64,
    /// Held, whatever their breaker says.
    pub held: i64,
}

/// The lanes on which something is wrong, held or waiting, of one partner if asked. Of what waits
/// at most `rows` are counted for each.
pub async fn list(
    connection: &Connection,
    partner: Option<&PartnerId>,
    limit: i64,
    rows: i64,
) -> Result<Vec<Shown>, StoreError> {
    let partner = partner.map(PartnerId::as_str);
    let found = connection.query(LIST, &[&partner, &limit, &rows]).await?;
    let each = found.iter().map(|row| {
        Ok(Shown {
            id: row.try_get("id")?,
            partner: parsed(row, "partner_id")?,
            host: row.try_get("host")?,
            breaker: breaker(row)?,
            held_by: row.try_get("held_by")?,
            held_reason: row.try_get("held_reason")?,
            held_ticket: row.try_get("held_ticket")?,
            held_at: row.try_get("held_at")?,
            waiting: row.try_get("count")?,
            oldest_at: row.try_get("oldest_at")?,
        })
    });
    each.collect()
}

/// How many lanes are not free.
pub async fn totals(connection: &Connection) -> Result<Totals, StoreError> {
    let rows = connection.query(TOTALS, &[]).await?;
    let row = rows
        .first()
        .ok_or(StoreError::Corrupt { column: "count" })?;
    Ok(Totals {
        open: row.try_get("open")?,
        half_open: row.try_get("half_open")?,
        held: row.try_get("held")?,
    })
}
