//! How many letters may be sent now, and how long the rest will take.

use jiff::{SignedDuration, Timestamp};

use super::{Job, Marks};

/// A mark is followed by the next after so long; the elder of two is up to twice as far back.
const MARK_EVERY: SignedDuration = SignedDuration::from_secs(30);

/// What a pace allows now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance {
    /// How many letters.
    pub(super) number: i64,
    from: Timestamp,
    pace: i64,
}

impl Allowance {
    /// Of what was not used up, a second's worth at most.
    pub(super) fn at(now: Timestamp, used_up_to: Option<Timestamp>, pace: i32) -> Self {
        let pace = i64::from(pace.max(1));
        let second = SignedDuration::from_secs(1);
        let earliest = now.saturating_sub(second).unwrap_or(now);
        let from = used_up_to.map_or(earliest, |at| at.max(earliest));
        let passed = now.duration_since(from).as_micros();
        let passed = i64::try_from(passed).unwrap_or(0).max(0);
        Self {
            number: passed.saturating_mul(pace) / 1_000_000,
            from,
            pace,
        }
    }

    /// Up to when the pace is used up once so many were sent.
    pub(super) fn used(&self, sent: i64) -> Timestamp {
        let micros = sent.saturating_mul(1_000_000) / self.pace;
        self.from
            .saturating_add(SignedDuration::from_micros(micros))
            .unwrap_or(self.from)
    }
}

impl Marks {
    /// Begins anew: what was before says nothing of what comes.
    pub(super) const fn begun(now: Timestamp, done: i64) -> Self {
        Self {
            at: Some(now),
            done,
            before_at: Some(now),
            before_done: done,
        }
    }

    /// Sets the next mark when it is time.
    pub(super) fn pass(&mut self, now: Timestamp, done: i64) {
        let due = self
            .at
            .is_none_or(|at| now.duration_since(at) >= MARK_EVERY);
        if due {
            *self = Self {
                at: Some(now),
                done,
                before_at: self.at.or(Some(now)),
                before_done: if self.at.is_some() { self.done } else { done },
            };
        }
    }
}

/// The letters a second that were dealt with in the last minute, and how long the rest takes at
/// that pace. `None` while nothing can be said.
pub fn pace_and_rest(now: Timestamp, job: &Job) -> Option<(f64, SignedDuration)> {
    let since = job.marks.before_at?;
    let seconds = now.duration_since(since).as_secs_f64();
    let done = job.counts.done() - job.marks.before_done;
    if seconds < 1.0 || done <= 0 {
        return None;
    }
    // Counts stay far below what a float holds exactly.
    let pace = exact(done) / seconds;
    let rest = exact(job.counts.queued + job.counts.waiting) / pace;
    SignedDuration::try_from_secs_f64(rest)
        .ok()
        .map(|rest| (pace, rest))
}

fn exact(count: i64) -> f64 {
    f64::from(i32::try_from(count).unwrap_or(i32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + millis).unwrap()
    }

    #[test]
    fn a_pace_is_kept_however_often_it_is_asked() {
        for every in [7, 50, 333, 1000] {
            let mut used_up_to = Some(at(0));
            let mut sent = 0;
            let mut now = 0;
            while now < 60_000 {
                now += every;
                let allowance = Allowance::at(at(now), used_up_to, 30);
                sent += allowance.number;
                used_up_to = Some(allowance.used(allowance.number));
            }
            let due = now * 30 / 1000;
            assert!((due..=due + 1).contains(&sent), "{every}: {sent}");
        }
    }

    #[test]
    fn a_pause_is_not_made_up_for_and_what_was_not_used_is_not_lost() {
        let now = at(3_600_000);
        let allowance = Allowance::at(now, Some(at(0)), 30);
        assert_eq!(allowance.number, 30);
        assert_eq!(allowance.used(30), now);
        assert_eq!(Allowance::at(now, Some(now), 30).number, 0);
        assert_eq!(Allowance::at(now, Some(allowance.used(20)), 30).number, 10);
        assert_eq!(Allowance::at(now, None, 5000).number, 5000);
    }

    #[test]
    fn the_elder_mark_is_between_half_a_minute_and_a_minute_back() {
        let mut marks = Marks::begun(at(0), 5);
        for second in 1..=600 {
            marks.pass(at(second * 1000), 5 + second);
            if second >= 60 {
                let back = second - (marks.before_done - 5);
                assert!((30..=60).contains(&back), "{second}: {marks:?}");
            }
        }
    }
}
