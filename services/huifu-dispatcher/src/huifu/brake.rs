//! Slows everyone down when Huifu says "too often".
//!
//! Such an answer leaves an attempt unconfirmed, and one that Huifu then does not know needs a
//! person. Without a brake every withdrawal of a burst would end like that, one after the other.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::SendError;

/// How long nothing is sent after such an answer. Huifu documents the codes and not the limits
/// (huifu-api.md §6); its counters can hardly be shorter than seconds.
const PAUSE: Duration = Duration::from_secs(5);

/// Until when nothing is sent.
#[derive(Debug, Default)]
pub(super) struct Brake(Mutex<Option<Instant>>);

impl Brake {
    /// Pulls the brake if this failure means "too often".
    pub(super) fn heed(&self, failure: &SendError) {
        let too_often = match failure {
            SendError::Status(status) => [429, 911, 914].contains(status),
            SendError::Inconclusive { resp_code } => resp_code == "20000001",
            SendError::NoConnection(_)
            | SendError::NoAnswer(_)
            | SendError::Body(_)
            | SendError::NotText(_)
            | SendError::Envelope(_)
            | SendError::ForeignAccount => false,
        };
        if too_often {
            let mut until = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let before = until.map_or(now, |until| until.max(now));
            let after = now + PAUSE;
            metrics::histogram!("tixian_huifu_braked_seconds").record(after - before);
            *until = Some(after);
        }
    }

    /// How long to wait before the next request; `None` when the way is free.
    pub(super) fn remaining(&self) -> Option<Duration> {
        let until = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let remaining = until?.saturating_duration_since(Instant::now());
        (!remaining.is_zero()).then_some(remaining)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_too_often_pulls_it() {
        let brake = Brake::default();
        for free in [500, 502, 512, 912, 922] {
            brake.heed(&SendError::Status(free));
        }
        let resp_code = "98888888".to_owned();
        brake.heed(&SendError::Inconclusive { resp_code });
        assert_eq!(brake.remaining(), None);
        let resp_code = "20000001".to_owned();
        brake.heed(&SendError::Inconclusive { resp_code });
        assert!(brake.remaining().is_some_and(|pause| pause <= PAUSE));
    }
}
