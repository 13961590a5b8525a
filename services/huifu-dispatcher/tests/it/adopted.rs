//! A message comes again after its attempt was committed: whoever opened that seems gone. Huifu is
//! asked soon, and never sent anything again.

use std::time::Duration;

use contract::ids::WithdrawalId;
use contract::message::{Envelope, WithdrawalAccepted};
use contract::withdrawal::State;
use jiff::{SignedDuration, Timestamp};
use runtime::clock;
use sandbox::huifu::Fault;
use stand::eventually;
use store::attempts::AttemptOutcome::{Submitted, Unknown};
use store::outbox::Claimed;

use crate::world::{Seen, World};

/// A first question so late, and an answer waited for so long, that neither comes by itself.
const LATE: Duration = Duration::from_secs(3600);

/// When an attempt is asked about whose sender seems gone, and some more for a busy machine.
const SOON: SignedDuration = SignedDuration::from_secs(60);

const ARRIVES: Duration = Duration::from_secs(30);

async fn patient() -> World {
    World::start_with(|settings| {
        settings.huifu.answer_timeout = LATE;
        settings.dispatch.first_query_after = LATE;
    })
    .await
}

/// Its sender is killed while Huifu has the order and has not answered.
async fn orphan(world: &World, fault: Fault) -> Envelope<WithdrawalAccepted> {
    world.huifu.fail_next(1, fault);
    let message = world.accept(10_000).await;
    tokio::select! {
        ended = world.handle(&message) => panic!("it was answered: {ended:?}"),
        () = eventually(ARRIVES, "the order at Huifu", async || orders(world) == 1) => {}
    }
    message
}

/// What arrived at Huifu, paid or not.
fn orders(world: &World) -> usize {
    let book = world.huifu.book();
    book.payments.len() + book.unbooked.len()
}

async fn next_question(world: &World, id: &WithdrawalId) -> Timestamp {
    let attempts = world.attempts(id).await;
    assert_eq!(attempts.len(), 1, "{attempts:?}");
    attempts[0].next_query_at.expect("it is to be asked about")
}

#[tokio::test]
async fn an_attempt_whose_sender_is_gone_is_asked_about_soon_and_never_sent_again() {
    for (fault, paid) in [
        (Fault::TimeoutAfterPaying, true),
        (Fault::TimeoutWithoutPaying, false),
    ] {
        let world = patient().await;
        let message = orphan(&world, fault).await;
        let id = &message.body.withdrawal_id;
        let executions = u32::from(paid);
        let open = Seen::is(State::Dispatching, None, executions);
        assert_eq!(world.see(id).await, open);
        assert!(next_question(&world, id).await > clock::now() + SOON);

        let began = clock::now();
        world.handle(&message).await.unwrap();
        let next = next_question(&world, id).await;
        assert!(next > began, "its sender may still be alive");
        assert!(next < clock::now() + SOON, "{next}");
        // However often it comes, it is put off no more.
        world.handle(&message).await.unwrap();
        assert_eq!(next_question(&world, id).await, next);
        assert_eq!(world.see(id).await, open, "nothing is concluded yet");
        assert_eq!(orders(&world), 1, "and nothing is sent");

        assert_eq!(world.round(next).await, 1);
        let seen = world.see(id).await;
        if paid {
            assert_eq!(seen.outcomes, [Some(Submitted)]);
        } else {
            assert_eq!(seen, Seen::is(State::Unconfirmed, Some(Unknown), 0));
        }
        assert_eq!((orders(&world), seen.executions), (1, executions));
        let left = world.outbox().await;
        let sends = |row: &Claimed| row.message_type == "withdrawal.accepted.v1";
        assert!(!left.iter().any(sends), "{left:?}");
    }
}

#[tokio::test]
async fn an_attempt_that_was_answered_is_not_brought_forward() {
    let world = patient().await;
    let message = world.accept(10_000).await;
    world.handle(&message).await.unwrap();
    let id = &message.body.withdrawal_id;
    let planned = next_question(&world, id).await;
    world.handle(&message).await.unwrap();
    assert_eq!(next_question(&world, id).await, planned);
}
