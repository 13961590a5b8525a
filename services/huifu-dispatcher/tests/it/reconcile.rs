//! Asking: each answer, what it changes, and what it never does.

use std::time::Duration;

use contract::huifu::Encashment;
use contract::huifu::request::NewEncashment;
use contract::money::Fen;
use contract::withdrawal::{CashType, State, Transition};
use runtime::clock;
use sandbox::huifu::{Fault, Selector};
use store::attempts::AttemptOutcome::{NotSent, Submitted, Unknown};
use store::attempts::{self, Attempt};
use store::withdrawals::Change;

use tokio_util::sync::CancellationToken;

use crate::world::{HUIFU_ID, Seen, TOKEN_NO, World, open_attempt, step};

/// Sent and paid, answer lost, and at work until told otherwise.
const LOST: [Fault; 2] = [Fault::TimeoutAfterPaying, Fault::ProcessingForever];

#[tokio::test]
async fn processing_submits_and_is_asked_again_until_the_end() {
    let world = World::start().await;
    world.huifu.set_fault(Selector::any(), &LOST, Some(1));
    let id = world.send(10_000).await;
    for _ in 0..3 {
        assert_eq!(world.ask().await, 1);
        assert_eq!(
            world.see(&id).await,
            Seen::is(State::Submitted, Some(Submitted), 1)
        );
    }
    let serial = world.attempts(&id).await[0].req_seq_id.clone();
    assert!(world.huifu.settle(serial.as_str()).await);
    assert_eq!(world.ask().await, 1);
    assert_eq!(
        world.see(&id).await,
        Seen::is(State::Paid, Some(Submitted), 1)
    );
    assert_eq!(world.outbox().await[0].message_type, "notice.due.v1");
    assert_eq!(world.ask().await, 0);
}

#[tokio::test]
async fn a_failure_that_no_callback_told_ends_with_a_reason() {
    let world = World::start().await;
    world.huifu.set_fault(Selector::any(), &LOST, Some(1));
    let id = world.send(10_000).await;
    let serial = world.attempts(&id).await[0].req_seq_id.clone();
    assert!(world.huifu.fail(serial.as_str()).await);
    assert_eq!(world.ask().await, 1);
    assert_eq!(
        world.see(&id).await,
        Seen::is(State::Failed, Some(Submitted), 1)
    );
    assert!(world.reason(&id).await.is_some());
    assert_eq!(world.outbox().await.len(), 1);
}

#[tokio::test]
async fn a_bank_return_tells_the_payment_and_the_return() {
    let world = World::start().await;
    world.huifu.set_fault(Selector::any(), &LOST, Some(1));
    let id = world.send(10_000).await;
    let serial = world.attempts(&id).await[0].req_seq_id.clone();
    assert!(world.huifu.settle(serial.as_str()).await);
    assert!(world.huifu.bank_return(serial.as_str()));
    assert_eq!(world.ask().await, 1);
    assert_eq!(
        world.see(&id).await,
        Seen::is(State::Returned, Some(Submitted), 1)
    );
    assert_eq!(world.reason(&id).await.as_deref(), Some("returned_by_bank"));
    assert_eq!(world.outbox().await.len(), 2, "two ends, two notices");
}

#[tokio::test]
async fn what_huifu_does_not_know_is_shown_to_a_person_and_never_sent_again() {
    let world = World::start().await;
    let message = world.accept(10_000).await;
    let id = &message.body.withdrawal_id;
    world.open_attempt(id, 10_000).await;
    assert_eq!(world.ask().await, 1);
    assert_eq!(
        world.see(id).await,
        Seen::is(State::Unconfirmed, Some(Unknown), 0)
    );
    for _ in 0..3 {
        assert_eq!(world.ask().await, 1);
        world.handle(&message).await.unwrap();
    }
    let seen = world.see(id).await;
    assert_eq!(seen.cases, ["unknown_at_huifu"], "told once");
    assert_eq!((seen.state, seen.executions), (State::Unconfirmed, 0));
    assert_eq!(world.huifu.book().payments.len(), 0);
}

#[tokio::test]
async fn it_is_still_believed_when_it_turns_up_later() {
    let world = World::start().await;
    let message = world.accept(10_000).await;
    let id = &message.body.withdrawal_id;
    let attempt = world.open_attempt(id, 10_000).await;
    assert_eq!(world.ask().await, 1);
    assert_eq!(world.see(id).await.state, State::Unconfirmed);
    post(&world, &attempt, 10_000).await;
    assert!(world.ask().await == 1 && world.see(id).await.state != State::Unconfirmed);
}

