//! A collector to run against: takes traces as OTLP over HTTP with Protobuf, written from the
//! protocol's specification, and shows them to tests.
//!
//! What the specification forbids is refused, and counted: a test that looks at spans alone would
//! not see that some never came. It can also be what collectors are on a bad day.

mod server;
mod span;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use server::{CollectorSandbox, StartError};
pub use span::{CollectedSpan, Kind, Step};

/// What the collector does with what it is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CollectorMode {
    /// Keeps it.
    #[default]
    Ok,
    /// Says that it is overloaded: 503.
    Refuse,
    /// Never answers.
    Hang,
}

/// A running collector. Dropping it stops it.
pub struct CollectorHandle {
    /// `http://127.0.0.1:port`, without a slash at the end: what `OTEL_EXPORTER_OTLP_ENDPOINT` is.
    pub base_url: String,
    pub(crate) address: SocketAddr,
    pub(crate) book: Arc<Book>,
    pub(crate) closing: CancellationToken,
    pub(crate) server: JoinHandle<()>,
}

impl CollectorHandle {
    /// Every span that was taken, in the order in which they came.
    #[must_use]
    pub fn spans(&self) -> Vec<CollectedSpan> {
        self.book.with(|kept| kept.spans.clone())
    }

    /// Those of one trace.
    #[must_use]
    pub fn trace(&self, trace_id: &str) -> Vec<CollectedSpan> {
        let mut spans = self.spans();
        spans.retain(|span| span.step.trace_id == trace_id);
        spans
    }

    /// Requests that were no OTLP, with what was wrong.
    #[must_use]
    pub fn refused(&self) -> Vec<String> {
        self.book.with(|kept| kept.refused.clone())
    }

    /// Requests that came, whatever became of them.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.book.with(|kept| kept.requests)
    }

    /// From here on.
    pub fn set_mode(&self, mode: CollectorMode) {
        self.book.with(|kept| kept.mode = mode);
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for CollectorHandle {
    fn drop(&mut self) {
        self.closing.cancel();
        self.server.abort();
    }
}

/// What was taken.
#[derive(Default)]
pub(crate) struct Book(Mutex<Kept>);

#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) spans: Vec<CollectedSpan>,
    pub(crate) refused: Vec<String>,
    pub(crate) requests: usize,
    pub(crate) mode: CollectorMode,
}

impl Book {
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut Kept) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
