//! Times as operators and partners read them: in Beijing.

use contract::partner::time::WireTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use crate::exit::WrongUsage;

/// China has one time zone and no summer time.
const BEIJING: Offset = Offset::constant(8);

/// `2026-11-22 12:08:53`, in Beijing; fractions are cut off.
pub(crate) fn shown(at: Timestamp) -> String {
    BEIJING
        .to_datetime(at)
        .strftime("%Y-%m-%d %H:%M:%S")
        .to_string()
}

/// As [`shown`], with milliseconds: where several things happen within one second.
pub(crate) fn shown_with_millis(at: Timestamp) -> String {
    BEIJING
        .to_datetime(at)
        .strftime("%Y-%m-%d %H:%M:%S%.3f")
        .to_string()
}

/// How long ago: `12h05m`.
pub(crate) fn age(now: Timestamp, since: Timestamp) -> String {
    let minutes = now.duration_since(since).as_mins();
    format!("{}h{:02}m", minutes / 60, minutes % 60)
}

/// As [`shown`], or a dash.
pub(crate) fn shown_optional(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "-".to_owned(), shown)
}

/// Reads `20261122120853` (Beijing) or RFC 3339 with an offset.
pub(crate) fn read(text: &str) -> Result<Timestamp, WrongUsage> {
    let wire = text.parse::<WireTime>().map(WireTime::timestamp).ok();
    wire.or_else(|| text.parse().ok()).ok_or_else(|| {
        WrongUsage(
            "a time is yyyyMMddHHmmss in Beijing, or RFC 3339 such as 2026-11-22T12:08:53+08:00"
                .to_owned(),
        )
    })
}

/// A time as [`read`] takes it, or how long before `now`: `90m`, `2h`, `3d`.
pub(crate) fn moment(now: Timestamp, text: &str) -> Result<Timestamp, WrongUsage> {
    let days = text.strip_suffix('d').and_then(|days| days.parse().ok());
    let days =
        days.map(|days: i64| SignedDuration::from_hours(days.saturating_mul(24).min(1 << 20)));
    let ago = days.or_else(|| text.parse().ok());
    match ago {
        Some(ago) => now
            .checked_sub(ago)
            .map_err(|_| WrongUsage(format!("{text} ago is before all times"))),
        None => read(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_a_moment_are_read_and_shown_in_beijing() {
        let wire = read("20261122120853").unwrap();
        assert_eq!(wire, read("2026-11-22T04:08:53Z").unwrap());
        assert_eq!(shown(wire), "2026-11-22 12:08:53");
        let exact = read("2026-11-22T04:08:53.0079Z").unwrap();
        assert_eq!(shown_with_millis(exact), "2026-11-22 12:08:53.007");
        assert!(
            read("2026-11-22 12:08:53").is_err(),
            "no offset: which noon?"
        );
    }

    #[test]
    fn a_moment_is_a_time_or_how_long_ago() {
        let now: Timestamp = "2026-11-22T04:00:00Z".parse().unwrap();
        for (text, expected) in [
            ("2h", "2026-11-22T02:00:00Z"),
            ("90m", "2026-11-22T02:30:00Z"),
            ("3d", "2026-11-19T04:00:00Z"),
            ("2026-11-22T11:00:00+08:00", "2026-11-22T03:00:00Z"),
        ] {
            assert_eq!(moment(now, text).unwrap().to_string(), expected, "{text}");
        }
        for text in ["", "d", "yesterday", "2026-11-22"] {
            assert!(moment(now, text).is_err(), "{text}");
        }
    }
}
