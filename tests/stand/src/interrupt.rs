//! Ctrl-C, a polite kill, and the terminal being closed, heard instead of suffered.
//!
//! What has been started in sessions of its own would outlive a sudden end and be known to nobody.

use anyhow::Result;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// From when it is made on, these signals end nothing by themselves.
#[derive(Debug)]
pub struct Interrupt {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Interrupt {
    /// Begins to listen.
    ///
    /// # Errors
    /// When the system does not let us.
    pub fn listen() -> Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Returns when one of them has come, also when that was a while ago.
    pub async fn came(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }
}
