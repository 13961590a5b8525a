//! Messages that wait for their lane: out of the relays' sight, and fetched by partner-notifier
//! when the lane takes them.
//!
//! Parking keeps the row and its `message_id`: it is the same duty, as old as it is, in its place
//! in the order. A delivery of it that comes again finds it parked and is acked without an effect.
//!
//! A claim is a lease, as a relay's is: a process that dies gives its rows back by itself.

use contract::ids::PartnerId;
use jiff::Timestamp;
use uuid::Uuid;

use super::{Lane, State};
use crate::outbox::{Claimed, claimed};
use crate::pool::Place;
use crate::row::{named, parsed};
use crate::{Connection, StoreError};

const ENSURE: &str = "\
-- lanes.ensure
insert into lanes (partner_id, host, created_at, updated_at, updated_by)
values ($1, $2, $3, $3, $4)
on conflict on constraint lane_once do nothing";

const PARK: &str = "\
-- lanes.park
update outbox
   set lane_id = lanes.id, published_at = null, available_at = $4, updated_at = $4,
       updated_by = $5
  from lanes
 where lanes.partner_id = $1
   and lanes.host = $2
   and outbox.message_id = $3
returning outbox.id";

const PARK_AGAIN: &str = "\
-- lanes.park_again
update outbox
   set available_at = $2, updated_at = $2, updated_by = $3
 where message_id = $1 and lane_id is not null";

const UNPARK: &str = "\
-- lanes.unpark
update outbox
   set lane_id = null, published_at = null, available_at = $2, updated_at = $2, updated_by = $3
 where message_id = $1";

/// The lanes that have something parked are found by leaping from number to number, so a lane with
/// a million rows costs no more than one with a single row. What is claimed at this moment comes
/// first in its lane and is at most as much as can be under way.
const WAITING: &str = "\
-- lanes.waiting
with recursive parked (lane_id) as (
    (select lane_id from outbox where lane_id is not null order by lane_id limit 1)
    union all
    select (select outbox.lane_id
              from outbox
             where outbox.lane_id > parked.lane_id
             order by outbox.lane_id
             limit 1)
      from parked
     where parked.lane_id is not null),
free as (
    select lanes.id, lanes.partner_id, lanes.host, lanes.state
      from parked
      join lanes on lanes.id = parked.lane_id
      left join lanes whole on whole.partner_id = lanes.partner_id and whole.host = ''
     where lanes.held_at is null
       and whole.held_at is null
       and (lanes.state = 'closed' or lanes.probe_at <= $1))
select free.id, free.partner_id, free.host, free.state, ready.count
  from free,
       lateral (select count(*)
                  from (select
                          from outbox
                         where outbox.lane_id = free.id and outbox.available_at <= $1
                         order by outbox.created_at, outbox.id
                         limit $2) as first) as ready
 where ready.count > 0
 order by free.id
 limit $3";

/// By `created_at` before `id`, as the index has them: in the order of `id` alone the planner may
/// read the rows of all other lanes to find those of this one.
const CLAIM: &str = "\
-- lanes.claim
with due as (
    select id
      from outbox
     where lane_id = $1 and available_at <= $2
     order by created_at, id
     limit $4
       for update skip locked)
update outbox
   set available_at = $3, updated_at = $2, updated_by = $5
  from due
 where outbox.id = due.id
returning outbox.id, message_id, exchange, routing_key, message_type, correlation_id,
          causation_id, traceparent, body, created_at";

/// Both at once: whoever wins the probe has its notice.
const CLAIM_PROBE: &str = "\
-- lanes.claim_probe
with probe as (
    update lanes
       set state = 'half_open', probe_at = $3, updated_at = $2, updated_by = $4
     where id = $1
       and state in ('open', 'half_open')
       and probe_at <= $2
       and held_at is null
    returning id),
due as (
    select id
      from outbox
     where lane_id = $1 and available_at <= $2 and exists (select from probe)
     order by created_at, id
     limit 1
       for update skip locked)
update outbox
   set available_at = $3, updated_at = $2, updated_by = $4
  from due
 where outbox.id = due.id
returning outbox.id, message_id, exchange, routing_key, message_type, correlation_id,
          causation_id, traceparent, body, created_at";

/// A lane on which something waits that may be fetched now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The lane.
    pub id: i64,
    /// Its partner.
    pub partner: PartnerId,
    /// Host and port.
    pub host: String,
    /// Closed, or a probe is due.
    pub state: State,
    /// How many rows, counted no further than asked.
    pub count: usize,
}

/// Makes the row of a lane, if there is none.
pub async fn ensure(place: impl Place, now: Timestamp, lane: Lane<'_>) -> Result<(), StoreError> {
    let name = place.name();
    place
        .rows(ENSURE, &[&lane.partner, &lane.host, &now, &name])
        .await
        .map(drop)
}

/// Parks a message on a lane that has a row. `false`: it was settled meanwhile.
pub async fn park(
    place: impl Place,
    now: Timestamp,
    lane: Lane<'_>,
    message_id: Uuid,
) -> Result<bool, StoreError> {
    let name = place.name();
    let rows = place
        .rows(PARK, &[&lane.partner, &lane.host, &message_id, &now, &name])
        .await?;
    Ok(!rows.is_empty())
}

/// Gives a parked message back that was claimed and not sent.
pub async fn park_again(
    place: impl Place,
    now: Timestamp,
    message_id: Uuid,
) -> Result<(), StoreError> {
    let name = place.name();
    place
        .rows(PARK_AGAIN, &[&message_id, &now, &name])
        .await
        .map(drop)
}

/// Leaves a message to the relay again.
pub async fn unpark(place: impl Place, now: Timestamp, message_id: Uuid) -> Result<(), StoreError> {
    let name = place.name();
    place
        .rows(UNPARK, &[&message_id, &now, &name])
        .await
        .map(drop)
}

/// The lanes on which something waits that may be fetched at `now`; of each at most `rows` are
/// counted.
pub async fn waiting(
    connection: &Connection,
    now: Timestamp,
    rows: i64,
    lanes: i64,
) -> Result<Vec<Waiting>, StoreError> {
    let found = connection.query(WAITING, &[&now, &rows, &lanes]).await?;
    let each = found.iter().map(|row| {
        let count: i64 = row.try_get("count")?;
        Ok(Waiting {
            id: row.try_get("id")?,
            partner: parsed(row, "partner_id")?,
            host: row.try_get("host")?,
            state: named(row, "state", State::from_name)?,
            count: usize::try_from(count).unwrap_or_default(),
        })
    });
    each.collect()
}

/// Claims up to `limit` parked rows of a lane until `until`, the oldest first; rows that others are
/// claiming are passed over.
pub async fn claim(
    place: impl Place,
    now: Timestamp,
    lane_id: i64,
    until: Timestamp,
    limit: i64,
) -> Result<Vec<Claimed>, StoreError> {
    let name = place.name();
    let rows = place
        .rows(CLAIM, &[&lane_id, &now, &until, &limit, &name])
        .await?;
    rows.iter().map(claimed).collect()
}

/// Claims the oldest parked row of a lane as its probe, and the right to send it; `None` if
/// somebody else has it.
pub async fn claim_probe(
    place: impl Place,
    now: Timestamp,
    lane_id: i64,
    until: Timestamp,
) -> Result<Option<Claimed>, StoreError> {
    let name = place.name();
    let rows = place
        .rows(CLAIM_PROBE, &[&lane_id, &now, &until, &name])
        .await?;
    rows.first().map(claimed).transpose()
}
