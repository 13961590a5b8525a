//! When a pause that begins now is over.

use std::time::Duration;

use jiff::Timestamp;

/// `pause` after `from`. A pause longer than the calendar ends with it, instead of breaking whoever
/// only wanted to wait.
pub fn later(from: Timestamp, pause: Duration) -> Timestamp {
    from.saturating_add(pause).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_ends_with_the_calendar_at_the_latest() {
        let noon: Timestamp = "2026-11-22T04:00:00Z".parse().unwrap();
        let soon = later(noon, Duration::from_millis(1_500));
        assert_eq!(soon, "2026-11-22T04:00:01.5Z".parse().unwrap());
        for long in [Duration::from_secs(1 << 40), Duration::MAX] {
            assert_eq!(later(noon, long), Timestamp::MAX, "{long:?}");
        }
    }
}
