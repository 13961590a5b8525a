//! The letters that go first: they stop the job when they fail, and nothing else speaks for them.

use store::notices::NoticeState;
use store::replays::{ItemState, JobState, Wanted};

use super::{Verb, act_on, create, dead, in_outbox, letters, partner_answers, step, wanted};
use crate::stage::tried;
use crate::world::World;

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
