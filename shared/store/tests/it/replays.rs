//! Replay jobs: what was previewed is what is sent, a canary goes first, a bad end stops it, and
//! whoever dies in the middle loses nothing and does nothing twice.

use contract::money::Fen;
use contract::withdrawal::State;
use jiff::Timestamp;
use store::StoreError;
use store::dead_letters::{self, DeadLetterState, Filter};
use store::notices::NoticeState;
use store::replays::{
    self, Acted, Actor, Counts, ItemState, Job, JobState, Limits, Step, Stepped, Wanted,
};

use crate::dead_letters::give_up;
use crate::outbox::{claim, enqueue};
use crate::stage::{handled, tried};
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

#[tokio::test]
async fn what_was_previewed_is_frozen_and_what_was_frozen_is_sent() {
    let world = World::new().await;
    dead(&world, 1, 3).await;
    let connection = world.connection().await;
    let preview = replays::preview(&connection, &wanted(), &limits())
        .await
        .unwrap();
    assert_eq!((preview.count, preview.amount.unwrap().get()), (3, 30_000));
    assert_eq!(preview.groups.len(), 1);
    let shown: Vec<_> = preview.sample.iter().map(|letter| letter.id).collect();
    assert_eq!(shown, [1, 3, 5], "each was written twice and is there once");

    let job = create(&world, &wanted()).await.unwrap();
    assert_eq!((job.state, job.count), (JobState::Running, 3));
    assert_eq!(job.amount.get(), 30_000);
    let frozen = replays::preview_of(&connection, job.id).await.unwrap();
    assert_eq!((frozen.count, frozen.amount), (3, preview.amount));
    assert_eq!(frozen.groups, preview.groups);

    // What dies later is none of its business.
    dead(&world, 4, 1).await;
    let made = step(&world, job.id).await;
    assert_eq!((made.sent, made.job.counts.waiting), (3, 3));
    assert_eq!(letters(&world, job.id, ItemState::Waiting).await, shown);
    assert_eq!(in_outbox(&world).await.len(), 3);
    let last = dead_letters::find(&connection, 7).await.unwrap().unwrap();
    assert_eq!(last.state, DeadLetterState::Open);

    partner_answers(&world, true).await;
    let made = step(&world, job.id).await;
    assert_eq!(made.heard, 3);
    assert_eq!(made.job.state, JobState::Finished);
    let done = Counts {
        delivered: 3,
        ..Counts::default()
    };
    assert_eq!(made.job.counts, done);
}

#[tokio::test]
async fn nothing_comes_into_a_frozen_set_or_goes_out_of_it() {
    let world = World::new().await;
    dead(&world, 1, 1).await;
    let job = create(&world, &wanted()).await.unwrap();
    let client = world.raw().await;
    for tampering in [
        include_str!("sql/into_a_frozen_set.sql"),
        "delete from replay_items",
        "truncate replay_items",
        "update replay_items set letter_id = 99",
        "update replay_jobs set count = 2, queued = 2",
        "update replay_jobs set frozen_at = null",
        "update replay_jobs set approved_by = 'LIN'",
        "delete from replay_jobs",
    ] {
        let refused = client.execute(tampering, &[]).await;
        assert!(refused.is_err(), "{tampering}");
    }
    assert_eq!(letters(&world, job.id, ItemState::Queued).await, [1]);
}

#[tokio::test]
async fn a_canary_that_fails_stops_the_job_and_a_new_one_goes_before_the_rest() {
    let world = World::new().await;
    dead(&world, 1, 6).await;
    let wanted = Wanted {
        canary: 2,
        ..wanted()
    };
    let job = create(&world, &wanted).await.unwrap();
    assert_eq!(step(&world, job.id).await.sent, 2);
    assert_eq!(
        step(&world, job.id).await.sent,
        0,
        "its outcome is waited for"
    );
    partner_answers(&world, false).await;
    let made = step(&world, job.id).await;
    assert_eq!(made.job.state, JobState::Stopped);
    let why = made.job.stopped_because.as_deref();
    assert_eq!(
        why,
        Some("2 of the 2 letters of the canary failed; 10 % may")
    );
    assert_eq!(step(&world, job.id).await.sent, 0, "it has stopped");

    act_on(&world, job.id, Verb::Resume).await;
    let made = step(&world, job.id).await;
    assert_eq!(made.sent, 2, "what failed goes first, as the canary");
    assert_eq!(made.job.round.number, 2);
    assert_eq!(letters(&world, job.id, ItemState::Waiting).await, [1, 3]);
    assert_eq!(in_outbox(&world).await.len(), 2, "hastened, not doubled");
    partner_answers(&world, true).await;
    let made = step(&world, job.id).await;
    assert_eq!((made.sent, made.job.counts.delivered), (4, 2));
    partner_answers(&world, true).await;
    let made = step(&world, job.id).await;
    assert_eq!(
        (made.job.state, made.job.counts.delivered),
        (JobState::Finished, 6)
    );
}

