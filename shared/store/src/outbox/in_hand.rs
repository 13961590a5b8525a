//! Messages that are at work longer than the broker waits: acked, and the rows kept from everybody
//! else for as long as whoever is at work on them lives.

use jiff::Timestamp;
use uuid::Uuid;

use crate::StoreError;
use crate::pool::Place;

/// Not for a row that is parked: it is claimed already.
const HAND_OVER: &str = "\
-- outbox.hand_over
update outbox
   set published_at = null, available_at = $2, updated_at = $3, updated_by = $4
 where message_id = $1 and lane_id is null
returning id";

/// A row that was published meanwhile is the broker's, and one that was settled is gone.
const RENEW: &str = "\
-- outbox.renew
update outbox
   set available_at = $2, updated_at = $3, updated_by = $4
 where message_id = any($1) and published_at is null and available_at < $2";

/// Takes a message from the broker while its effect is still under way: it is acked, and until
/// `until` it belongs to whoever is at work on it, who settles it as ever. One that dies gives it
/// back to the relays by itself. Has no effect on what is settled or parked.
pub async fn hand_over(
    place: impl Place,
    now: Timestamp,
    message_id: Uuid,
    until: Timestamp,
) -> Result<(), StoreError> {
    let name = place.name();
    place
        .rows(HAND_OVER, &[&message_id, &until, &now, &name])
        .await
        .map(drop)
}

/// Keeps rows that were handed over, or fetched from a lane, from others until `until`.
pub async fn renew(
    place: impl Place,
    now: Timestamp,
    message_ids: &[Uuid],
    until: Timestamp,
) -> Result<(), StoreError> {
    let name = place.name();
    place
        .rows(RENEW, &[&message_ids, &until, &now, &name])
        .await
        .map(drop)
}
