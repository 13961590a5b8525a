//! Connections that are kept for the next sending to the same scheme, host and port.
//!
//! A connection is somebody's or it is here, never both: whoever takes one knows that it is reused,
//! and whoever makes one knows what that took.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::time::{Duration, Instant};

use contract::partner::url::PartnerUrl;
use tokio::time::interval;

use super::connector::Link;
use crate::http_client::KEPT_FOR;

/// How often what has been idle for too long is closed.
const SWEEP: Duration = Duration::from_secs(10);

/// Scheme, host and port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Origin(String);

impl Origin {
    pub(super) fn of(url: &PartnerUrl) -> Self {
        Self(url.as_url().origin().ascii_serialization())
    }
}

struct Idle {
    link: Link,
    since: Instant,
}

/// Idle connections.
pub(super) struct Pool {
    idle: Mutex<HashMap<Origin, Vec<Idle>>>,
    most_per_origin: usize,
    sweeper: Once,
}

impl Pool {
    pub(super) fn new(most_per_origin: usize) -> Self {
        Self {
            idle: Mutex::default(),
            most_per_origin,
            sweeper: Once::new(),
        }
    }

    /// The connection that was used last and still stands, if there is one.
    pub(super) fn take(&self, origin: &Origin) -> Option<Link> {
        let mut idle = self.idle();
        let kept = idle.get_mut(origin)?;
        let mut found = None;
        while let (None, Some(next)) = (&found, kept.pop()) {
            let fresh = next.since.elapsed() < KEPT_FOR;
            found = (fresh && next.link.sender.is_ready()).then_some(next.link);
        }
        found
    }

    /// Keeps a connection on which nothing is under way.
    pub(super) fn put(self: &Arc<Self>, origin: Origin, link: Link) {
        self.sweeper.call_once(|| {
            tokio::spawn(sweep(Arc::downgrade(self)));
        });
        let mut idle = self.idle();
        let kept = idle.entry(origin).or_default();
        if kept.len() < self.most_per_origin {
            kept.push(Idle {
                link,
                since: Instant::now(),
            });
        }
    }

    fn forget_stale(&self) {
        let mut idle = self.idle();
        for kept in idle.values_mut() {
            kept.retain(|one| one.since.elapsed() < KEPT_FOR && one.link.sender.is_ready());
        }
        idle.retain(|_, kept| !kept.is_empty());
    }

    fn idle(&self) -> MutexGuard<'_, HashMap<Origin, Vec<Idle>>> {
        // Every change is small and complete, so a panic elsewhere leaves nothing half done.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes what nobody came for, as long as there is a pool.
async fn sweep(pool: std::sync::Weak<Pool>) {
    let mut ticks = interval(SWEEP);
    loop {
        ticks.tick().await;
        let Some(pool) = pool.upgrade() else { return };
        pool.forget_stale();
    }
}
