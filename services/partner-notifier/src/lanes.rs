//! How much of this process one partner may take.
//!
//! What a partner can take from the others is time: a quick refusal costs nobody anything. So a
//! partner that answers within a second may have up to half of the consumer; one whose last or
//! present sending took longer is held to a few at once. What comes beyond is not waited for but
//! put back with a later time, at the pace at which the partner takes notices (see
//! [`crate::turns`]): ten thousand notices for a dead partner must not come round every second.
//! They hold up the others for at most one time-out, once.
//!
//! The count is of this process: with three replicas a partner may see three times as many.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use contract::ids::PartnerId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::turns::Turns;

/// A good partner answers in a tenth of this.
const SLOW: Duration = Duration::from_secs(1);

/// How long a delivery may wait for its turn while its partner is quick. Longer than most answers
/// take, shorter than anybody else would notice.
const PATIENCE: Duration = Duration::from_millis(200);

/// One lane for each partner that was seen.
pub(crate) struct Lanes {
    limits: Limits,
    lanes: Mutex<HashMap<PartnerId, Arc<Lane>>>,
}

#[derive(Clone, Copy)]
struct Limits {
    most: usize,
    most_slow: usize,
}

struct Lane {
    room: Arc<Semaphore>,
    traffic: Mutex<Traffic>,
}

#[derive(Default)]
struct Traffic {
    next: u64,
    under_way: HashMap<u64, Instant>,
    /// How long the sending took that ended last.
    took_last: Duration,
    turns: Turns,
}

/// A place in a partner's lane, given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    lane: Arc<Lane>,
    number: u64,
    _permit: OwnedSemaphorePermit,
}

/// The partner has as many under way as it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full {
    /// When to come again.
    pub(crate) pause: Duration,
}

impl Lanes {
    /// `most` at once to a partner, `most_slow` to one that is slow.
    pub(crate) fn new(most: usize, most_slow: usize) -> Self {
        Self {
            limits: Limits { most, most_slow },
            lanes: Mutex::default(),
        }
    }

    /// A place, perhaps after a moment.
    pub(crate) async fn enter(&self, partner: &PartnerId) -> Result<Place, Full> {
        let lane = self.lane(partner);
        lane.traffic().admit(Instant::now(), self.limits)?;
        let room = Arc::clone(&lane.room).acquire_owned();
        let Ok(permit) = timeout(PATIENCE, room).await else {
            let pause = lane.traffic().put_back(Instant::now(), self.limits);
            return Err(Full { pause });
        };
        let number = lane.traffic().begin(Instant::now());
        Ok(Place {
            lane,
            number,
            _permit: permit.expect("nobody closes this semaphore"),
        })
    }

    fn lane(&self, partner: &PartnerId) -> Arc<Lane> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get(partner) {
            return Arc::clone(lane);
        }
        let lane = Arc::new(Lane {
            room: Arc::new(Semaphore::new(self.limits.most)),
            traffic: Mutex::default(),
        });
        lanes.insert(partner.clone(), Arc::clone(&lane));
        lane
    }
}

impl Lane {
    fn traffic(&self) -> MutexGuard<'_, Traffic> {
        // Every change is small and complete, so a panic elsewhere leaves nothing half done.
        self.traffic.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Lane {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "Lane({} under way)",
            self.traffic().under_way.len()
        )
    }
}

impl Traffic {
    fn admit(&mut self, now: Instant, limits: Limits) -> Result<(), Full> {
        if self.is_slow(now) && self.under_way.len() >= limits.most_slow {
            let pause = self.put_back(now, limits);
            return Err(Full { pause });
        }
        Ok(())
    }

    fn begin(&mut self, now: Instant) -> u64 {
        self.next += 1;
        self.under_way.insert(self.next, now);
        self.next
    }

    fn end(&mut self, number: u64, now: Instant) {
        let Some(began) = self.under_way.remove(&number) else {
            return;
        };
        let took_before = std::mem::replace(&mut self.took_last, now.duration_since(began));
        // Only at the change: the turns of a partner that is quick and merely has much to take are
        // as good as any.
        if took_before > SLOW && self.took_last <= SLOW {
            self.turns.forget();
        }
    }

    fn is_slow(&self, now: Instant) -> bool {
        self.service_time(now) > SLOW
    }

