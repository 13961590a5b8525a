//! Time on the wire: `yyyyMMddHHmmss` in Beijing, for partners and for Huifu.
//!
//! Beijing has been at +08:00 without summer time since 1992, so the offset is fixed and no time
//! zone database is needed. Seconds are the finest unit; fractions are cut off, never rounded up
//! into the future.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const BEIJING: Offset = Offset::constant(8);

/// How far a partner's clock may be off, in either direction.
pub const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(10);

/// A moment in whole seconds, written as 14 digits of Beijing time.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = "^[0-9]{14}$"))]
pub struct WireTime(Timestamp);

/// A text that is not 14 digits of an existing moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a time in the form yyyyMMddHHmmss")]
pub struct WireTimeError;

impl WireTime {
    /// The second that `at` lies in.
    pub fn new(at: Timestamp) -> Self {
        let second = at.as_second() - i64::from(at.subsec_nanosecond() < 0);
        Self(Timestamp::from_second(second).expect("the second of a timestamp is a timestamp"))
    }

    /// The moment.
    pub fn timestamp(self) -> Timestamp {
        self.0
    }

    /// Whether the clock that wrote this agrees with ours: at most [`CLOCK_TOLERANCE`] apart.
    pub fn is_near(self, now: Timestamp) -> bool {
        self.0.duration_since(now).abs() <= CLOCK_TOLERANCE
    }

    fn beijing(self) -> DateTime {
        BEIJING.to_datetime(self.0)
    }
}

/// The day in Beijing: 8 digits in Huifu's `req_date`.
pub fn beijing_date(at: Timestamp) -> Date {
    BEIJING.to_datetime(at).date()
}

/// From the first moment of a Beijing day to the first of the next, which is no longer in it.
pub fn beijing_day(day: Date) -> Range<Timestamp> {
    let begins = |day: Date| {
        let midnight = BEIJING.to_timestamp(day.at(0, 0, 0, 0));
        midnight.unwrap_or(Timestamp::MAX)
    };
    begins(day)..begins(day.saturating_add(jiff::Span::new().days(1)))
}

impl fmt::Display for WireTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.beijing();
        write!(
            formatter,
            "{:04}{:02}{:02}",
            at.year(),
            at.month(),
            at.day()
        )?;
        write!(
            formatter,
            "{:02}{:02}{:02}",
            at.hour(),
            at.minute(),
            at.second()
        )
    }
}

impl FromStr for WireTime {
    type Err = WireTimeError;

    fn from_str(text: &str) -> Result<Self, WireTimeError> {
        if text.len() != 14 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(WireTimeError);
        }
        let digits = |from: usize, to: usize| text[from..to].parse::<i16>().ok();
        let small = |from: usize| text[from..from + 2].parse::<i8>().ok();
        let read = || {
            let date = (digits(0, 4)?, small(4)?, small(6)?);
            let time = (small(8)?, small(10)?, small(12)?);
            DateTime::new(date.0, date.1, date.2, time.0, time.1, time.2, 0).ok()
        };
        let civil = read().ok_or(WireTimeError)?;
        civil
            .to_zoned(TimeZone::fixed(BEIJING))
            .map(|zoned| Self(zoned.timestamp()))
            .map_err(|_| WireTimeError)
    }
}

impl TryFrom<String> for WireTime {
    type Error = WireTimeError;

    fn try_from(text: String) -> Result<Self, WireTimeError> {
        text.parse()
    }
}

impl From<WireTime> for String {
    fn from(time: WireTime) -> Self {
        time.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_beijings_from_midnight_to_midnight() {
        let day = beijing_day(Date::constant(2026, 12, 31));
        assert_eq!(day.start, "2026-12-30T16:00:00Z".parse().unwrap());
        assert_eq!(day.end, "2026-12-31T16:00:00Z".parse().unwrap());
        assert_eq!(beijing_date(day.start), Date::constant(2026, 12, 31));
        assert_eq!(beijing_date(day.end), Date::constant(2027, 1, 1));
    }

    #[test]
    fn the_wire_shows_beijing_time_and_reads_it_back() {
        let at: Timestamp = "2026-11-22T16:00:00.999Z".parse().unwrap();
        let wire = WireTime::new(at);
        assert_eq!(wire.to_string(), "20261123000000");
        assert_eq!("20261123000000".parse(), Ok(wire));
        assert_eq!(wire.timestamp(), "2026-11-22T16:00:00Z".parse().unwrap());
        assert_eq!(beijing_date(at), Date::constant(2026, 11, 23));
        let before_the_epoch: Timestamp = "1969-12-31T23:59:59.5Z".parse().unwrap();
        assert_eq!(
            WireTime::new(before_the_epoch).to_string(),
            "19700101075959"
        );
    }

    #[test]
    fn moments_that_do_not_exist_are_refused() {
        for text in [
            "",
            "2026112300000",
            "202611230000000",
            "20261323000000",
            "20260230000000",
            "20261123240000",
            "20261123006000",
            "20261123000060",
            "2026-1123000000",
            "+0261123000000",
            "２０２６１１２３００００００",
        ] {
            assert_eq!(text.parse::<WireTime>(), Err(WireTimeError), "{text}");
        }
    }

    #[test]
    fn a_clock_may_be_ten_minutes_off_and_no_second_more() {
        let wire: WireTime = "20261123120000".parse().unwrap();
        let exact = wire.timestamp();
        for (seconds, near) in [(600, true), (-600, true), (601, false), (-601, false)] {
            assert_eq!(
                wire.is_near(exact + SignedDuration::from_secs(seconds)),
                near,
                "{seconds}"
            );
        }
    }
}
