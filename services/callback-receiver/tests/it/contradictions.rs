//! Two statements about money that exclude each other: nothing changes, and a person is told.

use std::time::Duration;

use contract::withdrawal::{State, Transition};
use runtime::clock;
use store::attempts::{self, AttemptOutcome};
use store::progress::Advanced;
use store::withdrawals::Change;

use crate::world::{World, open_attempt, step};

#[tokio::test]
async fn success_and_failure_leave_the_first_and_open_one_case() {
    for (paid_first, state) in [(true, State::Paid), (false, State::Failed)] {
        let world = World::start().await;
        let sent = world.sent().await;
        let (mut first, mut second) = (sent.paid(), sent.failed());
        if !paid_first {
            std::mem::swap(&mut first, &mut second);
        }
        assert_eq!(world.call(&first).await, sent.acknowledgement());
        // The case is stored, so the receipt is honest; repeats add nothing.
        for _ in 0..2 {
            assert_eq!(world.call(&second).await, sent.acknowledgement());
        }
        assert_eq!(world.state(&sent.id).await, (state, true));
        assert_eq!(world.case_kinds().await, ["contradiction"]);
        assert_eq!(
            world.notices().await,
            1,
            "the partner hears the first, once"
        );
    }
}

#[tokio::test]
async fn a_callback_that_contradicts_itself_is_shown_to_a_person() {
    let world = World::start().await;
    let sent = world.sent().await;
    let both = sent.with(&[
        ("msg_type", "01"),
        ("trans_status", "S"),
        ("channel_status", "F"),
    ]);
    assert_eq!(world.call(&both).await, sent.acknowledgement());
    assert_eq!(world.case_kinds().await, ["callback_unclear"]);
    assert_eq!(world.state(&sent.id).await, (State::Dispatching, true));
    // It hides nothing that comes later.
    assert_eq!(world.call(&sent.paid()).await, sent.acknowledgement());
    assert_eq!(world.state(&sent.id).await.0, State::Paid);
}

#[tokio::test]
async fn a_callback_of_a_kind_nobody_knows_changes_nothing() {
    let world = World::start().await;
    let sent = world.sent().await;
    for (name, value) in [("msg_type", "03"), ("msg_type", ""), ("trans_status", "Z")] {
        let mut callback = sent.paid();
        callback.insert(name, value.to_owned());
        assert_eq!(world.call(&callback).await, sent.acknowledgement());
        assert_eq!(
            world.state(&sent.id).await.0,
            State::Dispatching,
            "{name} {value}"
        );
    }
    assert_eq!(
        world.case_kinds().await,
        ["callback_unclear"],
        "one thing to look at"
    );
}

#[tokio::test]
async fn a_callback_about_what_was_never_sent_stops_it_from_being_sent() {
    let world = World::start().await;
    for final_one in [false, true] {
        let sent = world.sent().await;
        world.not_sent(&sent).await;
        assert_eq!(world.state(&sent.id).await, (State::Accepted, false));
        let callback = if final_one {
            sent.paid()
        } else {
            sent.accounting()
        };
        assert_eq!(world.call(&callback).await, sent.acknowledgement());
        assert_eq!(world.state(&sent.id).await, (State::Accepted, true));
        let sending = world.advance(&sent.id, Transition::OpenAttempt).await;
        assert_eq!(sending, Advanced::Held(State::Accepted));
    }
    assert_eq!(world.case_kinds().await, ["callback_for_closed_attempt"; 2]);
    assert_eq!(world.notices().await, 0);
}

#[tokio::test]
async fn what_huifu_refused_and_then_took_is_shown_to_a_person() {
    let world = World::start().await;
    let sent = world.sent().await;
    world.advance(&sent.id, Transition::Refuse).await;
    let mut connection = world.store.connection().await.unwrap();
    let tx = connection.begin("test: refused").await.unwrap();
    let (now, refused) = (clock::now(), AttemptOutcome::Refused);
    attempts::close(&tx, now, &sent.attempt, refused, None, Some("22000003"))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    // That it failed is no news.
    assert_eq!(world.call(&sent.failed()).await, sent.acknowledgement());
    assert!(world.cases().await.is_empty());
    assert_eq!(world.call(&sent.accounting()).await, sent.acknowledgement());
    assert_eq!(world.call(&sent.paid()).await, sent.acknowledgement());
    assert_eq!(world.state(&sent.id).await, (State::Failed, true));
    assert_eq!(
        world.case_kinds().await,
        ["callback_for_closed_attempt", "contradiction"]
    );
    assert_eq!(
        world.attempt(&sent).await.outcome,
        Some(AttemptOutcome::Refused)
    );
    assert_eq!(world.notices().await, 1);
}

#[tokio::test]
async fn the_fate_of_an_earlier_attempt_does_not_mark_a_later_one() {
    let world = World::start().await;
    let first = world.sent().await;
    world.not_sent(&first).await;
    let second = world.open_attempt(&first.id).await;
    let second = world.sent_as(first.id.clone(), second);
    assert_eq!(world.call(&first.paid()).await, first.acknowledgement());
    assert_eq!(world.state(&first.id).await, (State::Dispatching, true));
    assert_eq!(world.attempt(&second).await.outcome, None);
    assert_eq!(
        world.attempt(&first).await.outcome,
        Some(AttemptOutcome::NotSent)
    );
    assert_eq!(world.case_kinds().await, ["callback_for_closed_attempt"]);
    // The later one's own callback counts.
    assert_eq!(world.call(&second.paid()).await, second.acknowledgement());
    assert_eq!(world.state(&first.id).await.0, State::Paid);
}

#[tokio::test]
async fn an_attempt_that_is_closed_while_its_callback_is_written_marks_no_other() {
    let world = World::start().await;
    let first = world.sent().await;
    let mut connection = world.store.connection().await.unwrap();
    let sender = connection.begin("test: sender").await.unwrap();
    let now = clock::now();
    step(
        &sender,
        now,
        &first.id,
        Transition::NotSent,
        Change::default(),
    )
    .await;
    let paid = first.paid();
    let calling = world.call(&paid);
    tokio::pin!(calling);
    // It has read the attempt as open, and waits for the sender's transaction.
    let waits = tokio::time::timeout(Duration::from_millis(500), &mut calling).await;
    assert!(waits.is_err(), "the callback must wait: {waits:?}");
    assert!(
        attempts::prove_unsent(&sender, now, &first.attempt)
            .await
            .unwrap()
    );
    step(
        &sender,
        now,
        &first.id,
        Transition::OpenAttempt,
        Change::default(),
    )
    .await;
    let second = open_attempt(&sender, &first.id).await;
    sender.commit().await.unwrap();
    assert_eq!(calling.await, first.acknowledgement());
    assert_eq!(world.state(&first.id).await, (State::Dispatching, true));
    let second = world.sent_as(first.id.clone(), second);
    assert_eq!(world.attempt(&second).await.outcome, None);
    assert_eq!(world.case_kinds().await, ["callback_for_closed_attempt"]);
    assert_eq!(world.notices().await, 0);
}
