//! Runs jobs: one in the foreground, or all in the background of the console.
//!
//! Whoever runs a job only takes its steps; everything that must survive is in the database. A
//! runner that dies is followed by the next one when its lease has run out.

use std::time::Duration;

use jiff::Timestamp;
use runtime::backoff::{self, Backoff};
use runtime::clock;
use runtime::ids::new_message_id;
use store::replays::{self, Job, Step, Stepped};
use store::{Store, StoreError, audit, outbox};
use tokio_util::sync::CancellationToken;

use super::{detail, subject};

/// Between two steps that found nothing to do: short beside what a partner takes to answer.
const NOTHING_TO_DO: Duration = Duration::from_millis(100);

/// Between two looks for jobs that somebody made elsewhere.
const NO_JOBS: Duration = Duration::from_secs(1);

/// As many jobs as are run side by side; the others wait.
const JOBS_MOST: i64 = 16;

/// Whoever runs jobs here; another process has another name.
pub(crate) struct Runner {
    store: Store,
    name: String,
}

impl Runner {
    fn new(store: Store) -> Self {
        Self {
            store,
            name: new_message_id().to_string(),
        }
    }

    async fn find(&self, id: i64) -> Result<Option<Job>, StoreError> {
        let connection = self.store.connection().await?;
        replays::find(&connection, id).await
    }

    /// Takes the next step of a job, with its rows of the audit.
    async fn step(&self, id: i64) -> Result<Step, StoreError> {
        let mut connection = self.store.connection().await?;
        let tx = connection.begin("opsctl: step replay").await?;
        let now = clock::now();
        let step = replays::step(&tx, now, id, &self.name).await?;
        if let Step::Made(made) = &step {
            if made.sent > 0 {
                outbox::notify(&tx).await?;
            }
            told(&tx, now, made).await?;
            tx.commit().await?;
        }
        Ok(step)
    }
}

/// A job that stops or finishes by itself is an act as well, of nobody but this program.
async fn told(
    tx: &store::Transaction<'_>,
    now: Timestamp,
    made: &Stepped,
) -> Result<(), StoreError> {
    let Some(moved) = made.moved else {
        return Ok(());
    };
    let job = &made.job;
    let detail = detail(job);
    let reason = match &job.stopped_because {
        Some(why) if moved == replays::Transition::Stop => why,
        _ => "every letter of the set was dealt with",
    };
    let act = audit::Act {
        actor: "opsctl",
        role: None,
        act: moved.act(),
        subject: &subject(job.id),
        reason,
        ticket: Some(&job.ticket),
        detail: &detail,
    };
    audit::append(tx, now, &act).await
}

/// Runs one job until it does not run any more, or `stop`; calls `each` after every step. While
/// somebody else runs it, this only watches. `None` if there is no such job.
pub(crate) async fn run_one(
    store: Store,
    id: i64,
    stop: &CancellationToken,
    mut each: impl FnMut(&Job),
) -> Result<Option<Job>, StoreError> {
    let runner = Runner::new(store);
    let mut backoff = Backoff::new();
    loop {
        let (job, pause) = match runner.step(id).await {
            Ok(Step::Missing) => return Ok(None),
            Ok(Step::Busy) => (runner.find(id).await?, NOTHING_TO_DO),
            Ok(Step::Made(made)) => {
                backoff.reset();
                let pause = pause_after(&made);
                (Some(made.job), pause)
            }
            Err(StoreError::Retryable(_) | StoreError::Pool(_)) => (None, backoff.next_pause()),
            Err(error) => return Err(error),
        };
        if let Some(job) = job {
            each(&job);
            if job.state != replays::JobState::Running {
                return Ok(Some(job));
            }
        }
        if !backoff::pause(pause, stop).await {
            return runner.find(id).await;
        }
    }
}

/// Runs every job that runs, also those that are made meanwhile, until `stop`.
pub(crate) async fn run_all(store: Store, stop: CancellationToken) -> anyhow::Result<()> {
    let runner = Runner::new(store);
    let mut backoff = Backoff::new();
    loop {
        let pause = match one_round(&runner).await {
            Ok(pause) => {
                backoff.reset();
                pause
            }
            Err(error) => {
                tracing::warn!(error = %error, "replay jobs cannot be run");
                backoff.next_pause()
            }
        };
        if !backoff::pause(pause, &stop).await {
            return Ok(());
        }
    }
}

/// A step of each job; answers how long nothing more will happen.
async fn one_round(runner: &Runner) -> Result<Duration, StoreError> {
    let connection = runner.store.connection().await?;
    let jobs = replays::at_work(&connection, JOBS_MOST).await?;
    drop(connection);
    let mut pause = NO_JOBS;
    for id in jobs {
        pause = pause.min(match runner.step(id).await {
            Ok(Step::Made(made)) => pause_after(&made),
            Ok(Step::Missing | Step::Busy) => NO_JOBS,
            // The others go on: a job that cannot be run is nobody else's trouble.
            Err(error) => {
                tracing::warn!(job = id, error = %error, "a replay job cannot be run");
                NO_JOBS
            }
        });
    }
    Ok(pause)
}

/// Goes on at once while there is work. A paced job has a tenth of a second's worth in each step.
fn pause_after(made: &Stepped) -> Duration {
    let busy = made.sent > 0 || made.heard > 0;
    if busy && made.job.pace.is_none() {
        Duration::ZERO
    } else {
        NOTHING_TO_DO
    }
}
