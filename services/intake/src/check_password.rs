//! The desk where transaction passwords are checked and set, a few at a time.
//!
//! One of either costs 15-22 ms of a core and 19 MiB, so their number is bounded, and so is the
//! queue in front of them: a crowd is told to come back rather than kept waiting until its browsers
//! give up. The place at the desk is taken before the try is counted, or a busy moment would use up
//! tries that were never checked.

use std::sync::Arc;
use std::time::{Duration, Instant};

use runtime::password::{self, PasswordError};
use runtime::settings::Secret;
use runtime::slots;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// At 22 ms a check and one core, the last in the queue waits about a second and a half.
const WAITING_PER_PLACE: usize = 64;

/// Longer than that; only a machine that is starved of its cores gets here.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Checks passwords.
pub(crate) struct PasswordDesk {
    pepper: Secret,
    places: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

/// A place at the desk, for one check or one hash.
pub(crate) struct Place {
    pepper: Secret,
    permit: OwnedSemaphorePermit,
}

/// There are too many in front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Busy;

impl PasswordDesk {
    pub(crate) fn new(pepper: Secret, concurrency: usize) -> Self {
        let places = Arc::new(Semaphore::new(concurrency));
        slots::watch("passwords", &places, concurrency);
        let most_waiting = concurrency * WAITING_PER_PLACE;
        let queue = Arc::new(Semaphore::new(most_waiting));
        slots::watch("passwords_waiting", &queue, most_waiting);
        Self {
            pepper,
            places,
            queue,
        }
    }

    /// Waits for a place, if the queue is not full.
    pub(crate) async fn place(&self) -> Result<Place, Busy> {
        let _queued = self.queue.try_acquire().map_err(|_| Busy)?;
        let started = Instant::now();
        let place = tokio::time::timeout(LONGEST_WAIT, Arc::clone(&self.places).acquire_owned());
        let place = place.await;
        metrics::histogram!("tixian_password_wait_seconds").record(started.elapsed());
        match place {
            Ok(Ok(permit)) => Ok(Place {
                pepper: self.pepper.clone(),
                permit,
            }),
            Ok(Err(_)) | Err(_) => Err(Busy),
        }
    }
}

impl Place {
    /// Whether `password` is the one behind `stored`; gives the place up.
    pub(crate) async fn check(
        self,
        password: String,
        stored: String,
    ) -> Result<bool, PasswordError> {
        let checked = tokio::task::spawn_blocking(move || {
            let password = Secret::new(password);
            let started = Instant::now();
            let verdict = password::verify(password.expose(), &stored, &self.pepper);
            metrics::histogram!("tixian_password_check_seconds").record(started.elapsed());
            drop(self.permit);
            verdict
        });
        checked.await.unwrap_or(Err(PasswordError::Stored))
    }

    /// The hash of a new password; gives the place up. `None`: there was no memory for it.
    pub(crate) async fn hash(self, password: String) -> Option<String> {
        let hashed = tokio::task::spawn_blocking(move || {
            let password = Secret::new(password);
            let hash = password::hash(password.expose(), &self.pepper);
            drop(self.permit);
            hash
        });
        hashed.await.ok()?.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_queue_is_busy_at_once_and_a_free_place_is_taken() {
        let desk = PasswordDesk::new(Secret::new("pepper"), 1);
        let place = desk.place().await.ok().unwrap();
        let _queue = desk
            .queue
            .try_acquire_many(WAITING_PER_PLACE as u32)
            .unwrap();
        assert_eq!(desk.place().await.err(), Some(Busy));
        drop(_queue);
        drop(place);
        assert!(desk.place().await.is_ok());
    }
}
