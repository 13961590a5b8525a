//! What this process is sending and the broker no longer holds: the claims on its rows, kept alive.
//!
//! What a newcomer would get wrong: a claim as long as the slowest partner may take would be safe,
//! and would let what a dead process had in its hands lie for as long. So a claim is short, and is
//! renewed for as long as the sending lasts and we live. One that runs out although we live,
//! because the database was away, costs a partner the same notice twice, which it must bear anyway.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use contract::later;
use jiff::Timestamp;
use runtime::{backoff, clock};
use store::{Store, StoreError, outbox};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How long a dead process's notices lie before another sends them.
const CLAIM: Duration = Duration::from_secs(3);

/// Three times in a claim: one renewal may fail, and another be late.
const RENEW: Duration = Duration::from_secs(1);

/// The messages that are under way here. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Hands(Arc<Mutex<HashSet<Uuid>>>);

/// One message under way; let go of when it is dropped.
pub(crate) struct Held {
    hands: Hands,
    message_id: Uuid,
}

impl Hands {
    /// Until when a claim made now holds if nobody renews it.
    pub(crate) fn claim(now: Timestamp) -> Timestamp {
        later(now, CLAIM)
    }

    /// Renews the claim on this message, once there is one, for as long as the answer lives.
    pub(crate) fn hold(&self, message_id: Uuid) -> Held {
        self.lock().insert(message_id);
        Held {
            hands: self.clone(),
            message_id,
        }
    }

    /// Renews until nothing is under way any more and nothing more will be.
    pub(crate) async fn keep(&self, store: &Store, over: &CancellationToken) {
        while backoff::pause(RENEW, over).await {
            let held: Vec<Uuid> = self.lock().iter().copied().collect();
            if held.is_empty() {
                continue;
            }
            if let Err(error) = renew(store, &held).await {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(
                    error,
                    "claims could not be renewed; a partner may hear twice"
                );
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<Uuid>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.hands.lock().remove(&self.message_id);
    }
}

async fn renew(store: &Store, held: &[Uuid]) -> Result<(), StoreError> {
    let connection = store.connection().await?;
    let now = clock::now();
    let single = connection.single("partner-notifier: renew claims");
    outbox::renew(single, now, held, Hands::claim(now)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_is_not_held_any_more() {
        let hands = Hands::default();
        let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let held = (hands.hold(first), hands.hold(second));
        drop(held.0);
        assert_eq!(*hands.lock(), HashSet::from([second]));
    }
}
