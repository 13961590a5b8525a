//! The one place that asks what time it is.
//!
//! Everything below the wiring takes `now` as a parameter, so that tests and the simulation can
//! choose it. Ask here once, at the edge, and hand the answer down.

use jiff::Timestamp;

/// The present moment, from the system's clock.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place everybody else is sent to"
)]
pub fn now() -> Timestamp {
    Timestamp::now()
}