#[tokio::test]
async fn what_was_out_before_a_stop_says_nothing_of_the_new_canary() {
    let world = World::new().await;
    dead(&world, 1, 30).await;
    let job = create(
        &world,
        &Wanted {
            stop_at: 50,
            canary: 1,
            ..wanted()
        },
    )
    .await
    .unwrap();
    assert_eq!(step(&world, job.id).await.sent, 1);
    partner_answers(&world, true).await;
    assert_eq!(step(&world, job.id).await.sent, 29);
    let out = in_outbox(&world).await;
    for body in &out[..20] {
        tried(&world, body, NoticeState::Pending).await;
    }
    assert_eq!(step(&world, job.id).await.job.state, JobState::Stopped);
    act_on(&world, job.id, Verb::Resume).await;
    // The nine that were out fail now; the canary of the new round is not yet heard of.
    let made = step(&world, job.id).await;
    assert_eq!((made.sent, made.job.counts.waiting), (1, 10));
    for body in &out[20..] {
        tried(&world, body, NoticeState::Pending).await;
    }
    let made = step(&world, job.id).await;
    assert_eq!((made.heard, made.job.state), (9, JobState::Running));
    assert_eq!(made.job.round.canary_done, 0);
    assert_eq!(made.sent, 0);
}

#[tokio::test]
async fn a_runner_that_dies_is_followed_and_nothing_is_sent_twice() {
    let world = World::new().await;
    dead(&world, 1, 3).await;
    let job = create(&world, &wanted()).await.unwrap();
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: die").await.unwrap();
    let step = replays::step(&tx, world.now, job.id, "one").await.unwrap();
    assert!(matches!(step, Step::Made(made) if made.sent == 3));
    drop(tx);
    assert!(in_outbox(&world).await.is_empty());

    let made = step_as(&world, job.id, "two", world.now).await;
    assert!(matches!(made, Step::Made(made) if made.sent == 3));
    assert_eq!(
        step_as(&world, job.id, "three", world.now).await,
        Step::Busy
    );
    let later = step_as(&world, job.id, "three", world.later(16)).await;
    assert!(matches!(later, Step::Made(made) if made.sent == 0));
    assert_eq!(in_outbox(&world).await.len(), 3);
    assert_eq!(step_as(&world, 99, "two", world.now).await, Step::Missing);
}

#[tokio::test]
async fn of_one_withdrawal_one_letter_at_a_time_is_out_the_elder_first() {
    let world = World::new().await;
    let id = world.walked_to(1, State::Returned).await;
    let connection = world.connection().await;
    let notices = store::notices::of(&connection, &id).await.unwrap();
    let messages = claim(&world, world.now).await;
    for notice in &notices {
        let message = messages
            .iter()
            .find(|message| message.body.contains(notice.id.as_str()));
        give_up(&world, &notice.id, message.unwrap()).await;
    }
    let job = create(&world, &wanted()).await.unwrap();
    for notice in &notices {
        assert_eq!(step(&world, job.id).await.sent, 1);
        let out = in_outbox(&world).await;
        assert_eq!(out.len(), 1);
        assert!(out[0].contains(notice.id.as_str()), "in their order");
        partner_answers(&world, true).await;
    }
    assert_eq!(step(&world, job.id).await.job.state, JobState::Finished);
}

#[tokio::test]
async fn a_large_set_needs_a_second_person() {
    let world = World::new().await;
    dead(&world, 1, 3).await;
    let few = Limits {
        approval_above_count: 2,
        ..limits()
    };
    let job = create_within(&world, &wanted(), &few).await.unwrap();
    assert_eq!(job.state, JobState::AwaitingApproval);
    assert_eq!(step(&world, job.id).await.sent, 0);
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: approve").await.unwrap();
    let lin = Actor { by: "Lin", ..LIN };
    let acted = replays::approve(&tx, world.now, job.id, &lin)
        .await
        .unwrap();
    assert_eq!(acted, Acted::SamePerson);
    let acted = replays::resume(&tx, world.now, job.id).await.unwrap();
    assert_eq!(acted, Acted::Refused(JobState::AwaitingApproval));
    let acted = replays::approve(&tx, world.now, job.id, &WU).await.unwrap();
    assert!(matches!(acted, Acted::Done(job) if job.approved_by.as_deref() == Some("wu")));
    tx.commit().await.unwrap();
    assert_eq!(step(&world, job.id).await.sent, 3);

    dead(&world, 4, 1).await;
    let cheap = Limits {
        approval_above_amount: Fen::new(9_999).unwrap(),
        ..limits()
    };
    let job = create_within(&world, &wanted(), &cheap).await.unwrap();
    assert_eq!((job.state, job.count), (JobState::AwaitingApproval, 1));
    let client = world.raw().await;
    let forced = client
        .execute(
            "update replay_jobs set state = 'running' where id = $1",
            &[&job.id],
        )
        .await;
    assert!(forced.is_err(), "the database says so too");
}

