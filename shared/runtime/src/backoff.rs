//! Waiting before trying again: doubling, with jitter, for ever, and never longer than the service
//! lives.
//!
//! Every wait races the stop token: a service that is told to stop while it waits for its broker
//! must not wait out the pause first.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::ids::random_bytes;

/// Short enough that a broker's restart is not noticed by a partner.
const FIRST: Duration = Duration::from_millis(100);

/// Long enough that a lost server coming back is not met by a crowd.
const LONGEST: Duration = Duration::from_secs(10);

/// What stood this long did not fail because of what it was begun with.
const LASTING: Duration = Duration::from_secs(5);

/// How long to wait before the next try, growing with each failure in a row.
#[derive(Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Starts at 100 ms.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next pause: 100 ms doubling to 10 s, each between half and all of that.
    pub fn next_pause(&mut self) -> Duration {
        let pause = doubled(FIRST, self.failures, LONGEST);
        self.failures = self.failures.saturating_add(1);
        jittered(pause)
    }

    /// It worked: the next failure starts small again.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// It began well and stood for `lasted`: only after five seconds does that count as a success.
    /// What breaks again each time as soon as it stands must not be begun again in a tight loop.
    pub fn ended_after(&mut self, lasted: Duration) {
        if lasted >= LASTING {
            self.reset();
        }
    }
}

/// `first` doubled `times`, at most `longest`.
pub fn doubled(first: Duration, times: u32, longest: Duration) -> Duration {
    first
        .checked_mul(2_u32.saturating_pow(times))
        .map_or(longest, |pause| pause.min(longest))
}

/// Between half of `pause` and all of it, so that many who failed together do not return together.
pub fn jittered(pause: Duration) -> Duration {
    let random = f64::from(u32::from_le_bytes(random_bytes())) / f64::from(u32::MAX);
    pause.mul_f64(0.5 + random / 2.0)
}

/// Waits for `duration`; false when `stop` was cancelled meanwhile and the caller should leave.
#[expect(
    clippy::disallowed_methods,
    reason = "the one pause; it always races the stop token"
)]
pub async fn pause(duration: Duration, stop: &CancellationToken) -> bool {
    tokio::select! {
        biased;
        () = stop.cancelled() => false,
        () = tokio::time::sleep(duration) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_to_ten_seconds_and_start_again_after_a_success() {
        let mut backoff = Backoff::new();
        let pauses: Vec<_> = (0..12).map(|_| backoff.next_pause()).collect();
        assert!(pauses[0] <= FIRST && pauses[0] >= FIRST / 2);
        assert!(pauses[3] <= FIRST * 8 && pauses[3] >= FIRST * 4);
        assert!(pauses[11] <= LONGEST && pauses[11] >= LONGEST / 2);
        backoff.reset();
        assert!(backoff.next_pause() <= FIRST);
    }

    #[test]
    fn what_breaks_as_soon_as_it_stands_is_begun_again_ever_later() {
        let mut backoff = Backoff::new();
        for _ in 0..12 {
            backoff.ended_after(LASTING / 2);
            backoff.next_pause();
        }
        assert!(backoff.next_pause() >= LONGEST / 2);
        backoff.ended_after(LASTING);
        assert!(backoff.next_pause() <= FIRST);
    }

    #[test]
    fn doubling_does_not_overflow() {
        assert_eq!(doubled(FIRST, u32::MAX, LONGEST), LONGEST);
    }

    #[tokio::test]
    async fn a_pause_ends_when_the_service_stops() {
        let stop = CancellationToken::new();
        stop.cancel();
        assert!(!pause(Duration::from_secs(3600), &stop).await);
    }
}