#[tokio::test]
async fn pauses_grow_and_never_end() {
    let world = World::start().await;
    let message = world.accept(10_000).await;
    let id = &message.body.withdrawal_id;
    world.open_attempt(id, 10_000).await;
    let mut pauses = Vec::new();
    for _ in 0..16 {
        assert_eq!(world.ask().await, 1);
        let next = world.attempts(id).await[0].next_query_at.unwrap();
        pauses.push(next.duration_since(clock::now()).as_secs());
    }
    // 2 s doubled once, and half of it taken by jitter at most; then an hour for ever.
    assert!((1..=4).contains(&pauses[0]), "{pauses:?}");
    assert!((1790..=3600).contains(&pauses[15]), "{pauses:?}");
}

#[tokio::test]
async fn another_amount_changes_nothing_and_is_a_case() {
    let world = World::start().await;
    let message = world.accept(10_000).await;
    let id = &message.body.withdrawal_id;
    let attempt = world.open_attempt(id, 10_000).await;
    post(&world, &attempt, 20_000).await;
    assert_eq!(world.ask().await, 1);
    assert_eq!(world.ask().await, 1, "it stays to be asked about");
    let seen = world.see(id).await;
    assert_eq!(seen.state, State::Dispatching);
    assert_eq!(seen.cases, ["query_mismatch"]);
    assert!(
        world
            .outbox()
            .await
            .iter()
            .all(|row| row.message_type != "notice.due.v1")
    );
}

#[tokio::test]
async fn two_replicas_ask_about_an_attempt_once() {
    let world = World::start().await;
    world.huifu.set_fault(Selector::any(), &LOST, Some(1));
    let id = world.send(10_000).await;
    let due = world.attempts(&id).await[0].next_query_at.unwrap();
    let (mine, yours) = tokio::join!(world.round(due), world.round(due));
    assert_eq!(mine + yours, 1);
    assert_eq!(world.attempts(&id).await[0].query_count, 1);
}

#[tokio::test]
async fn an_unreachable_huifu_loses_track_of_an_open_attempt_and_opens_no_case() {
    let world = World::start_with(|settings| {
        let nowhere = format!("http://127.0.0.1:{}", stand::free_port());
        settings.huifu.base_url = nowhere.parse().unwrap();
    })
    .await;
    let message = world.accept(10_000).await;
    let id = &message.body.withdrawal_id;
    world.open_attempt(id, 10_000).await;
    for _ in 0..4 {
        assert_eq!(world.ask().await, 1);
    }
    assert_eq!(
        world.see(id).await,
        Seen::is(State::Unconfirmed, Some(Unknown), 0)
    );
}

#[tokio::test]
async fn an_answer_about_an_attempt_that_was_closed_meanwhile_marks_no_other() {
    let world = World::start().await;
    let message = world.accept(10_000).await;
    let id = &message.body.withdrawal_id;
    let first = world.open_attempt(id, 10_000).await;
    post(&world, &first, 10_000).await;
    let mut connection = world.store.connection().await.unwrap();
    let sender = connection.begin("test: sender").await.unwrap();
    step(
        &sender,
        clock::now(),
        id,
        Transition::NotSent,
        Change::default(),
    )
    .await;
    let asking = world.ask();
    tokio::pin!(asking);
    // Huifu has answered, and what it said waits for the sender's transaction.
    let waits = tokio::time::timeout(Duration::from_millis(700), &mut asking).await;
    assert!(waits.is_err(), "the answer must wait: {waits:?}");
    assert!(
        attempts::prove_unsent(&sender, clock::now(), &first.req_seq_id)
            .await
            .unwrap()
    );
    step(
        &sender,
        clock::now(),
        id,
        Transition::OpenAttempt,
        Change::default(),
    )
    .await;
    open_attempt(&sender, id, 10_000).await;
    sender.commit().await.unwrap();
    assert_eq!(asking.await, 1);
    let seen = world.see(id).await;
    assert_eq!(
        (seen.state, seen.held),
        (State::Dispatching, true),
        "not paid by the first"
    );
    assert_eq!(seen.outcomes, [Some(NotSent), None]);
    assert_eq!(seen.cases, ["closed_attempt_at_huifu"]);
}

/// Huifu gets this attempt, with an amount of its own, from somewhere.
pub(crate) async fn post(world: &World, attempt: &Attempt, amount_fen: i64) {
    let huifu_id = HUIFU_ID.parse().unwrap();
    let encashment = Encashment::new(NewEncashment {
        req_date: attempt.req_date.parse().unwrap(),
        req_seq_id: attempt.req_seq_id.clone(),
        cash_amt: Fen::new(amount_fen).unwrap(),
        huifu_id: attempt.huifu_id.clone(),
        into_acct_date_type: CashType::D0,
        token_no: TOKEN_NO.parse().unwrap(),
        acct_id: None,
        remark: None,
        notify_url: None,
    })
    .unwrap();
    let room = world.client.room(&CancellationToken::new()).await.unwrap();
    let taken = world.client.encash(&room, &encashment, &huifu_id).await;
    assert!(taken.is_ok(), "{taken:?}");
}
