//! How much of this process one partner, and one of its hosts, may take.
//!
//! What a partner can take from the others is time: a quick refusal costs nobody anything. So a
//! partner may have up to half as many sendings under way as there is room for; a host of it whose
//! last or present sending took longer than a second is held to a few at once. And a host is sent
//! no more a second than it is allowed, however much is due.
//!
//! What finds no place is not waited for, but for a moment: it is parked (see `store::lanes`) and
//! fetched when there is one. So a flood costs the others the time in which it is put aside.
//!
//! The count is of this process: with three replicas a partner may see three times as many.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use contract::ids::PartnerId;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use runtime::slots;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// A good partner answers in a tenth of this.
const SLOW: Duration = Duration::from_secs(1);

/// How long a delivery may wait for its turn while its partner is quick. Longer than most answers
/// take, shorter than anybody else would notice.
const PATIENCE: Duration = Duration::from_millis(200);

/// Of the places that a partner may have, one in so many may be waited for: those who wait take
/// places of the consumer from the others.
const PLACES_TO_ONE_THAT_WAITS: usize = 4;

/// Lanes that are remembered. Beyond it those are forgotten on which nothing is under way; what is
/// known of them is how quick they were.
const MOST: usize = 4096;

/// One lane for each host of each partner that was seen.
pub(crate) struct Lanes {
    limits: Limits,
    known: Arc<Mutex<Known>>,
}

/// How much of this process a partner may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Sendings to a partner at once.
    pub(crate) most: usize,
    /// Sendings at once to a host that is slow.
    pub(crate) most_slow: usize,
    /// Sendings to a host each second.
    pub(crate) rate: NonZeroU32,
}

#[derive(Default)]
struct Known {
    partners: HashMap<PartnerId, Arc<Room>>,
    lanes: HashMap<(PartnerId, String), Arc<Lane>>,
}

/// What all hosts of a partner share.
struct Room {
    places: Arc<Semaphore>,
    waiting: Semaphore,
}

struct Lane {
    room: Arc<Room>,
    pace: DefaultDirectRateLimiter,
    traffic: Mutex<Traffic>,
}

#[derive(Default)]
struct Traffic {
    next: u64,
    under_way: HashMap<u64, Instant>,
    /// How long the sending took that ended last.
    took_last: Duration,
}

/// A place in a lane, given back when dropped.
pub(crate) struct Place {
    lane: Arc<Lane>,
    number: u64,
    _permit: OwnedSemaphorePermit,
}

impl Lanes {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            known: Arc::default(),
        }
    }

    /// Shows how full the partner is that has the most sendings under way.
    pub(crate) fn watch(&self) {
        let known = Arc::downgrade(&self.known);
        let most = self.limits.most;
        slots::watch_with("busiest_partner", most, move || {
            let known = known.upgrade()?;
            let known = known.lock().unwrap_or_else(PoisonError::into_inner);
            let rooms = known.partners.values();
            let used = rooms.map(|room| most - room.places.available_permits().min(most));
            used.max().or(Some(0))
        });
    }

    /// A place, perhaps after a moment.
    pub(crate) async fn enter(&self, partner: &PartnerId, host: &str) -> Option<Place> {
        let lane = self.lane(partner, host);
        if !lane.traffic().admits(Instant::now(), self.limits) {
            return None;
        }
        if let Some(place) = lane.place_now() {
            return Some(place);
        }
        let room = Arc::clone(&lane.room);
        let _turn = room.waiting.try_acquire().ok()?;
        let place = async {
            let permit = Arc::clone(&lane.room.places).acquire_owned();
            let permit = permit.await.expect("nobody closes this semaphore");
            lane.pace.until_ready().await;
            permit
        };
        let permit = timeout(PATIENCE, place).await.ok()?;
        Some(lane.place(permit))
    }

    /// A place, if there is one now.
    pub(crate) fn try_enter(&self, partner: &PartnerId, host: &str) -> Option<Place> {
        let lane = self.lane(partner, host);
        if !lane.traffic().admits(Instant::now(), self.limits) {
            return None;
        }
        lane.place_now()
    }

    fn lane(&self, partner: &PartnerId, host: &str) -> Arc<Lane> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (partner.clone(), host.to_owned());
        if let Some(lane) = known.lanes.get(&key) {
            return Arc::clone(lane);
        }
        if known.lanes.len() >= MOST {
            known.forget_idle();
        }
        let room = known.partners.entry(partner.clone()).or_insert_with(|| {
            let most = self.limits.most;
            Arc::new(Room {
                places: Arc::new(Semaphore::new(most)),
                waiting: Semaphore::new(most.div_ceil(PLACES_TO_ONE_THAT_WAITS)),
            })
        });
        let lane = Arc::new(Lane {
            room: Arc::clone(room),
            pace: RateLimiter::direct(Quota::per_second(self.limits.rate)),
            traffic: Mutex::default(),
        });
        known.lanes.insert(key, Arc::clone(&lane));
        lane
    }
}

