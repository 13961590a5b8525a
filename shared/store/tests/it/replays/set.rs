//! What is in a set: what was previewed, nothing that comes later, and what one person may send.

use contract::money::Fen;
use store::dead_letters::{self, DeadLetterState, Decision};
use store::notices::NoticeState;
use store::replays::{self, Acted, Actor, Counts, ItemState, JobState, Limits, Wanted};

use super::{
    LIN, WU, create, create_within, dead, in_outbox, letters, limits, partner_answers, step, wanted,
};
use crate::stage::tried;
use crate::world::World;

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
        include_str!("../sql/into_a_frozen_set.sql"),
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
async fn what_no_queue_would_get_is_left_out_and_refused() {
    let world = World::new().await;
    dead(&world, 1, 3).await;
    let client = world.raw().await;
    for elsewhere in [
        "update dead_letters set exchange = 'tixian.old' where id = 1",
        "update dead_letters set routing_key = 'notice.old' where id = 3",
    ] {
        assert_eq!(client.execute(elsewhere, &[]).await.unwrap(), 1);
    }
    let mut connection = world.connection().await;
    for id in [1, 3] {
        let letter = dead_letters::find(&connection, id).await.unwrap().unwrap();
        assert_eq!(
            letter.obstacle(),
            Some("its exchange and key are not of the topology: no queue would get it")
        );
        let tx = connection.begin("tests: replay").await.unwrap();
        let decision = Decision {
            by: "lin",
            reason: "the partner is back",
        };
        let replayed = dead_letters::replay(&tx, world.now, id, decision).await;
        assert!(!replayed.unwrap());
    }
    let foretold = replays::preview(&connection, &wanted(), &limits()).await;
    let foretold = foretold.unwrap();
    assert_eq!((foretold.count, foretold.left_out.unsendable), (1, 2));
    let job = create(&world, &wanted()).await.unwrap();
    assert_eq!((job.count, job.left_out.unsendable), (1, 2));
    assert_eq!(letters(&world, job.id, ItemState::Queued).await, [5]);
    let letter = dead_letters::find(&connection, 5).await.unwrap().unwrap();
    assert_eq!(letter.obstacle(), None);

    // One that lost its way after it was frozen is skipped.
    client
        .execute("update dead_letters set exchange = 'tixian.old'", &[])
        .await
        .unwrap();
    let made = step(&world, job.id).await;
    assert_eq!((made.sent, made.job.counts.skipped), (0, 1));
    assert!(in_outbox(&world).await.is_empty());
}
