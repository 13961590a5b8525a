//! How much of this process one partner may take.
//!
//! What a partner can take from the others is time: a quick refusal costs nobody anything. So a
//! partner that answers within a second may have up to half of the consumer; one whose last or
//! present sending took longer is held to a few at once. What comes beyond is not waited for but
//! put back with a later time, and those times are spread: ten thousand notices for a dead partner
//! must not come round every second. They hold up the others for at most one time-out, once.
//!
//! The count is of this process: with three replicas a partner may see three times as many.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use contract::ids::PartnerId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// A good partner answers in a tenth of this.
const SLOW: Duration = Duration::from_secs(1);

/// How long a delivery may wait for its turn while its partner is quick. Longer than most answers
/// take, shorter than anybody else would notice.
const PATIENCE: Duration = Duration::from_millis(200);

/// Long beside a republish, short beside the first pause of the schedule.
const SHORTEST_PUT_BACK: Duration = Duration::from_secs(1);

/// How long a partner that recovers may have to wait for what was put back.
const LONGEST_PUT_BACK: Duration = Duration::from_secs(60);

/// Between two notices that are put back: a few at once, each a few seconds, use about as many.
const SPACING: Duration = Duration::from_millis(250);

/// One lane for each partner that was seen.
pub(crate) struct Lanes {
    most: usize,
    most_slow: usize,
    lanes: Mutex<HashMap<PartnerId, Arc<Lane>>>,
}

struct Lane {
    room: Arc<Semaphore>,
    traffic: Mutex<Traffic>,
}

#[derive(Default)]
struct Traffic {
    next: u64,
    under_way: HashMap<u64, Instant>,
    slow_last: bool,
    /// When the notice that was put back last is due.
    last_turn: Option<Instant>,
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
            most,
            most_slow,
            lanes: Mutex::default(),
        }
    }

    /// A place, perhaps after a moment.
    pub(crate) async fn enter(&self, partner: &PartnerId) -> Result<Place, Full> {
        let lane = self.lane(partner);
        lane.traffic().admit(Instant::now(), self.most_slow)?;
        let room = Arc::clone(&lane.room).acquire_owned();
        let Ok(permit) = timeout(PATIENCE, room).await else {
            let pause = lane.traffic().put_back(Instant::now());
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
            room: Arc::new(Semaphore::new(self.most)),
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
    fn admit(&mut self, now: Instant, most_slow: usize) -> Result<(), Full> {
        if self.is_slow(now) && self.under_way.len() >= most_slow {
            let pause = self.put_back(now);
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
        if let Some(began) = self.under_way.remove(&number) {
            self.slow_last = now.duration_since(began) > SLOW;
        }
        if !self.slow_last {
            self.last_turn = None;
        }
    }

    fn is_slow(&self, now: Instant) -> bool {
        self.slow_last
            || self
                .under_way
                .values()
                .any(|began| now.duration_since(*began) > SLOW)
    }

    fn put_back(&mut self, now: Instant) -> Duration {
        let earliest = now + SHORTEST_PUT_BACK;
        let turn = self
            .last_turn
            .map_or(earliest, |last| earliest.max(last + SPACING));
        let turn = turn.min(now + LONGEST_PUT_BACK);
        self.last_turn = Some(turn);
        turn.duration_since(now)
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

    #[test]
    fn a_slow_partner_is_held_to_a_few_until_it_is_quick_again() {
        let mut traffic = Traffic::default();
        let start = Instant::now();
        let later = |seconds| start + Duration::from_secs(seconds);
        let first = traffic.begin(start);
        let second = traffic.begin(start);
        assert!(traffic.admit(start, 1).is_ok(), "nobody is slow yet");
        assert!(
            traffic.admit(later(2), 1).is_err(),
            "both have been under way for long"
        );
        traffic.end(first, later(3));
        traffic.end(second, later(3));
        assert!(traffic.admit(later(3), 1).is_ok(), "one is always tried");
        let probe = traffic.begin(later(3));
        assert!(traffic.admit(later(3), 1).is_err(), "the last one was slow");
        traffic.end(probe, later(3));
        traffic.begin(later(3));
        assert!(traffic.admit(later(3), 1).is_ok(), "it is quick again");
    }

    #[test]
    fn what_is_put_back_is_spread_over_a_minute_and_no_more() {
        let mut traffic = Traffic::default();
        let now = Instant::now();
        assert_eq!(traffic.put_back(now), SHORTEST_PUT_BACK);
        assert_eq!(traffic.put_back(now), SHORTEST_PUT_BACK + SPACING);
        let pauses: Vec<Duration> = (0..10_000).map(|_| traffic.put_back(now)).collect();
        assert!(pauses.is_sorted());
        assert_eq!(pauses.last(), Some(&LONGEST_PUT_BACK));
    }

    #[tokio::test]
    async fn a_full_lane_fills_nobody_elses() {
        let lanes = Lanes::new(1, 1);
        let (busy, other) = ("busy".parse().unwrap(), "other".parse().unwrap());
        let _place = lanes.enter(&busy).await.unwrap();
        assert_eq!(
            lanes.enter(&busy).await.unwrap_err().pause,
            SHORTEST_PUT_BACK
        );
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
