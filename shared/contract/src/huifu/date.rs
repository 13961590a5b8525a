//! `req_date`: the Beijing day of a request, which with `req_seq_id` names it for ever.
//!
//! It is fixed when the attempt is opened and stored with it. Computing it again after midnight
//! would ask Huifu about a withdrawal that never was.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::partner::time::beijing_date;

/// A day, written as yyyyMMdd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReqDate(Date);

/// A text that is not 8 digits of an existing day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a day in the form yyyyMMdd")]
pub struct ReqDateError;

impl ReqDate {
    /// The day in Beijing at `at`.
    pub fn at(at: Timestamp) -> Self {
        Self(beijing_date(at))
    }

    /// A day that is a Beijing day already.
    pub fn of(date: Date) -> Self {
        Self(date)
    }

    /// The day.
    pub fn date(self) -> Date {
        self.0
    }
}

impl fmt::Display for ReqDate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{:04}{:02}{:02}",
            self.0.year(),
            self.0.month(),
            self.0.day()
        )
    }
}

impl FromStr for ReqDate {
    type Err = ReqDateError;

    fn from_str(text: &str) -> Result<Self, ReqDateError> {
        if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ReqDateError);
        }
        let read = || {
            let year = text[..4].parse().ok()?;
            let (month, day) = (text[4..6].parse().ok()?, text[6..].parse().ok()?);
            Date::new(year, month, day).ok()
        };
        read().map(Self).ok_or(ReqDateError)
    }
}

impl TryFrom<String> for ReqDate {
    type Error = ReqDateError;

    fn try_from(text: String) -> Result<Self, ReqDateError> {
        text.parse()
    }
}

impl From<ReqDate> for String {
    fn from(date: ReqDate) -> Self {
        date.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_is_beijings_and_reads_back() {
        let date = ReqDate::at("2026-12-31T16:00:00Z".parse().unwrap());
        assert_eq!(date.to_string(), "20270101");
        assert_eq!("20270101".parse(), Ok(date));
        for bad in [
            "",
            "2027010",
            "202701011",
            "20270230",
            "2027-101",
            "２０２７",
        ] {
            assert_eq!(bad.parse::<ReqDate>(), Err(ReqDateError), "{bad}");
        }
    }
}
