//! Lanes: one for each host of a partner, on which its notices go out, so that a host which is
//! dead, slow or flooded holds up nobody but itself.
//!
//! A lane has a row only once something went wrong on it or somebody held it; a partner that takes
//! its notices costs nothing here. The row with host [`WHOLE_PARTNER`] stands for all hosts of the
//! partner at once and can only be held.
//!
//! A notice that meets a lane which is not free is **parked**: its message leaves the broker and
//! lies in the outbox under the lane's number, where no relay sees it, until partner-notifier
//! fetches it from there. So a partner that is away for a day costs the broker nothing, however
//! much waits for it. Nothing is dropped: a parked message is a duty like any other.

mod breaker;
mod hold;
mod judge;
mod listing;
mod parking;

use jiff::Timestamp;
use tokio_postgres::Row;

use crate::StoreError;
use crate::row::named;

pub use breaker::{Breaker, Event, Policy, State, Trouble};
pub use hold::{Held, Holder, hold, release};
pub use judge::{Judged, begin_probe, gone, judge};
pub use listing::{Shown, Totals, list, totals};
pub use parking::{Waiting, claim, claim_probe, ensure, park, park_again, unpark, waiting};

/// The host of the row that stands for all hosts of a partner.
pub const WHOLE_PARTNER: &str = "";

/// Which lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lane<'a> {
    /// The partner.
    pub partner: &'a str,
    /// Host and port, as `host_of` in the database reads them from an address.
    pub host: &'a str,
}

/// Where a lane stands for a notice that is about to go out on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Host and port.
    pub host: String,
    /// The row, if there is one.
    pub id: Option<i64>,
    /// Its breaker.
    pub breaker: Breaker,
    /// Whether it, or the whole partner, is held.
    pub is_held: bool,
}

impl Standing {
    /// Whether any notice may go out.
    pub fn is_free(&self) -> bool {
        !self.is_held && self.breaker.state() == State::Closed
    }

    /// Whether something is remembered that a notice which is taken puts right.
    pub fn is_troubled(&self) -> bool {
        self.breaker != Breaker::CLOSED
    }
}

/// Reads what `for_delivery` joins: the lane of the notice, or nothing.
pub(crate) fn standing(row: &Row) -> Result<Standing, StoreError> {
    let id = row.try_get("lane_id")?;
    Ok(Standing {
        host: row.try_get("host")?,
        id,
        breaker: match id {
            Some(_) => breaker(row)?,
            None => Breaker::CLOSED,
        },
        is_held: row.try_get("lane_is_held")?,
    })
}

/// Reads the columns of a row's breaker; its state is called `lane_state`.
fn breaker(row: &Row) -> Result<Breaker, StoreError> {
    let corrupt = || StoreError::Corrupt {
        column: "lane_state",
    };
    let state = named(row, "lane_state", State::from_name)?;
    let opened_at: Option<Timestamp> = row.try_get("opened_at")?;
    let probe_at: Option<Timestamp> = row.try_get("probe_at")?;
    let pause: Option<i64> = row.try_get("probe_pause_ms")?;
    let trouble = match state {
        State::Closed => None,
        State::Open | State::HalfOpen => Some(Trouble {
            half_open: state == State::HalfOpen,
            opened_at: opened_at.ok_or_else(corrupt)?,
            probe_at: probe_at.ok_or_else(corrupt)?,
            pause: std::time::Duration::from_millis(pause.ok_or_else(corrupt)?.unsigned_abs()),
        }),
    };
    Ok(Breaker {
        failures: row.try_get("failures")?,
        trouble,
    })
}
