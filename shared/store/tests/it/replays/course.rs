//! How a set is sent: by one runner at a time, in order, within its bounds, to the last letter.

use contract::withdrawal::State;
use store::dead_letters::{self, Filter};
use store::notices::NoticeState;
use store::replays::{self, ItemState, JobState, Limits, Step, Wanted};

use super::{
    Verb, act_on, create, create_within, dead, in_outbox, letters, limits, partner_answers, step,
    step_as, wanted,
};
use crate::dead_letters::give_up;
use crate::outbox::{claim, enqueue};
use crate::stage::{handled, tried};
use crate::world::World;

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

#[tokio::test]
async fn a_job_without_a_pace_waits_too_while_too_much_is_out() {
    let world = World::new().await;
    dead(&world, 1, 9).await;
    let few = Limits {
        out_most: 1,
        unpaced_out_most: 4,
        ..limits()
    };
    let job = create_within(&world, &wanted(), &few).await.unwrap();
    assert_eq!(job.out_most, 4);
    for (sent, waiting) in [(4, 4), (0, 4)] {
        let made = step(&world, job.id).await;
        assert_eq!((made.sent, made.job.counts.waiting), (sent, waiting));
    }
    // What has its outcome makes room for as many, and for no more.
    let out = in_outbox(&world).await;
    for body in &out[..3] {
        tried(&world, body, NoticeState::Delivered).await;
    }
    let made = step(&world, job.id).await;
    assert_eq!((made.heard, made.sent, made.job.counts.waiting), (3, 3, 4));
    let mut sent = 0;
    while made_until_over(&world, job.id, &mut sent).await {}
    assert_eq!(sent, 2);
}

/// The partner takes all that is out, and the job goes on; whether it has not ended.
async fn made_until_over(world: &World, job: i64, sent: &mut i64) -> bool {
    partner_answers(world, true).await;
    let made = step(world, job).await;
    assert!(made.job.counts.waiting <= 4, "{:?}", made.job.counts);
    *sent += made.sent;
    made.job.state == JobState::Running
}
