//! How long things took, as quantiles; an average would hide exactly what users complain about.

use std::time::Duration;

use hdrhistogram::Histogram;
use jiff::Timestamp;
use serde::Serialize;

/// Ten minutes in microseconds: far beyond every time-out, so nothing is cut off.
const LONGEST: u64 = 600_000_000;

/// Durations, kept to three digits.
#[derive(Debug, Clone)]
pub struct Latency {
    histogram: Histogram<u64>,
}

/// The figures of a [`Latency`], in milliseconds. With fewer than a thousand values the last two
/// are the same one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Quantiles {
    /// How many there were.
    pub count: u64,
    /// Half took at most this.
    pub p50_ms: f64,
    /// 99 in 100 took at most this.
    pub p99_ms: f64,
    /// 999 in 1000 took at most this.
    pub p999_ms: f64,
    /// The longest.
    pub max_ms: f64,
}

impl Default for Latency {
    fn default() -> Self {
        let histogram = Histogram::new_with_bounds(1, LONGEST, 3)
            .expect("the bounds are in order and three digits are allowed");
        Self { histogram }
    }
}

impl Latency {
    /// Takes a duration; what is below a microsecond counts as one.
    pub fn record(&mut self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(LONGEST);
        self.histogram.saturating_record(micros.max(1));
    }

    /// Takes the time between two readings of the machine's clock. A negative one counts as the
    /// shortest: two processes read the same clock, and it was set back.
    pub fn record_between(&mut self, from: Timestamp, to: Timestamp) {
        let took = to.duration_since(from);
        self.record(Duration::try_from(took).unwrap_or(Duration::ZERO));
    }

    /// The figures.
    #[must_use]
    pub fn quantiles(&self) -> Quantiles {
        let at = |quantile| self.histogram.value_at_quantile(quantile) as f64 / 1_000.0;
        Quantiles {
            count: self.histogram.len(),
            p50_ms: at(0.5),
            p99_ms: at(0.99),
            p999_ms: at(0.999),
            max_ms: self.histogram.max() as f64 / 1_000.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_near(value: f64, wanted: f64) -> bool {
        (value - wanted).abs() <= wanted * 0.001
    }

    #[test]
    fn quantiles_are_those_of_what_was_recorded() {
        let mut latency = Latency::default();
        for millis in 1..=1_000 {
            latency.record(Duration::from_millis(millis));
        }
        let found = latency.quantiles();
        assert_eq!(found.count, 1_000);
        assert!(is_near(found.p50_ms, 500.0), "{found:?}");
        assert!(is_near(found.p99_ms, 990.0), "{found:?}");
        assert!(is_near(found.p999_ms, 999.0), "{found:?}");
        assert!(is_near(found.max_ms, 1_000.0), "{found:?}");
    }

    #[test]
    fn one_slow_value_is_not_averaged_away() {
        let mut latency = Latency::default();
        for _ in 0..98 {
            latency.record(Duration::from_millis(1));
        }
        latency.record(Duration::from_secs(5));
        let found = latency.quantiles();
        assert!(is_near(found.p50_ms, 1.0), "{found:?}");
        assert!(is_near(found.p99_ms, 5_000.0), "{found:?}");
    }

    #[test]
    fn a_clock_that_was_set_back_and_an_endless_wait_are_kept_within_bounds() {
        let now = Timestamp::UNIX_EPOCH;
        let before = Timestamp::from_second(-5).unwrap();
        let mut latency = Latency::default();
        latency.record_between(now, before);
        latency.record(Duration::from_secs(86_400));
        let found = latency.quantiles();
        assert_eq!(found.count, 2);
        assert!(found.p50_ms <= 0.001, "{found:?}");
        assert!(found.max_ms >= 600_000.0, "{found:?}");
    }
}
