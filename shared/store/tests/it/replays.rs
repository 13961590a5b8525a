//! Replay jobs: what was previewed is what is sent, a canary goes first, a bad end stops it, and
//! whoever dies in the middle loses nothing and does nothing twice.

mod canary;
mod course;
mod set;

use contract::money::Fen;
use contract::withdrawal::State;
use jiff::Timestamp;
use store::StoreError;
use store::dead_letters::Filter;
use store::notices::NoticeState;
use store::replays::{self, Acted, Actor, ItemState, Job, Limits, Step, Stepped, Wanted};

use crate::dead_letters::give_up;
use crate::outbox::claim;
use crate::stage::tried;
use crate::world::World;

const LIN: Actor<'static> = Actor {
    by: "lin",
    reason: "the partner is back",
};

const WU: Actor<'static> = Actor {
    by: "wu",
    reason: "looked at it",
};

fn limits() -> Limits {
    Limits {
        approval_above_count: 1000,
        approval_above_amount: Fen::new(100_000_000).unwrap(),
        replays_most: 3,
        out_most: 1000,
        unpaced_out_most: 1000,
    }
}

fn wanted() -> Wanted {
    Wanted {
        filter: Filter::default(),
        again: false,
        canary: 0,
        pace: None,
        stop_at: 10,
    }
}

/// So many withdrawals whose notices were given up; the first has number `from`.
async fn dead(world: &World, from: u128, count: u128) {
    for number in from..from + count {
        let id = world.walked_to(number, State::Paid).await;
        let connection = world.connection().await;
        let notice = store::notices::of(&connection, &id)
            .await
            .unwrap()
            .remove(0);
        let about = id.as_str();
        let messages = claim(world, world.now).await;
        let message = messages
            .iter()
            .find(|message| message.routing_key == "notice.due" && message.correlation_id == about);
        give_up(world, &notice.id, message.unwrap()).await;
    }
}

async fn create(world: &World, wanted: &Wanted) -> Result<Job, StoreError> {
    create_within(world, wanted, &limits()).await
}

async fn create_within(world: &World, wanted: &Wanted, limits: &Limits) -> Result<Job, StoreError> {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: create replay").await.unwrap();
    let job = replays::create(&tx, world.now, wanted, limits, &LIN, "OPS-7").await?;
    tx.commit().await?;
    Ok(job)
}

async fn step_as(world: &World, job: i64, runner: &str, now: Timestamp) -> Step {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: step").await.unwrap();
    let step = replays::step(&tx, now, job, runner).await.unwrap();
    tx.commit().await.unwrap();
    step
}

async fn step(world: &World, job: i64) -> Stepped {
    match step_as(world, job, "one", world.now).await {
        Step::Made(made) => *made,
        other @ (Step::Busy | Step::Missing) => panic!("{other:?}"),
    }
}

/// The letters of the job of which this became.
async fn letters(world: &World, job: i64, state: ItemState) -> Vec<i64> {
    let connection = world.connection().await;
    let items = replays::items(&connection, job, state, 0, 1000).await;
    items.unwrap().iter().map(|item| item.letter).collect()
}

/// What the outbox holds of notices, oldest first.
async fn in_outbox(world: &World) -> Vec<String> {
    let client = world.raw().await;
    let rows = client
        .query(
            "select body from outbox where routing_key = 'notice.due' order by id",
            &[],
        )
        .await
        .unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// The partner takes, or does not take, everything that is out.
async fn partner_answers(world: &World, takes: bool) {
    for body in in_outbox(world).await {
        let state = if takes {
            NoticeState::Delivered
        } else {
            NoticeState::Pending
        };
        tried(world, &body, state).await;
    }
}

/// What a person does in these tests.
enum Verb {
    Pause,
    Resume,
    Cancel,
}

async fn act_on(world: &World, job: i64, verb: Verb) {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: act").await.unwrap();
    let acted = match verb {
        Verb::Pause => replays::pause(&tx, world.now, job).await,
        Verb::Resume => replays::resume(&tx, world.now, job).await,
        Verb::Cancel => replays::cancel(&tx, world.now, job).await,
    };
    let acted = acted.unwrap();
    assert!(matches!(acted, Acted::Done(_)), "{acted:?}");
    tx.commit().await.unwrap();
}
