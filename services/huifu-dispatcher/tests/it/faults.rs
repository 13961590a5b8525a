//! Every way in which an answer can fail to say something: asked about, never sent again.

use std::slice;

use contract::withdrawal::State;
use sandbox::huifu::{Fault, Selector};
use store::attempts::AttemptOutcome::{Submitted, Unknown};

use crate::world::{Seen, World};

/// After the fault the outcome is unknown, repeats send nothing, and a question finds the truth.
async fn is_asked_about(fault: Fault, paid: bool) {
    let world = World::start().await;
    world.huifu.fail_next(1, fault.clone());
    let message = world.accept(10_000).await;
    world.handle(&message).await.unwrap();
    world.handle(&message).await.unwrap();
    let id = &message.body.withdrawal_id;
    let executions = u32::from(paid);
    let unconfirmed = Seen::is(State::Unconfirmed, Some(Unknown), executions);
    assert_eq!(world.see(id).await, unconfirmed, "{fault:?}");
    assert!(
        world.outbox().await.is_empty(),
        "{fault:?}: nothing sends it again"
    );

    assert_eq!(world.ask().await, 1, "{fault:?}");
    let seen = world.see(id).await;
    if paid {
        let told = [State::Submitted, State::Paid].contains(&seen.state);
        assert!(
            told && seen.outcomes == [Some(Submitted)],
            "{fault:?}: {seen:?}"
        );
    } else {
        assert_eq!(seen, unconfirmed, "{fault:?}");
    }
    assert_eq!(world.see(id).await.executions, executions, "{fault:?}");
}

#[tokio::test]
async fn a_time_out_after_paying() {
    is_asked_about(Fault::TimeoutAfterPaying, true).await;
}

#[tokio::test]
async fn a_time_out_without_paying() {
    is_asked_about(Fault::TimeoutWithoutPaying, false).await;
}

#[tokio::test]
async fn an_answer_that_is_cut() {
    is_asked_about(Fault::CutAnswer, true).await;
}

#[tokio::test]
async fn a_connection_that_is_cut_without_an_answer() {
    is_asked_about(Fault::CutBeforeReading, false).await;
}

#[tokio::test]
async fn an_answer_with_a_wrong_signature() {
    is_asked_about(Fault::WrongSignature, true).await;
}

#[tokio::test]
async fn an_answer_without_a_signature() {
    is_asked_about(Fault::NoSignature, true).await;
}

#[tokio::test]
async fn statuses_of_the_gateway() {
    for http_status in [500, 512, 914, 922] {
        for paid in [true, false] {
            is_asked_about(Fault::ServerError { http_status, paid }, paid).await;
        }
    }
}

#[tokio::test]
async fn codes_that_conclude_nothing() {
    for code in ["20000000", "20000001", "90000001", "98888888", "99999999"] {
        let resp_code = code.to_owned();
        is_asked_about(Fault::Refuse { resp_code }, false).await;
    }
}

#[tokio::test]
async fn a_kept_connection_that_dies_is_no_proof_that_nothing_was_sent() {
    let world = World::start().await;
    world.send(10_000).await;
    // The same connection, kept open, is cut while the second request is on it.
    world.huifu.fail_next(1, Fault::CutBeforeReading);
    let id = world.send(20_000).await;
    assert_eq!(
        world.see(&id).await,
        Seen::is(State::Unconfirmed, Some(Unknown), 0)
    );
    let asked = |seen: &str| {
        let book = world.huifu.book();
        book.unbooked
            .iter()
            .filter(|one| one.req_seq_id == seen)
            .count()
    };
    let serial = world.attempts(&id).await[0].req_seq_id.clone();
    assert_eq!(asked(serial.as_str()), 1, "the library sent it once");
}

#[tokio::test]
async fn a_query_that_fails_changes_nothing_and_is_asked_again() {
    let world = World::start().await;
    world.huifu.fail_next(1, Fault::TimeoutAfterPaying);
    let id = world.send(10_000).await;
    for fault in [Fault::WrongSignature, Fault::CutAnswer, Fault::NoSignature] {
        world
            .huifu
            .set_fault(Selector::queries(), slice::from_ref(&fault), Some(1));
        assert_eq!(world.ask().await, 1);
        let seen = world.see(&id).await;
        assert_eq!(
            seen,
            Seen::is(State::Unconfirmed, Some(Unknown), 1),
            "{fault:?}"
        );
    }
    assert_eq!(world.ask().await, 1);
    assert_ne!(world.see(&id).await.state, State::Unconfirmed);
}