#[tokio::test]
async fn what_is_in_another_job_or_was_replayed_often_is_left_out() {
    let world = World::new().await;
    dead(&world, 1, 1).await;
    for _ in 0..3 {
        let job = create(&world, &wanted()).await.unwrap();
        assert_eq!(job.count, 1);
        let other = create(&world, &wanted()).await.unwrap();
        assert_eq!((other.count, other.state), (0, JobState::Finished));
        assert_eq!(step(&world, job.id).await.sent, 1);
        for body in in_outbox(&world).await {
            tried(&world, &body, NoticeState::DeadLettered).await;
        }
        let made = step(&world, job.id).await;
        assert_eq!(
            (made.job.state, made.job.counts.failed),
            (JobState::Finished, 1)
        );
    }
    let preview = replays::preview(&world.connection().await, &wanted(), &limits())
        .await
        .unwrap();
    assert_eq!((preview.count, preview.left_out.again), (0, 1));
    let again = Wanted {
        again: true,
        ..wanted()
    };
    let job = create(&world, &again).await.unwrap();
    assert_eq!(job.count, 1);
    let preview = replays::preview_of(&world.connection().await, job.id).await;
    assert_eq!(preview.unwrap().replayed_before, 1);
    let preview = replays::preview(&world.connection().await, &again, &limits()).await;
    assert_eq!(preview.unwrap().left_out.elsewhere, 1);
}

#[tokio::test]
async fn a_cancelled_job_leaves_open_letters_and_hears_of_what_is_out() {
    let world = World::new().await;
    dead(&world, 1, 3).await;
    let wanted = Wanted {
        canary: 1,
        ..wanted()
    };
    let job = create(&world, &wanted).await.unwrap();
    step(&world, job.id).await;
    act_on(&world, job.id, Verb::Pause).await;
    assert_eq!(step(&world, job.id).await.sent, 0);
    act_on(&world, job.id, Verb::Cancel).await;
    assert_eq!(letters(&world, job.id, ItemState::Skipped).await, [3, 5]);
    partner_answers(&world, true).await;
    let at_work = replays::at_work(&world.connection().await, 10).await;
    assert_eq!(at_work.unwrap(), [job.id]);
    let made = step(&world, job.id).await;
    assert_eq!(made.job.state, JobState::Cancelled);
    assert_eq!((made.job.counts.delivered, made.job.counts.skipped), (1, 2));
    let again = create(&world, &wanted).await.unwrap();
    assert_eq!(again.count, 2, "they are nobody's now");
}

#[tokio::test]
async fn another_message_is_done_when_it_is_settled_and_leaves_no_letter() {
    let world = World::new().await;
    world.walked_to(1, State::Accepted).await;
    for _ in 0..2 {
        let message = enqueue(&world, world.now).await;
        handled(&world, message, true).await;
    }
    let wanted = Wanted {
        stop_at: 100,
        ..wanted()
    };
    let job = create(&world, &wanted).await.unwrap();
    let client = world.raw().await;
    assert_eq!(step(&world, job.id).await.sent, 1);
    // They ask for the same, and the other one being open says nothing of the one that is out.
    for (gives_up, sent, counts) in [(false, 1, (1, 0)), (true, 0, (1, 1))] {
        let row = client.query_one("select message_id from outbox", &[]).await;
        handled(&world, row.unwrap().get(0), gives_up).await;
        let made = step(&world, job.id).await;
        let heard = made.job.counts;
        assert_eq!((heard.delivered, heard.failed), counts);
        assert_eq!(made.sent, sent);
    }
    assert_eq!(step(&world, job.id).await.job.state, JobState::Finished);
}

#[tokio::test]
async fn a_letter_that_somebody_else_decided_about_is_skipped() {
    let world = World::new().await;
    dead(&world, 1, 2).await;
    let job = create(&world, &wanted()).await.unwrap();
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: discard").await.unwrap();
    let one = Filter {
        ids: Some(vec![1]),
        ..Filter::default()
    };
    let decision = dead_letters::Decision {
        by: "wu",
        reason: "noise",
    };
    let verb = dead_letters::Verb::Discard;
    dead_letters::decide_many(&tx, world.now, &one, 99, verb, decision)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let made = step(&world, job.id).await;
    assert_eq!((made.sent, made.job.counts.skipped), (1, 1));
}

#[tokio::test]
async fn a_paced_job_sends_no_more_than_its_pace_and_waits_while_too_much_is_out() {
    let world = World::new().await;
    dead(&world, 1, 9).await;
    let paced = Wanted {
        pace: Some(2),
        ..wanted()
    };
    let few = Limits {
        out_most: 5,
        ..limits()
    };
    let job = create_within(&world, &paced, &few).await.unwrap();
    let mut sent = Vec::new();
    for second in 0..4 {
        match step_as(&world, job.id, "one", world.later(second)).await {
            Step::Made(made) => sent.push(made.sent),
            other @ (Step::Busy | Step::Missing) => panic!("{other:?}"),
        }
    }
    assert_eq!(sent, [2, 2, 1, 0]);
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
