//! Where the time of one sending went, stage by stage.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Where the time went. A stage that failed or was cut off has the time that it had taken until
/// then; a stage that was never begun has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timings {
    /// Whether a kept connection was used. It has no lookup, no connection and no handshake: those
    /// belong to the sending that it was made for.
    pub reused: bool,
    /// Looking the name up; a literal address is not looked up.
    pub dns: Option<Duration>,
    /// Until TCP was connected.
    pub connect: Option<Duration>,
    /// The TLS handshake; plain HTTP, for tests, has none.
    pub tls: Option<Duration>,
    /// From the request's being handed to the connection until the head of the answer was there;
    /// none if it never was.
    pub first_byte: Option<Duration>,
    /// Everything, to the last byte that was read.
    pub total: Duration,
}

/// What can take time before the request is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Dns,
    Connect,
    Tls,
}

/// Measures one sending. It lives outside of what it measures, so that a time-out which drops that
/// still finds how far it had come.
pub(super) struct Stopwatch {
    began: Instant,
    running: Option<(Stage, Instant)>,
    asked: Option<Instant>,
    address: Option<SocketAddr>,
    timings: Timings,
}

impl Stopwatch {
    pub(super) fn start() -> Self {
        Self {
            began: Instant::now(),
            running: None,
            asked: None,
            address: None,
            timings: Timings::default(),
        }
    }

    /// Ends the stage before, if there is one, and begins this one.
    pub(super) fn enter(&mut self, stage: Stage) {
        self.leave();
        self.running = Some((stage, Instant::now()));
    }

    pub(super) fn leave(&mut self) {
        let Some((stage, began)) = self.running.take() else {
            return;
        };
        let took = Some(began.elapsed());
        match stage {
            Stage::Dns => self.timings.dns = took,
            Stage::Connect => self.timings.connect = took,
            Stage::Tls => self.timings.tls = took,
        }
    }

    pub(super) fn leads_to(&mut self, address: SocketAddr) {
        self.address = Some(address);
    }

    pub(super) fn reuses(&mut self, address: SocketAddr) {
        self.timings.reused = true;
        self.leads_to(address);
    }

    /// The request is handed over.
    pub(super) fn asks(&mut self) {
        self.leave();
        self.asked = Some(Instant::now());
    }

    /// The head of the answer is there.
    pub(super) fn is_answered(&mut self) {
        self.timings.first_byte = self.asked.map(|asked| asked.elapsed());
    }

    pub(super) fn stop(mut self) -> (Option<SocketAddr>, Timings) {
        self.leave();
        self.timings.total = self.began.elapsed();
        (self.address, self.timings)
    }
}
