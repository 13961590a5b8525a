//! The same letters replayed: how long until the set is frozen and shown, how fast it goes back.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use contract::money::Fen;
use runtime::clock;
use store::Store;
use store::dead_letters::Filter;
use store::replays::{self, Acted, Actor, JobState, Limits, Step, Wanted};
use tokio::time::Instant;

use super::millis;
use crate::figures::Line;

/// To freeze the set and to show what is in it.
const SHOWN_WITHIN: Duration = Duration::from_secs(3);

/// Letters a second, back in the outbox, when nobody asks for a pace.
const LEAST: f64 = 10_000.0;

const RUNNER: &str = "load";

/// Freezes all of them, has that approved by somebody else, and sends them without a pace. Nobody
/// takes them out of the outbox: what is measured is the replaying, not the delivery.
pub(super) async fn measured(store: &Store, letters: usize) -> Result<Vec<Line>> {
    let letters = i64::try_from(letters)?;
    let wanted = Wanted {
        filter: Filter::default(),
        again: false,
        canary: 0,
        pace: None,
        stop_at: 100,
    };
    let limits = Limits {
        approval_above_count: 0,
        approval_above_amount: Fen::new(1)?,
        replays_most: 3,
        out_most: 1000,
        // Nobody takes them out, so all of them wait at the end.
        unpaced_out_most: i32::try_from(letters)?,
    };
    let mut connection = store.connection().await?;
    let began = Instant::now();
    let foretold = replays::preview(&connection, &wanted, &limits).await?;
    let dry = began.elapsed();
    ensure!(
        foretold.count == letters,
        "a dry run shows {}",
        foretold.count
    );

    let began = Instant::now();
    let tx = connection.begin("load: freeze").await?;
    let maker = actor("load-1");
    let job = replays::create(&tx, clock::now(), &wanted, &limits, &maker, "LOAD-1").await?;
    tx.commit().await?;
    let frozen = began.elapsed();
    let shown = replays::preview_of(&connection, job.id).await?;
    let both = began.elapsed();
    ensure!(
        job.count == letters && shown.count == letters,
        "{} are frozen and {} are shown",
        job.count,
        shown.count
    );

    let tx = connection.begin("load: approve").await?;
    let approved = replays::approve(&tx, clock::now(), job.id, &actor("load-2")).await?;
    ensure!(
        matches!(approved, Acted::Done(_)),
        "not approved: {approved:?}"
    );
    tx.commit().await?;
    let took = send(store, job.id, letters).await?;
    let rate = letters as f64 / took.as_secs_f64();
    Ok(vec![
        Line::told("previewed without freezing", millis(dry)),
        Line::promised(
            "frozen and previewed",
            millis(both),
            format!("within {SHOWN_WITHIN:?}"),
            both <= SHOWN_WITHIN,
        ),
        Line::told("  frozen", millis(frozen)),
        Line::promised(
            "replayed without a pace",
            format!("{rate:.0} a second"),
            format!("at least {LEAST:.0} a second"),
            rate >= LEAST,
        ),
    ])
}

fn actor(by: &str) -> Actor<'_> {
    Actor {
        by,
        reason: "a figure",
    }
}

/// One step after the other until all are out.
async fn send(store: &Store, job: i64, letters: i64) -> Result<Duration> {
    let began = Instant::now();
    let mut connection = store.connection().await?;
    let mut sent = 0;
    while sent < letters {
        let tx = connection.begin("load: replay").await?;
        let Step::Made(step) = replays::step(&tx, clock::now(), job, RUNNER).await? else {
            bail!("somebody else runs the job");
        };
        tx.commit().await?;
        ensure!(
            step.sent > 0 && step.job.state == JobState::Running,
            "after {sent} of {letters} the job is {:?}",
            step.job.state
        );
        sent += step.sent;
    }
    Ok(began.elapsed())
}
