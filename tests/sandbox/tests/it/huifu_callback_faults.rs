//! Faults of the callbacks: order, number, lies.

use crate::eventually::eventually;
use crate::merchant::{HUIFU_ID, Merchant, OPENING, Received, huifu_public_key, pairs};
use sandbox::huifu::{Fault, PaymentStatus};

async fn play(merchant: &Merchant, fault: Fault, callbacks: usize) -> Vec<Received> {
    merchant.huifu.fail_next(1, fault);
    merchant.withdraw("S1", "100.00").await;
    eventually("the callbacks", || {
        (merchant.received().len() >= callbacks).then_some(())
    })
    .await;
    merchant.received()
}

fn holds(callback: &Received) -> bool {
    callback
        .sign
        .as_deref()
        .is_some_and(|sign| huifu_public_key().verifies(callback.resp_data.as_bytes(), sign))
}

#[tokio::test]
async fn final_before_accounting() {
    let merchant = Merchant::start().await;
    play(&merchant, Fault::FinalBeforeAccounting, 2).await;
    assert_eq!(merchant.letters(), pairs(&[("01", "S"), ("02", "P")]));
    merchant.audit("S1", 1);
}

#[tokio::test]
async fn callbacks_before_the_answer() {
    let merchant = Merchant::start().await;
    merchant.huifu.fail_next(1, Fault::CallbackBeforeAnswer);
    assert_eq!(merchant.withdraw("S1", "100.00").await["trans_stat"], "P");
    assert_eq!(merchant.letters(), pairs(&[("02", "P"), ("01", "S")]));
}

#[tokio::test]
async fn duplicate_callbacks() {
    let merchant = Merchant::start().await;
    play(&merchant, Fault::DuplicateCallbacks { n: 3 }, 6).await;
    let expected = [
        ("02", "P"),
        ("02", "P"),
        ("02", "P"),
        ("01", "S"),
        ("01", "S"),
        ("01", "S"),
    ];
    assert_eq!(merchant.letters(), pairs(&expected));
    merchant.audit("S1", 1);
}

#[tokio::test]
async fn wrong_amount_in_callback() {
    let merchant = Merchant::start().await;
    for callback in play(&merchant, Fault::WrongAmountInCallback, 2).await {
        assert!(holds(&callback));
        assert_eq!(callback.data["cash_amt"], "100.01");
    }
}

#[tokio::test]
async fn foreign_order_in_callback() {
    let merchant = Merchant::start().await;
    for callback in play(&merchant, Fault::ForeignOrderInCallback, 2).await {
        assert!(holds(&callback));
        assert_eq!(callback.data["req_seq_id"], "XS1");
    }
}

#[tokio::test]
async fn unsigned_callback() {
    let merchant = Merchant::start().await;
    for callback in play(&merchant, Fault::UnsignedCallback, 2).await {
        assert_eq!(callback.sign, None);
        assert_eq!(callback.data["cash_amt"], "100.00");
    }
}

#[tokio::test]
async fn altered_callback() {
    let merchant = Merchant::start().await;
    for callback in play(&merchant, Fault::AlteredCallback, 2).await {
        assert!(callback.sign.is_some() && !holds(&callback));
    }
}

#[tokio::test]
async fn final_failure_books_the_money_back() {
    let merchant = Merchant::start().await;
    let callbacks = play(&merchant, Fault::FinalFailure, 2).await;
    assert_eq!(merchant.letters(), pairs(&[("02", "P"), ("01", "F")]));
    assert_eq!(callbacks[1].data["acct_status"], "B");
    assert_eq!(merchant.query("S1").await["trans_status"], "F");
    assert_eq!(merchant.huifu.book().balance(HUIFU_ID), OPENING);
    merchant.audit("S1", 1);
}

#[tokio::test]
async fn contradicting_finals_leave_the_book_at_success() {
    let merchant = Merchant::start().await;
    play(&merchant, Fault::ContradictingFinal, 3).await;
    assert_eq!(
        merchant.letters(),
        pairs(&[("02", "P"), ("01", "S"), ("01", "F")])
    );
    assert_eq!(merchant.query("S1").await["trans_status"], "S");
    merchant.audit("S1", 1);
}

#[tokio::test]
async fn no_callback() {
    let merchant = Merchant::start().await;
    play(&merchant, Fault::NoCallback, 0).await;
    let settled = || (merchant.status("S1") == Some(PaymentStatus::Succeeded)).then_some(());
    eventually("the payment to settle silently", settled).await;
    assert_eq!(merchant.query("S1").await["trans_status"], "S");
    assert!(merchant.received().is_empty());
}

#[tokio::test]
async fn processing_forever_until_somebody_decides() {
    let merchant = Merchant::start().await;
    merchant.huifu.fail_next(2, Fault::ProcessingForever);
    merchant.withdraw("A", "100.00").await;
    merchant.withdraw("B", "100.00").await;
    assert_eq!(merchant.query("A").await["trans_status"], "P");
    assert!(merchant.huifu.settle("A").await);
    assert!(merchant.huifu.fail("B").await);
    assert!(!merchant.huifu.settle("B").await);
    assert_eq!(merchant.letters(), pairs(&[("01", "S"), ("01", "F")]));
    assert_eq!(merchant.query("B").await["trans_status"], "F");
    merchant.audit("A", 1);
    merchant.audit("B", 1);
}
