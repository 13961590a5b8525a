//! 02 and 01 in any order and any number.

use contract::withdrawal::{State, Transition};
use runtime::clock;
use store::attempts::AttemptOutcome;

use crate::world::World;

#[tokio::test]
async fn accounting_then_final_pays_and_writes_one_notice() {
    let world = World::start().await;
    let sent = world.sent().await;
    assert_eq!(world.call(&sent.accounting()).await, sent.acknowledgement());
    assert_eq!(world.state(&sent.id).await, (State::Submitted, false));
    assert_eq!(world.notices().await, 0, "02 ends nothing");
    assert_eq!(world.call(&sent.paid()).await, sent.acknowledgement());
    assert_eq!(world.state(&sent.id).await, (State::Paid, false));
    assert_eq!(world.notices().await, 1);
    assert_eq!(world.events(&sent.id).await, ["submit", "pay"]);
    let attempt = world.attempt(&sent).await;
    assert_eq!(attempt.outcome, Some(AttemptOutcome::Submitted));
    assert_eq!(attempt.hf_seq_id, Some(format!("HF{}", sent.attempt)));
    let until_next = attempt.next_query_at.unwrap().duration_since(clock::now());
    assert_eq!(until_next.as_hours(), 23, "only whether it comes back");
}

#[tokio::test]
async fn final_then_accounting_stays_paid() {
    let world = World::start().await;
    let sent = world.sent().await;
    assert_eq!(world.call(&sent.paid()).await, sent.acknowledgement());
    assert_eq!(world.call(&sent.accounting()).await, sent.acknowledgement());
    assert_eq!(world.state(&sent.id).await, (State::Paid, false));
    assert_eq!(world.notices().await, 1);
    assert_eq!(world.events(&sent.id).await, ["pay", "callback"]);
    assert!(world.cases().await.is_empty());
}

#[tokio::test]
async fn repeats_are_acknowledged_and_have_no_effect() {
    let world = World::start().await;
    let sent = world.sent().await;
    for _ in 0..3 {
        assert_eq!(world.call(&sent.accounting()).await, sent.acknowledgement());
        assert_eq!(world.call(&sent.paid()).await, sent.acknowledgement());
    }
    assert_eq!(world.events(&sent.id).await, ["submit", "pay"]);
    assert_eq!(world.notices().await, 1);
}

#[tokio::test]
async fn many_at_once_have_the_effect_of_one() {
    let world = World::start().await;
    let sent = world.sent().await;
    let (paid, accounting) = (sent.paid(), sent.accounting());
    let answers = tokio::join!(
        world.call(&paid),
        world.call(&accounting),
        world.call(&paid),
        world.call(&accounting),
        world.call(&paid),
    );
    let expected = sent.acknowledgement();
    for answer in [answers.0, answers.1, answers.2, answers.3, answers.4] {
        assert_eq!(answer, expected);
    }
    assert_eq!(world.state(&sent.id).await, (State::Paid, false));
    assert_eq!(world.notices().await, 1);
}

#[tokio::test]
async fn a_final_failure_fails_with_a_reason() {
    let world = World::start().await;
    let sent = world.sent().await;
    let mut failed = sent.failed();
    failed.insert("sub_resp_code", "90000000".to_owned());
    failed.insert("sub_resp_desc", "交易失败,渠道返回失败".to_owned());
    assert_eq!(world.call(&sent.accounting()).await, sent.acknowledgement());
    assert_eq!(world.call(&failed).await, sent.acknowledgement());
    assert_eq!(world.state(&sent.id).await, (State::Failed, false));
    assert_eq!(world.notices().await, 1);
    let connection = world.store.connection().await.unwrap();
    let found = store::withdrawals::find(&connection, &sent.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.reason_code.as_deref(), Some("bank_failed"));
}

#[tokio::test]
async fn an_accounting_failure_is_noted_and_ends_nothing() {
    let world = World::start().await;
    let sent = world.sent().await;
    let refused = sent.with(&[
        ("msg_type", "02"),
        ("acct_status", "F"),
        ("trans_status", "F"),
    ]);
    assert_eq!(world.call(&refused).await, sent.acknowledgement());
    assert_eq!(world.state(&sent.id).await, (State::Dispatching, false));
    assert_eq!(world.events(&sent.id).await, ["callback"]);
    assert_eq!(world.notices().await, 0);
    assert!(
        world.attempt(&sent).await.next_query_at.is_some(),
        "it is still asked about"
    );
}

#[tokio::test]
async fn a_callback_resolves_what_was_unconfirmed() {
    let world = World::start().await;
    let sent = world.sent().await;
    world.advance(&sent.id, Transition::LoseTrack).await;
    assert_eq!(world.call(&sent.accounting()).await, sent.acknowledgement());
    assert_eq!(world.state(&sent.id).await, (State::Submitted, false));
    world.call(&sent.paid()).await;
    assert_eq!(world.state(&sent.id).await, (State::Paid, false));
}

#[tokio::test]
async fn another_fee_than_foretold_is_noted() {
    let world = World::start().await;
    let sent = world.sent().await;
    let mut paid = sent.paid();
    paid.insert("fee_amt", "2.00".to_owned());
    assert_eq!(world.call(&paid).await, sent.acknowledgement());
    assert_eq!(world.state(&sent.id).await, (State::Paid, false));
    let told = world.timeline(&sent.id).await;
    let differs = told
        .iter()
        .find(|entry| entry.event == "fee_differs")
        .unwrap();
    assert_eq!(differs.detail["booked_fen"], 200);
    assert_eq!(differs.detail["foretold_fen"], 105);
}
