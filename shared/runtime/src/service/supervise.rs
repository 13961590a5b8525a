//! Tasks that are missed when they are gone.

use std::future::Future;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Starts tasks; every one of them is expected to run until the service is told to stop.
#[derive(Clone, Debug)]
pub struct Tasks {
    tracker: TaskTracker,
    kill: CancellationToken,
    ended: UnboundedSender<Ended>,
}

/// A task that is over, and how.
#[derive(Debug)]
struct Ended {
    name: &'static str,
    result: anyhow::Result<()>,
}

/// Hears of every task that ends.
pub(super) struct Supervisor {
    ended: UnboundedReceiver<Ended>,
    tracker: TaskTracker,
    kill: CancellationToken,
}

/// How the service's life ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Asked to stop, and everything that was taken was finished.
    Finished,
    /// A task ended by itself, or failed, or was still running when the grace was over.
    Failed,
}

impl Tasks {
    pub(super) fn new() -> (Self, Supervisor) {
        let (sender, receiver) = unbounded_channel();
        let tracker = TaskTracker::new();
        let kill = CancellationToken::new();
        let supervisor = Supervisor {
            ended: receiver,
            tracker: tracker.clone(),
            kill: kill.clone(),
        };
        let tasks = Self {
            tracker,
            kill,
            ended: sender,
        };
        (tasks, supervisor)
    }

    /// Starts a task. Ending before the service was told to stop, in whatever way, or failing at
    /// any time, makes the process exit with 1.
    pub fn spawn<F>(&self, name: &'static str, work: F)
    where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        let kill = self.kill.clone();
        let ended = self.ended.clone();
        // The inner task turns a panic into a value.
        let running = tokio::spawn(async move {
            tokio::select! {
                biased;
                () = kill.cancelled() => Err(anyhow::anyhow!("it outlived the grace")),
                result = work => result,
            }
        });
        self.tracker.spawn(async move {
            let result = running.await.unwrap_or_else(|error| Err(error.into()));
            // Nobody listens once the process is going down anyway.
            let _ = ended.send(Ended { name, result });
        });
    }
}

impl Supervisor {
    /// Watches until `stopping`, cancelling it itself when a task is gone; then waits, at most for
    /// `grace`, until all are done, and kills the rest.
    pub(super) async fn watch(mut self, stopping: &CancellationToken, grace: Duration) -> Verdict {
        let mut verdict = Verdict::Finished;
        tokio::select! {
            biased;
            () = stopping.cancelled() => {}
            Some(ended) = self.ended.recv() => {
                report(&ended, "a task ended without being asked to");
                verdict = Verdict::Failed;
                stopping.cancel();
            }
        }
        self.tracker.close();
        if tokio::time::timeout(grace, self.tracker.wait())
            .await
            .is_err()
        {
            self.kill.cancel();
            self.tracker.wait().await;
        }
        self.ended.close();
        while let Some(ended) = self.ended.recv().await {
            if ended.result.is_err() {
                report(&ended, "a task failed while stopping");
                verdict = Verdict::Failed;
            }
        }
        verdict
    }
}

fn report(ended: &Ended, what: &'static str) {
    let error = ended
        .result
        .as_ref()
        .err()
        .map(|error| format!("{error:#}"));
    tracing::error!(task = ended.name, error, "{what}");
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn a_task_that_ends_early_ends_the_service() {
        let (tasks, supervisor) = Tasks::new();
        let stopping = CancellationToken::new();
        let stop = stopping.clone();
        tasks.spawn("patient", async move {
            stop.cancelled().await;
            Ok(())
        });
        tasks.spawn("hasty", async { Ok(()) });
        assert_eq!(supervisor.watch(&stopping, GRACE).await, Verdict::Failed);
        assert!(stopping.is_cancelled(), "the others are told to stop");
    }

    #[tokio::test]
    async fn a_panic_ends_the_service() {
        let (tasks, supervisor) = Tasks::new();
        tasks.spawn("clumsy", async { panic!("as the test wants") });
        let stopping = CancellationToken::new();
        assert_eq!(supervisor.watch(&stopping, GRACE).await, Verdict::Failed);
    }

    #[tokio::test]
    async fn tasks_that_finish_after_being_asked_are_a_good_end() {
        let (tasks, supervisor) = Tasks::new();
        let stopping = CancellationToken::new();
        let stop = stopping.clone();
        tasks.spawn("patient", async move {
            stop.cancelled().await;
            tokio::task::yield_now().await;
            Ok(())
        });
        stopping.cancel();
        assert_eq!(supervisor.watch(&stopping, GRACE).await, Verdict::Finished);
    }

    #[tokio::test]
    async fn what_outlives_the_grace_is_killed_and_counts_as_a_failure() {
        let (tasks, supervisor) = Tasks::new();
        tasks.spawn("deaf", std::future::pending());
        let stopping = CancellationToken::new();
        stopping.cancel();
        let grace = Duration::from_millis(10);
        assert_eq!(supervisor.watch(&stopping, grace).await, Verdict::Failed);
    }
}
