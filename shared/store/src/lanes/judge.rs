//! What a sending tells about its lane: the row is locked, taken through the breaker, written back.

use contract::ids::PartnerId;
use jiff::Timestamp;
use serde_json::json;

use super::{Breaker, Event, Lane, Policy, State, breaker};
use crate::cases::{self, NewCase};
use crate::pool::Place;
use crate::{StoreError, Transaction};

/// Makes the row where there is none, and locks it in either case.
const LOCK: &str = "\
-- lanes.lock
insert into lanes (partner_id, host, created_at, updated_at, updated_by)
values ($1, $2, $3, $3, $4)
on conflict on constraint lane_once do update set updated_at = excluded.updated_at
returning id, state as lane_state, failures, opened_at, probe_at, probe_pause_ms, held_at";

const WRITE: &str = "\
-- lanes.write
update lanes
   set state = $2, failures = $3, opened_at = $4, probe_at = $5, probe_pause_ms = $6,
       updated_at = $7, updated_by = $8
 where id = $1";

/// The same as [`Event::Probe`], for as many replicas as there are: the first of them wins.
const BEGIN_PROBE: &str = "\
-- lanes.begin_probe
update lanes
   set state = 'half_open', probe_at = $3, updated_at = $2, updated_by = $4
 where id = $1
   and state in ('open', 'half_open')
   and probe_at <= $2
   and held_at is null
returning id";

const HOLD_GONE: &str = "\
-- lanes.hold_gone
update lanes
   set held_by = $3, held_reason = 'the partner answered 410', held_at = $2, updated_at = $2,
       updated_by = $3
 where id = $1 and held_at is null";

/// What became of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// The row.
    pub id: i64,
    /// Where it stood.
    pub before: State,
    /// Where it stands.
    pub after: State,
}

/// A row that is locked.
struct Locked {
    id: i64,
    breaker: Breaker,
    held_at: Option<Timestamp>,
}

/// Takes a lane through `event`.
pub async fn judge(
    tx: &Transaction<'_>,
    now: Timestamp,
    lane: Lane<'_>,
    event: Event,
    policy: &Policy,
) -> Result<Judged, StoreError> {
    let locked = lock(tx, now, lane).await?;
    apply(tx, now, &locked, event, policy).await
}

/// The partner says that there is nobody at this address any more: the lane is held until an
/// operator has asked, and a case tells of it once. Whoever holds it already goes on holding it.
pub async fn gone(
    tx: &Transaction<'_>,
    now: Timestamp,
    partner: &PartnerId,
    host: &str,
    policy: &Policy,
) -> Result<Judged, StoreError> {
    let lane = Lane {
        partner: partner.as_str(),
        host,
    };
    let locked = lock(tx, now, lane).await?;
    let judged = apply(tx, now, &locked, Event::Gone, policy).await?;
    tx.execute(HOLD_GONE, &[&locked.id, &now, &tx.name()])
        .await?;
    let since = locked.held_at.unwrap_or(now);
    let case = NewCase {
        withdrawal: None,
        application: None,
        kind: "endpoint_gone",
        detail: &json!({ "partner_id": partner, "host": host, "lane": locked.id }),
        // One for each time that it is held: after a release the same may happen again.
        fingerprint: &format!("endpoint_gone/{}/{since}", locked.id),
    };
    cases::open(tx, now, &case).await?;
    Ok(judged)
}

/// Whether this caller may send the probe of an open lane, and is waited for until `until`.
pub async fn begin_probe(
    place: impl Place,
    now: Timestamp,
    lane_id: i64,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let name = place.name();
    let rows = place
        .rows(BEGIN_PROBE, &[&lane_id, &now, &until, &name])
        .await?;
    Ok(!rows.is_empty())
}

async fn lock(tx: &Transaction<'_>, now: Timestamp, lane: Lane<'_>) -> Result<Locked, StoreError> {
    let row = tx
        .query_one(LOCK, &[&lane.partner, &lane.host, &now, &tx.name()])
        .await?;
    Ok(Locked {
        id: row.try_get("id")?,
        breaker: breaker(&row)?,
        held_at: row.try_get("held_at")?,
    })
}

async fn apply(
    tx: &Transaction<'_>,
    now: Timestamp,
    locked: &Locked,
    event: Event,
    policy: &Policy,
) -> Result<Judged, StoreError> {
    let after = locked.breaker.after(event, now, policy);
    if let Some(after) = &after {
        write(tx, now, locked.id, after).await?;
    }
    Ok(Judged {
        id: locked.id,
        before: locked.breaker.state(),
        after: after.unwrap_or(locked.breaker).state(),
    })
}

async fn write(
    tx: &Transaction<'_>,
    now: Timestamp,
    id: i64,
    breaker: &Breaker,
) -> Result<(), StoreError> {
    let trouble = breaker.trouble;
    let pause = trouble.map(|t| i64::try_from(t.pause.as_millis()).unwrap_or(i64::MAX));
    tx.execute(
        WRITE,
        &[
            &id,
            &breaker.state().as_str(),
            &breaker.failures,
            &trouble.map(|trouble| trouble.opened_at),
            &trouble.map(|trouble| trouble.probe_at),
            &pause,
            &now,
            &tx.name(),
        ],
    )
    .await
    .map(drop)
}
