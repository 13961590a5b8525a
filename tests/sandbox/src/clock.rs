//! The only place that asks what time it is, and the only place that knows Beijing.
//!
//! China has had one time zone and no summer time since 1991, so a fixed offset is exact and
//! needs no time zone database.

use jiff::Timestamp;
use jiff::Zoned;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

#[expect(
    clippy::disallowed_methods,
    reason = "the sandbox may not import the runtime, so this is its own one door to the clock"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// `at` as a wall clock in Beijing shows it.
pub(crate) fn beijing(at: Timestamp) -> Zoned {
    at.to_zoned(TimeZone::fixed(Offset::constant(8)))
}

/// The day in Beijing, which is what all of Huifu's days are.
pub(crate) fn day_of(at: Timestamp) -> Date {
    beijing(at).date()
}

/// yyyyMMddHHmmss in Beijing: the `timestamp` field of the partner contract.
pub(crate) fn beijing_seconds(at: Timestamp) -> String {
    beijing(at).strftime("%Y%m%d%H%M%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beijing_is_eight_hours_ahead_in_summer_and_winter() {
        for (utc, expected) in [
            ("2026-07-01T16:00:00Z", "20260702000000"),
            ("2026-12-31T15:59:59Z", "20261231235959"),
        ] {
            assert_eq!(beijing_seconds(utc.parse().unwrap()), expected);
        }
    }
}
