//! Wakes the relay when a commit, here or in another process, put something into the outbox.

use store::StoreError;

use super::Relay;
use crate::backoff::{self, Backoff};

/// Listens until told to stop, on a connection that is made again for ever.
pub(crate) async fn listen(relay: Relay) {
    let mut backoff = Backoff::new();
    while !relay.stop.is_cancelled() {
        let listened = tokio::select! {
            biased;
            () = relay.stop.cancelled() => return,
            listened = session(&relay, &mut backoff) => listened,
        };
        if let Err(error) = listened {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "not listening to the outbox"
            );
        }
        backoff::pause(backoff.next_pause(), &relay.stop).await;
    }
}

async fn session(relay: &Relay, backoff: &mut Backoff) -> Result<(), StoreError> {
    let mut listener = relay.store.listen_outbox().await?;
    backoff.reset();
    // Something may have been committed while nobody listened.
    relay.wake.notify_one();
    while listener.woken().await {
        relay.wake.notify_one();
    }
    Ok(())
}
