//! How questions come round, about withdrawals (`reconcile.rs`) and applications (`onboard/ask.rs`)
//! alike: all that is due is claimed and asked about at once, and what has no answer comes again.
//!
//! There is no last question: pauses double to a longest one and stay there, with jitter.

use std::future::Future;

use contract::later;
use jiff::Timestamp;
use runtime::backoff::{self, Backoff, doubled, jittered};
use store::StoreError;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::settings::ReconcileSettings;

/// A round after the other until `stopping`. A round answers how many questions it asked; after a
/// full one the next follows at once. One that fails claimed nothing: `failed` says so in the log.
pub(crate) async fn run<R>(
    settings: &ReconcileSettings,
    stopping: &CancellationToken,
    failed: &'static str,
    round: impl Fn() -> R,
) where
    R: Future<Output = Result<usize, StoreError>>,
{
    let mut backoff = Backoff::new();
    while !stopping.is_cancelled() {
        let pause = match round().await {
            Ok(asked) => {
                backoff.reset();
                if i64::try_from(asked).is_ok_and(|asked| asked >= settings.batch) {
                    continue;
                }
                settings.poll
            }
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "{failed}");
                backoff.next_pause()
            }
        };
        backoff::pause(pause, stopping).await;
    }
}

/// All questions of a round at once; answers how many there were. One that panics takes no other
/// with it.
pub(crate) async fn ask_all<Q>(questions: impl Iterator<Item = Q>) -> usize
where
    Q: Future<Output = ()> + Send + 'static,
{
    let mut questions: JoinSet<()> = questions.collect();
    let count = questions.len();
    while let Some(ended) = questions.join_next().await {
        if let Err(error) = ended {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "a question panicked");
        }
    }
    count
}

impl ReconcileSettings {
    /// Until when a claim made now holds.
    pub(crate) fn claimed_until(&self, now: Timestamp) -> Timestamp {
        later(now, self.lease)
    }

    /// When to ask next about an attempt that was asked about `query_count` times.
    pub(crate) fn next_question(&self, now: Timestamp, query_count: i32) -> Timestamp {
        let times = u32::try_from(query_count).unwrap_or(0);
        let pause = doubled(self.first_pause, times, self.longest_pause);
        later(now, jittered(pause))
    }
}
