//! Sending: what is answered, what is repeated, what is held.

use contract::withdrawal::{State, Transition};
use runtime::amqp::HandlerError;
use runtime::ids;
use sandbox::huifu::Fault;
use store::attempts::AttemptOutcome::{Refused, Submitted};
use store::progress::Advanced;

use crate::world::{Seen, World};

#[tokio::test]
async fn an_accepted_withdrawal_is_submitted_once() {
    let world = World::start().await;
    let id = world.send(10_000).await;
    assert_eq!(
        world.see(&id).await,
        Seen::is(State::Submitted, Some(Submitted), 1)
    );
    assert!(world.attempts(&id).await[0].hf_seq_id.is_some());
    assert!(world.outbox().await.is_empty(), "the duty is carried out");
    let events = world.events(&id).await;
    assert_eq!(events[2..], ["open_attempt", "submit"], "{events:?}");
}

#[tokio::test]
async fn success_at_once_only_means_submitted() {
    let world = World::start().await;
    world.huifu.fail_next(1, Fault::SyncSuccess);
    let id = world.send(10_000).await;
    assert_eq!(
        world.see(&id).await,
        Seen::is(State::Submitted, Some(Submitted), 1)
    );
}

#[tokio::test]
async fn a_redelivered_message_sends_nothing() {
    let world = World::start().await;
    let message = world.accept(10_000).await;
    for _ in 0..3 {
        world.handle(&message).await.unwrap();
    }
    let id = &message.body.withdrawal_id;
    assert_eq!(
        world.see(id).await,
        Seen::is(State::Submitted, Some(Submitted), 1)
    );
}

#[tokio::test]
async fn deliveries_of_one_message_at_once_send_once() {
    let world = World::start().await;
    let message = world.accept(10_000).await;
    let (first, second, third) = tokio::join!(
        world.handle(&message),
        world.handle(&message),
        world.handle(&message),
    );
    first.and(second).and(third).unwrap();
    let id = &message.body.withdrawal_id;
    assert_eq!(
        world.see(id).await,
        Seen::is(State::Submitted, Some(Submitted), 1)
    );
}

#[tokio::test]
async fn a_second_message_about_a_withdrawal_under_way_sends_nothing() {
    let world = World::start().await;
    let message = world.accept(10_000).await;
    let id = &message.body.withdrawal_id;
    world.open_attempt(id, 10_000).await;
    world.handle(&message).await.unwrap();
    assert_eq!(world.see(id).await, Seen::is(State::Dispatching, None, 0));
    assert!(world.outbox().await.is_empty(), "settled: reconcile asks");
}

#[tokio::test]
async fn a_refusal_fails_the_withdrawal_with_a_reason_and_a_notice() {
    let world = World::start().await;
    let resp_code = "22000003".to_owned();
    world.huifu.fail_next(1, Fault::Refuse { resp_code });
    let id = world.send(10_000).await;
    assert_eq!(
        world.see(&id).await,
        Seen::is(State::Failed, Some(Refused), 0)
    );
    assert_eq!(world.reason(&id).await.as_deref(), Some("account_unusable"));
    let rows = world.outbox().await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].message_type, "notice.due.v1");
    assert_eq!(world.ask().await, 0, "nothing is left to ask");
}

#[tokio::test]
async fn failure_at_once_and_a_short_balance_are_refusals() {
    for (fault, reason) in [
        (Fault::SyncFailure, "refused_by_provider"),
        (Fault::InsufficientBalance, "insufficient_balance"),
    ] {
        let world = World::start().await;
        world.huifu.fail_next(1, fault);
        let id = world.send(10_000).await;
        assert_eq!(
            world.see(&id).await,
            Seen::is(State::Failed, Some(Refused), 0)
        );
        assert_eq!(world.reason(&id).await.as_deref(), Some(reason));
    }
}

#[tokio::test]
async fn a_held_withdrawal_is_not_sent_and_not_forgotten() {
    let world = World::start().await;
    let message = world.accept(10_000).await;
    let id = &message.body.withdrawal_id;
    // Huifu's word about something that was never sent.
    let contradicted = world.advance(id, Transition::Pay).await;
    assert_eq!(contradicted, Advanced::Contradicted(State::Accepted));
    world.handle(&message).await.unwrap();
    let seen = world.see(id).await;
    assert_eq!(
        (seen.state, seen.held, seen.executions),
        (State::Accepted, true, 0)
    );
    assert_eq!(seen.outcomes, []);
    let rests = world.message_for(id).await;
    assert_ne!(rests.message_id, message.message_id, "it looks again later");
}

#[tokio::test]
async fn a_message_about_nothing_is_a_dead_letter() {
    let world = World::start().await;
    let mut message = world.accept(10_000).await;
    message.body.withdrawal_id = ids::new_withdrawal_id();
    let refused = world.handle(&message).await.unwrap_err();
    assert!(
        matches!(refused, HandlerError::DeadLetter { .. }),
        "{refused:?}"
    );
}

#[tokio::test]
async fn an_amount_that_huifu_does_not_take_opens_no_attempt() {
    let world = World::start().await;
    // 15 characters; Huifu takes 14 (huifu-api.md §3.1).
    let message = world.accept(100_000_000_000_000).await;
    let refused = world.handle(&message).await.unwrap_err();
    assert!(
        matches!(refused, HandlerError::DeadLetter { .. }),
        "{refused:?}"
    );
    let seen = world.see(&message.body.withdrawal_id).await;
    assert_eq!((seen.state, seen.outcomes.len()), (State::Accepted, 0));
}
