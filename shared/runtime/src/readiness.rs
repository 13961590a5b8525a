//! What a service depends on, and whether it is there: the answer of `/readyz`.
//!
//! A part that is *required* takes the service out of its load balancer when it is missing. The
//! broker is not required of a service that only publishes: its work is safe in the outbox, and to
//! refuse partners because RabbitMQ restarts would make somebody else's outage theirs.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Shared by all that report and by the one that answers.
#[derive(Clone, Default)]
pub struct Readiness(Arc<Mutex<Parts>>);

#[derive(Default)]
struct Parts {
    parts: BTreeMap<&'static str, Part>,
    listening: Vec<SocketAddr>,
    started: bool,
}

#[derive(Clone)]
struct Part {
    up: Arc<dyn Fn() -> bool + Send + Sync>,
    required: bool,
}

impl Readiness {
    /// Names a part and how to see, without waiting, whether it is there. The same name again
    /// replaces the probe; what was required once stays required.
    pub fn probe(
        &self,
        name: &'static str,
        required: bool,
        up: impl Fn() -> bool + Send + Sync + 'static,
    ) {
        let mut inner = self.lock();
        let required = required || inner.parts.get(name).is_some_and(|part| part.required);
        let up = Arc::new(up);
        inner.parts.insert(name, Part { up, required });
    }

    /// Every part with whether it is there, and whether the service may be given work.
    pub(crate) fn summary(&self) -> (BTreeMap<&'static str, bool>, bool) {
        let (parts, started) = {
            let inner = self.lock();
            (inner.parts.clone(), inner.started)
        };
        // Probed outside the lock: a probe is somebody else's code.
        let mut ready = started;
        let mut summary = BTreeMap::new();
        for (name, part) in parts {
            let up = (part.up)();
            ready &= up || !part.required;
            summary.insert(name, up);
        }
        (summary, ready)
    }

    pub(crate) fn started(&self) {
        self.lock().started = true;
    }

    pub(crate) fn listens_on(&self, address: SocketAddr) {
        self.lock().listening.push(address);
    }

    pub(crate) fn listening(&self) -> Vec<SocketAddr> {
        self.lock().listening.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Parts> {
        // Every change is one assignment, so a panic elsewhere leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Readiness {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parts, ready) = self.summary();
        let mut shown = formatter.debug_struct("Readiness");
        shown.field("ready", &ready).field("parts", &parts).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_missing_required_part_makes_a_started_service_unready() {
        let readiness = Readiness::default();
        assert!(!readiness.summary().1, "not started");
        readiness.started();
        readiness.probe("database", true, || true);
        readiness.probe("broker", false, || false);
        assert!(readiness.summary().1);
        readiness.probe("broker", true, || false);
        assert!(!readiness.summary().1);
        readiness.probe("broker", false, || false);
        assert!(!readiness.summary().1, "once required, always required");
        readiness.probe("broker", false, || true);
        assert!(readiness.summary().1);
    }
}
