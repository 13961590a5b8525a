//! Working days and holidays, as Huifu's fees of D1 tell them apart (huifu-api.md §3.13).
//!
//! What a newcomer would get wrong: China's holidays cannot be computed. The State Council
//! announces them for each year, and with them Saturdays and Sundays on which people work. So the
//! weekday decides only where nobody has entered an exception, and the day is Beijing's
//! ([`crate::partner::time::beijing_date`]), never the machine's.

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

/// What kind of day it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// 工作日: Monday to Friday, and weekend days on which China works.
    Working,
    /// 节假日: Saturday and Sunday, and the days that the State Council gives free.
    Holiday,
}

impl DayKind {
    /// Both kinds; compared with the database's list by a test.
    pub const ALL: [Self; 2] = [Self::Working, Self::Holiday];

    /// The name in the database and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Holiday => "holiday",
        }
    }

    /// Reads the name; `None` for anything else.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// What `date` is: what has been entered for it, else what its weekday says.
    pub fn of(date: Date, exception: Option<Self>) -> Self {
        exception.unwrap_or_else(|| Self::by_weekday(date))
    }

    fn by_weekday(date: Date) -> Self {
        match date.weekday() {
            Weekday::Monday
            | Weekday::Tuesday
            | Weekday::Wednesday
            | Weekday::Thursday
            | Weekday::Friday => Self::Working,
            Weekday::Saturday | Weekday::Sunday => Self::Holiday,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partner::time::beijing_date;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn the_weekday_decides_where_nothing_was_entered() {
        // 2026-11-16 is a Monday.
        let week = day("2026-11-16").series(jiff::ToSpan::days(1)).take(7);
        let kinds: Vec<DayKind> = week.map(|date| DayKind::of(date, None)).collect();
        assert_eq!(kinds[..5], [DayKind::Working; 5]);
        assert_eq!(kinds[5..], [DayKind::Holiday; 2]);
    }

    #[test]
    fn what_was_entered_goes_before_the_weekday() {
        let national_day = day("2026-10-01");
        assert_eq!(DayKind::of(national_day, None), DayKind::Working);
        let exception = Some(DayKind::Holiday);
        assert_eq!(DayKind::of(national_day, exception), DayKind::Holiday);
        let sunday_at_work = day("2026-09-20");
        assert_eq!(DayKind::of(sunday_at_work, None), DayKind::Holiday);
        let exception = Some(DayKind::Working);
        assert_eq!(DayKind::of(sunday_at_work, exception), DayKind::Working);
    }

    #[test]
    fn friday_evening_in_london_is_saturday_in_beijing() {
        let at = "2026-11-20T16:00:00Z".parse().unwrap();
        assert_eq!(DayKind::of(beijing_date(at), None), DayKind::Holiday);
        let a_second_before = "2026-11-20T15:59:59Z".parse().unwrap();
        let date = beijing_date(a_second_before);
        assert_eq!(DayKind::of(date, None), DayKind::Working);
    }

    #[test]
    fn the_names_read_back() {
        for kind in DayKind::ALL {
            assert_eq!(DayKind::from_name(kind.as_str()), Some(kind));
        }
        assert_eq!(DayKind::from_name("Holiday"), None);
    }
}
