//! How often each partner may ask.
//!
//! An allowance is asked only after the partner's signature held, so nobody uses up another's, and
//! there are never more of them than there are partners. It is of this process: with several
//! replicas a partner may have that many times as much. That is enough to keep one partner's loop
//! from everybody else's database; what must be exact is kept there (see `resend`).

use std::num::NonZeroU32;
use std::time::Duration;

use contract::ids::PartnerId;
use contract::partner::ErrorCode;
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::refusal::Refusal;

/// A partner that missed a whole day asks for what the feed says is dead-lettered, a page at a
/// time.
const RESENDS_PER_MINUTE: NonZeroU32 = NonZeroU32::new(60).expect("60 is not zero");

/// A person tries things out; each costs some hundred verifications at most.
const CHECKS_PER_MINUTE: NonZeroU32 = NonZeroU32::new(30).expect("30 is not zero");

/// What partners may do, each for itself.
pub(crate) struct Rates {
    /// Calls of the API altogether.
    pub(crate) calls: Rate,
    /// Notices that they ask for again.
    pub(crate) resends: Rate,
    /// Signatures that they have explained.
    pub(crate) checks: Rate,
}

impl Rates {
    pub(crate) fn new(calls_per_s: NonZeroU32) -> Self {
        let at_once = calls_per_s.saturating_add(calls_per_s.get());
        Self {
            calls: Rate::new(Quota::per_second(calls_per_s).allow_burst(at_once)),
            resends: Rate::new(Quota::per_minute(RESENDS_PER_MINUTE)),
            checks: Rate::new(Quota::per_minute(CHECKS_PER_MINUTE)),
        }
    }
}

type PerPartner = HashMapStateStore<PartnerId>;

/// One allowance of each partner, filled evenly.
pub(crate) struct Rate {
    clock: DefaultClock,
    limiter: RateLimiter<PartnerId, PerPartner, DefaultClock, NoOpMiddleware>,
}

impl Rate {
    fn new(quota: Quota) -> Self {
        let clock = DefaultClock::default();
        Self {
            limiter: RateLimiter::hashmap_with_clock(quota, clock.clone()),
            clock,
        }
    }

    /// Takes one, or says when there is one again.
    pub(crate) fn take(&self, partner: &PartnerId) -> Result<(), Refusal> {
        self.limiter.check_key(partner).map_err(|too_early| {
            let pause = too_early.wait_time_from(self.clock.now());
            too_many(pause)
        })
    }
}

/// The refusal of somebody who comes too early.
pub(crate) fn too_many(pause: Duration) -> Refusal {
    Refusal::from(ErrorCode::RateLimited).until(pause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_the_rate_at_once_and_each_partner_for_itself() {
        let rates = Rates::new(NonZeroU32::MIN);
        let (shop, other) = ("shop".parse().unwrap(), "other".parse().unwrap());
        assert!(rates.calls.take(&shop).is_ok() && rates.calls.take(&shop).is_ok());
        let refused = rates.calls.take(&shop).unwrap_err();
        assert_eq!(refused.code(), ErrorCode::RateLimited);
        assert!(rates.calls.take(&other).is_ok());
    }
}
