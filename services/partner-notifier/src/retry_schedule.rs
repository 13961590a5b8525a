//! When a notice that failed is sent again.
//!
//! Pure arithmetic: randomness and the partner's wish are parameters. The step counts failures
//! since the notice was written or last replayed.

use std::time::Duration;

/// Pauses after the first failure, the second, and so on; after the last comes the dead letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetrySchedule {
    pauses: Vec<Duration>,
    jitter_percent: u32,
}

impl RetrySchedule {
    /// The longest pause there is; a partner's `Retry-After` beyond it is cut to it, so that a
    /// mistyped header cannot put a notice off for a year.
    pub const LONGEST_PAUSE: Duration = Duration::from_hours(24);

    /// More would not fit the `number` that operators can still read.
    pub const MOST_PAUSES: usize = 100;

    /// 15 s, 15 s, 30 s, 3 min, 10 min, 20 min, three of 30 min, 60 min, three of 3 h, two of 6 h:
    /// a day, and 16 sendings. The schedule that partners here know from other payment platforms.
    pub fn default_pauses() -> Vec<Duration> {
        [
            15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10_800, 10_800, 10_800, 21_600,
            21_600,
        ]
        .map(Duration::from_secs)
        .to_vec()
    }

    /// Each pause is made longer or shorter by up to `jitter_percent`, at most 100.
    pub fn new(pauses: Vec<Duration>, jitter_percent: u32) -> Self {
        Self {
            pauses,
            jitter_percent,
        }
    }

    /// How long to wait after a failure when `step` others came before it; `None` when the
    /// schedule is used up. `random` is spread evenly over all of `u32`. The partner's wish counts
    /// when it is later than ours, never when it is sooner.
    pub fn pause(
        &self,
        step: usize,
        random: u32,
        retry_after: Option<Duration>,
    ) -> Option<Duration> {
        let pause = self.pauses.get(step)?;
        let share = f64::from(random) / f64::from(u32::MAX) * 2.0 - 1.0;
        let jittered = pause.mul_f64(1.0 + share * f64::from(self.jitter_percent.min(100)) / 100.0);
        let wished = retry_after.unwrap_or_default();
        Some(jittered.max(wished).min(Self::LONGEST_PAUSE))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_default_is_the_promised_one_and_takes_a_day() {
        let schedule = RetrySchedule::new(RetrySchedule::default_pauses(), 0);
        let seconds: Vec<u64> = (0..15)
            .map(|step| schedule.pause(step, 0, None).unwrap().as_secs())
            .collect();
        assert_eq!(seconds[..6], [15, 15, 30, 180, 600, 1200]);
        assert_eq!(seconds[13..], [21_600, 21_600]);
        assert_eq!(schedule.pause(15, 0, None), None);
        let day: u64 = seconds.iter().sum();
        assert_eq!(day, 86_640);
    }

    proptest! {
        #[test]
        fn a_pause_stays_within_its_jitter_and_under_a_day(
            step in 0..15_usize, random: u32, jitter in 0..=100_u32,
        ) {
            let pauses = RetrySchedule::default_pauses();
            let schedule = RetrySchedule::new(pauses.clone(), jitter);
            let pause = schedule.pause(step, random, None).unwrap();
            let off = pause.abs_diff(pauses[step]);
            let most = pauses[step].mul_f64(f64::from(jitter) / 100.0);
            prop_assert!(off <= most + Duration::from_micros(1));
            prop_assert!(pause <= RetrySchedule::LONGEST_PAUSE);
        }

        #[test]
        fn a_partner_can_put_a_notice_off_by_a_day_and_never_hurry_it(
            step in 0..15_usize, random: u32, wished in 0..1_000_000_u64,
        ) {
            let schedule = RetrySchedule::new(RetrySchedule::default_pauses(), 10);
            let alone = schedule.pause(step, random, None).unwrap();
            let wished = Duration::from_secs(wished);
            let asked = schedule.pause(step, random, Some(wished)).unwrap();
            prop_assert_eq!(asked, alone.max(wished).min(RetrySchedule::LONGEST_PAUSE));
        }

        #[test]
        fn a_used_up_schedule_stays_used_up(step in 15..10_000_usize, random: u32, wished: u32) {
            let schedule = RetrySchedule::new(RetrySchedule::default_pauses(), 10);
            let wished = Duration::from_secs(u64::from(wished));
            prop_assert_eq!(schedule.pause(step, random, Some(wished)), None);
        }

        #[test]
        fn more_randomness_never_means_an_earlier_sending(step in 0..15_usize, a: u32, b: u32) {
            let schedule = RetrySchedule::new(RetrySchedule::default_pauses(), 25);
            let (low, high) = (a.min(b), a.max(b));
            prop_assert!(schedule.pause(step, low, None) <= schedule.pause(step, high, None));
        }
    }
}