    /// What a sending takes, as far as is known: one that has not ended may tell more than the last
    /// one that has.
    fn service_time(&self, now: Instant) -> Duration {
        let ages = self.under_way.values();
        let ages = ages.map(|began| now.duration_since(*began));
        ages.fold(self.took_last, Duration::max)
    }

    fn put_back(&mut self, now: Instant, limits: Limits) -> Duration {
        let service_time = self.service_time(now);
        let at_once = if service_time > SLOW {
            limits.most_slow
        } else {
            limits.most
        };
        let at_once = u32::try_from(at_once).unwrap_or(u32::MAX).max(1);
        self.turns.next(now, service_time / at_once)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.lane.traffic().end(self.number, Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::turns;

    const ONE: Limits = Limits {
        most: 1,
        most_slow: 1,
    };

    #[test]
    fn a_slow_partner_is_held_to_a_few_until_it_is_quick_again() {
        let mut traffic = Traffic::default();
        let start = Instant::now();
        let later = |seconds| start + Duration::from_secs(seconds);
        let first = traffic.begin(start);
        let second = traffic.begin(start);
        assert!(traffic.admit(start, ONE).is_ok(), "nobody is slow yet");
        assert!(
            traffic.admit(later(2), ONE).is_err(),
            "both have been under way for long"
        );
        traffic.end(first, later(3));
        traffic.end(second, later(3));
        assert!(traffic.admit(later(3), ONE).is_ok(), "one is always tried");
        let probe = traffic.begin(later(3));
        assert!(
            traffic.admit(later(3), ONE).is_err(),
            "the last one was slow"
        );
        traffic.end(probe, later(3));
        traffic.begin(later(3));
        assert!(traffic.admit(later(3), ONE).is_ok(), "it is quick again");
    }

    #[test]
    fn what_is_put_back_comes_at_the_pace_of_the_partner() {
        let mut traffic = Traffic::default();
        let limits = Limits {
            most: 16,
            most_slow: 2,
        };
        let start = Instant::now();
        let hanging = traffic.begin(start);
        let now = start + Duration::from_secs(10);
        assert_eq!(traffic.put_back(now, limits), turns::SHORTEST);
        let second = turns::SHORTEST + Duration::from_secs(5);
        assert_eq!(traffic.put_back(now, limits), second, "10 s, two at once");
        traffic.end(hanging, now);
        let third = turns::SHORTEST + Duration::from_secs(10);
        assert_eq!(traffic.put_back(now, limits), third, "it was slow last");
        let quick = traffic.begin(now);
        traffic.end(quick, now + Duration::from_millis(800));
        let now = now + Duration::from_millis(800);
        assert_eq!(traffic.put_back(now, limits), turns::SHORTEST, "recovered");
        let next = turns::SHORTEST + Duration::from_millis(50);
        assert_eq!(traffic.put_back(now, limits), next, "0.8 s, 16 at once");
    }

    #[test]
    fn a_quick_answer_of_a_partner_that_was_quick_forgets_no_turns() {
        let mut traffic = Traffic::default();
        let now = Instant::now();
        for _ in 0..100 {
            let quick = traffic.begin(now);
            traffic.put_back(now, ONE);
            traffic.end(quick, now + SLOW);
        }
        let pause = traffic.put_back(now, ONE);
        assert!(pause > Duration::from_secs(90), "{pause:?}");
    }

    #[tokio::test]
    async fn a_full_lane_fills_nobody_elses() {
        let lanes = Lanes::new(1, 1);
        let (busy, other) = ("busy".parse().unwrap(), "other".parse().unwrap());
        let _place = lanes.enter(&busy).await.unwrap();
        assert_eq!(lanes.enter(&busy).await.unwrap_err().pause, turns::SHORTEST);
        assert!(lanes.enter(&other).await.is_ok());
    }

    #[tokio::test]
    async fn a_quick_partner_is_given_a_place_as_soon_as_one_is_free() {
        let lanes = Lanes::new(1, 1);
        let busy = "busy".parse().unwrap();
        let first = lanes.enter(&busy).await.unwrap();
        let (second, ()) = tokio::join!(lanes.enter(&busy), async { drop(first) });
        assert!(second.is_ok());
    }
}
