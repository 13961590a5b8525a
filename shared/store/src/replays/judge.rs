//! Whether a job may go on, by what was heard of the letters that it sent.

use super::Round;

/// Below so many outcomes a rate says nothing; a canary is judged whole, however small.
const ENOUGH: i32 = 20;

/// Of so many outcomes the elder half is forgotten, so that an endpoint that breaks late in a long
/// job is noticed as soon as one that breaks early.
const LATELY: i32 = 200;

/// What follows from what was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Send what may be sent.
    GoOn,
    /// Too much failed; the sentence says how much.
    Stop(String),
}

/// Counts outcomes of the present round.
pub(super) fn count(round: &mut Round, done: i32, failed: i32) {
    round.recent_done = round.recent_done.saturating_add(done);
    round.recent_failed = round.recent_failed.saturating_add(failed);
    while round.recent_done >= 2 * LATELY {
        round.recent_done /= 2;
        round.recent_failed /= 2;
    }
}

/// Judges the canary: it has passed when all of it was heard of, and has failed as soon as more of
/// it failed than may. Judges what was heard lately otherwise. `queued` is whether anything could
/// still become part of the canary.
pub(super) fn judge(round: &mut Round, canary: i32, stop_at: i32, queued: bool) -> Verdict {
    if !round.canary_passed {
        let size = if queued {
            canary.max(round.canary_sent)
        } else {
            round.canary_sent
        };
        let failed = round.canary_failed;
        // The rest of it may be waiting for a lane that its failures have shut.
        if too_many(failed, size, stop_at) {
            return Verdict::Stop(format!(
                "{failed} of the {size} letters of the canary failed; {stop_at} % may"
            ));
        }
        round.canary_passed = round.canary_done >= size;
        return Verdict::GoOn;
    }
    let (failed, done) = (round.recent_failed, round.recent_done);
    if done >= ENOUGH && too_many(failed, done, stop_at) {
        return Verdict::Stop(format!(
            "{failed} of the last {done} letters failed; {stop_at} % may"
        ));
    }
    Verdict::GoOn
}

fn too_many(failed: i32, done: i32, stop_at: i32) -> bool {
    i64::from(failed) * 100 > i64::from(stop_at) * i64::from(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canary(sent: i32, done: i32, failed: i32) -> Round {
        Round {
            canary_sent: sent,
            canary_done: done,
            canary_failed: failed,
            ..Round::default()
        }
    }

    #[test]
    fn a_canary_passes_when_all_of_it_was_heard_of_and_fails_as_soon_as_it_must() {
        for (mut round, queued, passes, stops) in [
            (canary(0, 0, 0), true, false, false),
            (canary(5, 4, 0), true, false, false),
            (canary(4, 4, 0), true, false, false),
            (canary(4, 4, 0), false, true, false),
            (canary(5, 1, 1), true, false, true),
            (canary(4, 4, 4), false, false, true),
            (canary(5, 5, 0), true, true, false),
            (canary(5, 5, 1), true, false, true),
            (canary(0, 0, 0), false, true, false),
        ] {
            let before = round;
            let verdict = judge(&mut round, 5, 10, queued);
            assert_eq!(
                (round.canary_passed, matches!(verdict, Verdict::Stop(_))),
                (passes, stops),
                "{before:?}"
            );
        }
    }

    #[test]
    fn without_a_canary_the_rest_follows_at_once() {
        let mut round = Round::default();
        assert_eq!(judge(&mut round, 0, 0, true), Verdict::GoOn);
        assert!(round.canary_passed);
    }

    #[test]
    fn a_rate_says_nothing_of_a_few_and_a_long_good_past_hides_nothing() {
        let mut round = Round {
            canary_passed: true,
            ..Round::default()
        };
        count(&mut round, ENOUGH - 1, ENOUGH - 1);
        assert_eq!(judge(&mut round, 0, 50, true), Verdict::GoOn);
        count(&mut round, 100_000, 0);
        assert_eq!(judge(&mut round, 0, 5, true), Verdict::GoOn);
        count(&mut round, 30, 30);
        assert!(matches!(judge(&mut round, 0, 5, true), Verdict::Stop(_)));
    }
}
