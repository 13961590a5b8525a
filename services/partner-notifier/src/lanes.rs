//! How much of this process one partner may take.
//!
//! A partner that answers at once may have up to half of the consumer. One that failed last, or
//! whose oldest sending takes long, is held to a few at once; what comes beyond is not waited for
//! but put back with a later time. So however many notices a dead partner has, they hold up the
//! others for at most one time-out, once, and not at all afterwards.
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
    failed_last: bool,
}

/// A place in a partner's lane, given back when dropped.
pub(crate) struct Place {
    lane: Arc<Lane>,
    number: u64,
    _permit: OwnedSemaphorePermit,
}

impl Lanes {
    /// `most` at once to a partner, `most_slow` to one that fails or is slow.
    pub(crate) fn new(most: usize, most_slow: usize) -> Self {
        Self {
            most,
            most_slow,
            lanes: Mutex::default(),
        }
    }

    /// A place, or `None` when the partner has as many as it may.
    pub(crate) async fn enter(&self, partner: &PartnerId) -> Option<Place> {
        let lane = self.lane(partner);
        if lane.traffic().is_slow() && lane.traffic().under_way.len() >= self.most_slow {
            return None;
        }
        let room = Arc::clone(&lane.room).acquire_owned();
        let permit = timeout(PATIENCE, room)
            .await
            .ok()?
            .expect("nobody closes this semaphore");
        let number = lane.traffic().begin();
        Some(Place {
            lane,
            number,
            _permit: permit,
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
        self.traffic.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Traffic {
    fn begin(&mut self) -> u64 {
        self.next += 1;
        self.under_way.insert(self.next, Instant::now());
        self.next
    }

    fn is_slow(&self) -> bool {
        self.failed_last || self.under_way.values().any(|began| began.elapsed() > SLOW)
    }
}

impl Place {
    /// Says whether the partner took it, for those who come after.
    pub(crate) fn ended(&self, taken: bool) {
        self.lane.traffic().failed_last = !taken;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.lane.traffic().under_way.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partner(id: &str) -> PartnerId {
        id.parse().unwrap()
    }

    #[tokio::test]
    async fn a_partner_that_failed_is_held_to_a_few_and_no_other_is() {
        let lanes = Lanes::new(4, 1);
        lanes.enter(&partner("dead")).await.unwrap().ended(false);
        let first = lanes.enter(&partner("dead")).await;
        assert!(first.is_some(), "one is always tried");
        assert!(lanes.enter(&partner("dead")).await.is_none());
        assert!(lanes.enter(&partner("alive")).await.is_some());
        first.unwrap().ended(true);
        assert!(
            lanes.enter(&partner("dead")).await.is_some(),
            "it came back"
        );
    }

    #[tokio::test]
    async fn a_quick_partner_is_given_a_place_as_soon_as_one_is_free() {
        let lanes = Lanes::new(1, 1);
        let busy = partner("busy");
        let first = lanes.enter(&busy).await.unwrap();
        let (second, ()) = tokio::join!(lanes.enter(&busy), async { drop(first) });
        assert!(second.is_some());
        assert!(
            lanes.enter(&busy).await.is_none(),
            "both waited and gave up"
        );
    }
}
