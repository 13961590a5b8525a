//! The signal to stop, and how long a server may take to follow it.

use std::io;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;

/// Only a peer that keeps half a request to itself takes longer, and nobody waits for that.
const LONG_ENOUGH: Duration = Duration::from_secs(3);

/// Returns at the first SIGTERM or SIGINT.
pub async fn until_told_to_stop() -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Waits for a server that was told to stop.
pub(crate) async fn ended(server: &mut JoinHandle<()>) {
    match tokio::time::timeout(LONG_ENOUGH, &mut *server).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "the server task ended badly"),
        Err(_) => server.abort(),
    }
}
