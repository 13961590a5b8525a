//! What happened to withdrawals in one hour, counted on the timeline.
//!
//! An hour at a time: the timeline is in the order of time and has one small index for it, so an
//! hour costs what an hour holds. What is over does not change, so whoever asks often keeps it.

use jiff::{SignedDuration, Timestamp};
use tokio_postgres::Row;

use crate::{Connection, StoreError};

const HOUR: &str = "\
-- overview.hour
select count(*) filter (where event = 'confirm') as accepted,
       count(*) filter (where event = 'pay') as paid,
       count(*) filter (where event in ('fail', 'refuse')) as failed,
       count(*) filter (where event = 'return') as returned,
       count(*) filter (where event = 'notice_delivered') as notices_delivered,
       count(*) filter (where event = 'notice_failed') as notices_failed,
       count(*) filter (where event = 'notice_dead_lettered') as notices_dead_lettered
  from timeline
 where at >= $1 and at < $2
   and event in ('confirm', 'pay', 'fail', 'refuse', 'return', 'notice_delivered',
                 'notice_failed', 'notice_dead_lettered')";

/// What happened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Withdrawals that their users confirmed.
    pub accepted: i64,
    /// Money moved.
    pub paid: i64,
    /// Huifu or the bank said no.
    pub failed: i64,
    /// The bank sent the money back.
    pub returned: i64,
    /// Notices that a partner took.
    pub notices_delivered: i64,
    /// Sendings that a partner did not take; the notice is sent again.
    pub notices_failed: i64,
    /// Notices that were given up.
    pub notices_dead_lettered: i64,
}

/// What happened in the hour that begins at `from`.
pub async fn hour(connection: &Connection, from: Timestamp) -> Result<Counts, StoreError> {
    let until = from + SignedDuration::from_hours(1);
    let row = connection.query_opt(HOUR, &[&from, &until]).await?;
    row.as_ref().map_or_else(|| Ok(Counts::default()), counts)
}

fn counts(row: &Row) -> Result<Counts, StoreError> {
    Ok(Counts {
        accepted: row.try_get("accepted")?,
        paid: row.try_get("paid")?,
        failed: row.try_get("failed")?,
        returned: row.try_get("returned")?,
        notices_delivered: row.try_get("notices_delivered")?,
        notices_failed: row.try_get("notices_failed")?,
        notices_dead_lettered: row.try_get("notices_dead_lettered")?,
    })
}
