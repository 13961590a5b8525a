//! Nothing left: the only attempt that is followed by another.

use std::net::TcpListener;
use std::time::Duration;

use contract::withdrawal::{State, Transition};
use jiff::SignedDuration;
use runtime::clock;
use stand::eventually;
use store::attempts::AttemptOutcome::{NotSent, Submitted, Unknown};
use store::outbox::Claimed;

use crate::world::{Seen, World};

/// Where nobody listens.
fn nowhere() -> String {
    format!("http://127.0.0.1:{}", stand::free_port())
}

#[tokio::test]
async fn a_refused_connection_closes_the_attempt_and_sends_again_later() {
    let world = World::start_with(|settings| {
        settings.huifu.base_url = nowhere().parse().unwrap();
        settings.dispatch.resend.pause = Duration::from_secs(60);
    })
    .await;
    let message = world.accept(10_000).await;
    world.handle(&message).await.unwrap();
    let id = &message.body.withdrawal_id;
    let seen = world.see(id).await;
    assert_eq!((seen.state, seen.executions), (State::Accepted, 0));
    assert_eq!(seen.outcomes, [Some(NotSent)]);
    assert_eq!(world.ask().await, 0, "what never left is not asked about");

    // The old message does nothing any more; the new one is due later, and later each time.
    world.handle(&message).await.unwrap();
    assert_eq!(world.see(id).await.outcomes.len(), 1);
    let again = world.message_for(id).await;
    assert_eq!(again.causation_id, Some(message.message_id));
    world.handle(&again).await.unwrap();
    assert_eq!(world.see(id).await.outcomes, [Some(NotSent), Some(NotSent)]);
    let rows = world.outbox().await;
    assert_eq!(rows.len(), 1);
    let connection = world.store.connection().await.unwrap();
    let due = store::outbox::next_due(&connection).await.unwrap().unwrap();
    // Doubled to 120 s, of which the jitter leaves at least half.
    assert!(due > clock::now() + SignedDuration::from_secs(59), "{due}");
}

#[tokio::test]
async fn once_huifu_is_back_it_is_sent_once() {
    let world = World::start().await;
    let elsewhere = World::start_with(|settings| {
        settings.huifu.base_url = nowhere().parse().unwrap();
    })
    .await;
    // The same withdrawal, first by a dispatcher that reaches nobody.
    let message = elsewhere.accept(10_000).await;
    elsewhere.handle(&message).await.unwrap();
    let id = &message.body.withdrawal_id;
    let again = elsewhere.message_for(id).await;
    elsewhere.handle_at(&world, &again).await;
    elsewhere.handle_at(&world, &again).await;
    let seen = elsewhere.see(id).await;
    assert_eq!(seen.state, State::Submitted);
    assert_eq!(seen.outcomes, [Some(NotSent), Some(Submitted)]);
    let attempts = elsewhere.attempts(id).await;
    let serials: Vec<_> = attempts.iter().map(|one| one.req_seq_id.as_str()).collect();
    assert_eq!(world.huifu.book().executions(&serials), 1);
}

#[tokio::test]
async fn a_tls_handshake_that_does_not_end_is_proof_as_well() {
    // The kernel completes the connection, and nobody ever reads from it.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let world = World::start_with(|settings| {
        settings.huifu.base_url = format!("https://{address}").parse().unwrap();
    })
    .await;
    let id = world.send(10_000).await;
    assert_eq!(world.see(&id).await.outcomes, [Some(NotSent)]);
    assert_eq!(world.see(&id).await.state, State::Accepted);
}

#[tokio::test]
async fn silence_after_the_connection_is_no_proof() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let world = World::start_with(|settings| {
        settings.huifu.base_url = format!("http://{address}").parse().unwrap();
    })
    .await;
    let id = world.send(10_000).await;
    assert_eq!(world.see(&id).await.outcomes, [Some(Unknown)]);
    assert_eq!(world.see(&id).await.state, State::Unconfirmed);
    assert!(world.outbox().await.is_empty());
}

/// While the handshake hangs, somebody else takes an edge; then the connection is given up.
async fn overtaken_by(transition: Transition) -> Seen {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let world = World::start_with(|settings| {
        settings.huifu.base_url = format!("https://{address}").parse().unwrap();
        settings.huifu.connect_timeout = Duration::from_secs(2);
    })
    .await;
    let message = world.accept(10_000).await;
    let id = &message.body.withdrawal_id;
    let somebody = async {
        eventually(Duration::from_secs(10), "the attempt", async || {
            !world.attempts(id).await.is_empty()
        })
        .await;
        world.advance(id, transition).await
    };
    let (handled, _) = tokio::join!(world.handle(&message), somebody);
    handled.unwrap();
    let rows = world.outbox().await;
    let sends_again = |row: &Claimed| row.message_type == "withdrawal.accepted.v1";
    assert!(!rows.iter().any(sends_again), "{rows:?}");
    world.see(id).await
}

#[tokio::test]
async fn proof_that_comes_after_huifus_word_is_a_contradiction_and_sends_nothing() {
    let seen = overtaken_by(Transition::Pay).await;
    assert_eq!((seen.state, seen.held), (State::Paid, true));
    assert_eq!(seen.outcomes, [Some(Unknown)]);
    assert_eq!(seen.cases, ["contradiction"]);
}

#[tokio::test]
async fn proof_that_comes_after_track_was_lost_sends_nothing() {
    let seen = overtaken_by(Transition::LoseTrack).await;
    assert_eq!(seen, Seen::is(State::Unconfirmed, Some(Unknown), 0));
}