impl Known {
    fn forget_idle(&mut self) {
        self.lanes.retain(|_, lane| Arc::strong_count(lane) > 1);
        self.partners.retain(|_, room| Arc::strong_count(room) > 1);
    }
}

impl Lane {
    fn traffic(&self) -> MutexGuard<'_, Traffic> {
        // Every change is small and complete, so a panic elsewhere leaves nothing half done.
        self.traffic.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn place_now(self: &Arc<Self>) -> Option<Place> {
        let permit = Arc::clone(&self.room.places).try_acquire_owned().ok()?;
        self.pace.check().ok()?;
        Some(self.place(permit))
    }

    fn place(self: &Arc<Self>, permit: OwnedSemaphorePermit) -> Place {
        let number = self.traffic().begin(Instant::now());
        Place {
            lane: Arc::clone(self),
            number,
            _permit: permit,
        }
    }
}

impl Traffic {
    fn admits(&self, now: Instant, limits: Limits) -> bool {
        self.under_way.len() < limits.most_slow || !self.is_slow(now)
    }

    fn begin(&mut self, now: Instant) -> u64 {
        self.next += 1;
        self.under_way.insert(self.next, now);
        self.next
    }

    fn end(&mut self, number: u64, now: Instant) {
        if let Some(began) = self.under_way.remove(&number) {
            self.took_last = now.duration_since(began);
        }
    }

    /// As far as is known: a sending that has not ended may tell more than the last one that has.
    fn is_slow(&self, now: Instant) -> bool {
        let mut ages = self
            .under_way
            .values()
            .map(|began| now.duration_since(*began));
        self.took_last > SLOW || ages.any(|age| age > SLOW)
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

    const fn limits(most: usize, most_slow: usize, rate: u32) -> Limits {
        Limits {
            most,
            most_slow,
            rate: NonZeroU32::new(rate).expect("not zero"),
        }
    }

    const ONE: Limits = limits(1, 1, 1000);

    #[test]
    fn a_slow_host_is_held_to_a_few_until_it_is_quick_again() {
        let mut traffic = Traffic::default();
        let start = Instant::now();
        let later = |seconds| start + Duration::from_secs(seconds);
        let first = traffic.begin(start);
        let second = traffic.begin(start);
        assert!(traffic.admits(start, ONE), "nobody is slow yet");
        assert!(!traffic.admits(later(2), ONE), "both take long");
        traffic.end(first, later(3));
        traffic.end(second, later(3));
        assert!(traffic.admits(later(3), ONE), "one is always tried");
        let probe = traffic.begin(later(3));
        assert!(!traffic.admits(later(3), ONE), "the last one was slow");
        traffic.end(probe, later(3));
        traffic.begin(later(3));
        assert!(traffic.admits(later(3), ONE), "it is quick again");
    }

    #[tokio::test]
    async fn a_full_lane_fills_nobody_elses() {
        let lanes = Lanes::new(ONE);
        let (busy, other) = ("busy".parse().unwrap(), "other".parse().unwrap());
        let _place = lanes.enter(&busy, "a").await.unwrap();
        assert!(lanes.enter(&busy, "a").await.is_none());
        assert!(lanes.enter(&busy, "b").await.is_none(), "the same partner");
        assert!(lanes.enter(&other, "a").await.is_some());
    }

    #[tokio::test]
    async fn a_quick_partner_is_given_a_place_as_soon_as_one_is_free() {
        let lanes = Lanes::new(ONE);
        let busy = "busy".parse().unwrap();
        let first = lanes.enter(&busy, "a").await.unwrap();
        let (second, ()) = tokio::join!(lanes.enter(&busy, "a"), async { drop(first) });
        assert!(second.is_some());
    }

    #[tokio::test]
    async fn no_host_is_sent_more_in_a_second_than_it_is_allowed() {
        let lanes = Lanes::new(limits(100, 2, 5));
        let flooding = "flooding".parse().unwrap();
        let mut places = Vec::new();
        while let Some(place) = lanes.try_enter(&flooding, "a") {
            places.push(place);
        }
        assert_eq!(places.len(), 5);
        assert!(lanes.try_enter(&flooding, "b").is_some(), "another host");
    }

    #[test]
    fn what_is_remembered_is_bounded_and_what_is_under_way_is_never_forgotten() {
        let lanes = Lanes::new(limits(2, 1, 1000));
        let partner = "many-ports".parse().unwrap();
        let place = lanes.try_enter(&partner, "kept").unwrap();
        for port in 0..2 * MOST {
            lanes.lane(&partner, &port.to_string());
        }
        let known = lanes.known.lock().unwrap();
        assert!(known.lanes.len() <= MOST);
        let kept = &known.lanes[&(partner, "kept".to_owned())];
        assert!(Arc::ptr_eq(kept, &place.lane));
    }
}
