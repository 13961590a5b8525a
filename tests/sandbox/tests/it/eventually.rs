//! Waits for a condition, never for time to pass.

use std::time::Duration;

const LOOK_AGAIN: Duration = Duration::from_millis(5);
const DEADLINE: Duration = Duration::from_secs(20);

/// Returns what `look` finds, or panics saying what was waited for.
pub(crate) async fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let mut tick = tokio::time::interval(LOOK_AGAIN);
    let search = async {
        loop {
            tick.tick().await;
            if let Some(found) = look() {
                return found;
            }
        }
    };
    tokio::time::timeout(DEADLINE, search)
        .await
        .unwrap_or_else(|_| panic!("waited {DEADLINE:?} in vain for {what}"))
}
