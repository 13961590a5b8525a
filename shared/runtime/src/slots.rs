//! How full everything is that has a bound: one pair of gauges for all of it.
//!
//! A bound that is reached is never an error at first, only a wait; so each says at every scrape
//! how much of it is taken. What is registered under a name twice counts as the newer: in a test
//! several services run in one process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;

/// Answers how much is taken; `None` once what it looked at is gone.
type Look = Box<dyn Fn() -> Option<usize> + Send>;

struct Watched {
    most: usize,
    look: Look,
}

static WATCHED: Mutex<BTreeMap<&'static str, Watched>> = Mutex::new(BTreeMap::new());

/// Shows from now on how many of a semaphore's `most` permits are taken.
pub fn watch(name: &'static str, semaphore: &Arc<Semaphore>, most: usize) {
    let semaphore = Arc::downgrade(semaphore);
    watch_with(name, most, move || {
        let free = semaphore.upgrade()?.available_permits();
        Some(most.saturating_sub(free))
    });
}

/// As [`watch`], for what is no semaphore. `look` is called at every scrape and must not wait.
pub fn watch_with(
    name: &'static str,
    most: usize,
    look: impl Fn() -> Option<usize> + Send + 'static,
) {
    let look = Box::new(look);
    let mut watched = WATCHED.lock().unwrap_or_else(PoisonError::into_inner);
    watched.insert(name, Watched { most, look });
}

/// Sets the gauges.
pub(crate) fn tell() {
    let watched = WATCHED.lock().unwrap_or_else(PoisonError::into_inner);
    for (name, one) in watched.iter() {
        let used = (one.look)().unwrap_or(0);
        metrics::gauge!("tixian_slots_used", "slots" => *name).set(used as f64);
        metrics::gauge!("tixian_slots_max", "slots" => *name).set(one.most as f64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(name: &str) -> Option<usize> {
        (WATCHED.lock().unwrap()[name].look)()
    }

    #[test]
    fn what_is_taken_is_seen_until_it_is_given_back_or_gone() {
        let semaphore = Arc::new(Semaphore::new(3));
        watch("a test's", &semaphore, 3);
        let permits = semaphore.try_acquire_many(2).unwrap();
        assert_eq!(used("a test's"), Some(2));
        drop(permits);
        assert_eq!(used("a test's"), Some(0));
        drop(semaphore);
        assert_eq!(used("a test's"), None);
    }
}
