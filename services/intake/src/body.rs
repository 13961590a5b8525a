//! Reading bodies: each within its handler's bound, and large ones worked on a few at a time.
//!
//! The listener lets through what the largest endpoint takes, so the bound that counts is the
//! handler's. A picture is in memory several times while it is decoded and sealed: so many at once
//! as there may be requests would be gigabytes.
//!
//! What a newcomer would get wrong: the room is for those who are believed. Taken before a body is
//! read, it would belong to whoever sends one byte and waits; taken without a bound for each
//! partner, to the partner with the slowest line.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes, HttpBody as _, to_bytes};
use contract::ids::PartnerId;
use contract::partner::ErrorCode;
use runtime::slots;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use crate::refusal::Refusal;

/// The longest body that any handler reads: a picture at its limit in Base64, with its names
/// around it.
pub(crate) const LONGEST: usize = 3 * 1024 * 1024;

/// What a form takes; longer ones wait for their turn.
const SMALL: usize = 128 * 1024;

/// Some 15 MiB each, so a quarter of a gigabyte together.
const LARGE_AT_ONCE: usize = 16;

/// What one partner may have of that: the others wait for nobody else's outage.
const LARGE_OF_ONE: usize = LARGE_AT_ONCE / 4;

/// Whether bodies of this length wait for their turn.
pub(crate) fn is_large(longest: usize) -> bool {
    longest > SMALL
}

/// The room for large bodies.
pub(crate) struct LargeBodies {
    all: Arc<Semaphore>,
    /// One for each partner whose signature ever held, so never more than there are partners.
    of_partner: Mutex<HashMap<PartnerId, Arc<Semaphore>>>,
}

/// The room that one large body has, given back when it is dropped.
pub(crate) struct Room<'a> {
    _of_partner: OwnedSemaphorePermit,
    _of_all: SemaphorePermit<'a>,
}

impl LargeBodies {
    pub(crate) fn new() -> Self {
        let all = Arc::new(Semaphore::new(LARGE_AT_ONCE));
        slots::watch("large_bodies", &all, LARGE_AT_ONCE);
        Self {
            all,
            of_partner: Mutex::new(HashMap::new()),
        }
    }

    /// Waits for room for a body of this partner, whose signature held; the request's own time-out
    /// bounds the wait.
    pub(crate) async fn room(&self, partner: &PartnerId) -> Option<Room<'_>> {
        // Its own first: who waits for that keeps nothing from others. No semaphore is ever closed.
        let of_partner = self.of_partner(partner).acquire_owned().await.ok()?;
        Some(Room {
            _of_partner: of_partner,
            _of_all: self.all.acquire().await.ok()?,
        })
    }

    fn of_partner(&self, partner: &PartnerId) -> Arc<Semaphore> {
        let mut known = self
            .of_partner
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let room = known
            .entry(partner.clone())
            .or_insert_with(|| Arc::new(Semaphore::new(LARGE_OF_ONE)));
        Arc::clone(room)
    }
}

/// The whole body, or the refusal of a longer one; one that is announced as longer is not waited
/// for.
pub(crate) async fn read(body: Body, longest: usize) -> Result<Bytes, Refusal> {
    if body.size_hint().lower() > longest as u64 {
        return Err(ErrorCode::RequestTooLarge.into());
    }
    to_bytes(body, longest).await.map_err(|error| {
        // The bound, or a connection that broke off, in which case nobody reads the answer.
        tracing::debug!(
            error = &error as &dyn std::error::Error,
            "a body was not read"
        );
        ErrorCode::RequestTooLarge.into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    #[test]
    fn one_partner_takes_no_more_than_its_quarter_of_the_room() {
        let bodies = LargeBodies::new();
        let room = |partner: &str| {
            let partner = partner.parse().unwrap();
            bodies.room(&partner).now_or_never().flatten()
        };
        let mut held: Vec<_> = (0..4).map(|_| room("shop").unwrap()).collect();
        assert!(room("shop").is_none(), "a fifth waits");
        let others = ["a", "b", "c"].map(|other| [(); 4].map(|()| room(other).unwrap()));
        assert!(room("d").is_none(), "sixteen are all that there are");
        drop(others);
        assert!(room("d").is_some());
        held.pop();
        assert!(room("shop").is_some());
    }
}
