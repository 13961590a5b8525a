//! Reading bodies: each within its handler's bound, and large ones a few at a time.
//!
//! The listener lets through what the largest endpoint takes, so the bound that counts is the
//! handler's. A picture is in memory several times while it is verified, decoded and sealed: so
//! many at once as there may be requests would be gigabytes.

use axum::body::{Body, Bytes, HttpBody as _, to_bytes};
use contract::partner::ErrorCode;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::refusal::Refusal;

/// The longest body that any handler reads: a picture at its limit in Base64, with its names
/// around it.
pub(crate) const LONGEST: usize = 3 * 1024 * 1024;

/// What a form takes; longer ones wait for their turn.
const SMALL: usize = 128 * 1024;

/// Some 15 MiB each, so a quarter of a gigabyte together.
const LARGE_AT_ONCE: usize = 16;

/// The room for large bodies.
pub(crate) struct LargeBodies(Semaphore);

impl LargeBodies {
    pub(crate) fn new() -> Self {
        Self(Semaphore::new(LARGE_AT_ONCE))
    }

    /// Waits for room if the handler may need it; the request's own time-out bounds the wait.
    pub(crate) async fn room(&self, longest: usize) -> Option<SemaphorePermit<'_>> {
        if longest <= SMALL {
            return None;
        }
        // The semaphore is never closed.
        self.0.acquire().await.ok()
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
