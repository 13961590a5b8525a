//! Callbacks that must be tried again, and when they count as acknowledged.

use crate::eventually::eventually;
use crate::merchant::{Behave, Merchant, huifu_public_key, pairs};
use sandbox::huifu::{Payment, PaymentStatus, TryOutcome};

async fn until_acked(merchant: &Merchant, serial: &str) -> Payment {
    eventually("both callbacks to be acknowledged", || {
        let book = merchant.huifu.book();
        let payment = book.payment(serial)?.clone();
        (payment.acked("02") && payment.acked("01")).then_some(payment)
    })
    .await
}

#[tokio::test]
async fn a_callback_is_signed_over_its_text() {
    let merchant = Merchant::start().await;
    merchant.withdraw("S1", "100.00").await;
    until_acked(&merchant, "S1").await;
    for callback in merchant.received() {
        let sign = callback.sign.as_deref().unwrap();
        assert!(huifu_public_key().verifies(callback.resp_data.as_bytes(), sign));
        assert_eq!(callback.data["cash_amt"], "100.00");
        assert_eq!(callback.data["fee_amt"], "1.05");
    }
}

#[tokio::test]
async fn errors_and_wrong_bodies_are_tried_again() {
    let merchant = Merchant::start().await;
    merchant.behave(&[Behave::Status(500), Behave::WrongBody, Behave::Status(503)]);
    merchant.withdraw("S1", "100.00").await;
    let payment = until_acked(&merchant, "S1").await;
    let outcomes: Vec<&TryOutcome> = payment.callbacks.iter().map(|one| &one.outcome).collect();
    for expected in [
        TryOutcome::Status(500),
        TryOutcome::WrongBody,
        TryOutcome::Status(503),
        TryOutcome::Acked,
    ] {
        assert!(
            outcomes.contains(&&expected),
            "{expected:?} in {outcomes:?}"
        );
    }
    assert_eq!(payment.callbacks.len(), 5);
}

#[tokio::test]
async fn after_three_more_tries_huifu_gives_up() {
    let merchant = Merchant::start_with(|config| {
        config.callback_retry_interval = std::time::Duration::from_millis(1);
    })
    .await;
    merchant.behave(&[Behave::Status(500); 8]);
    merchant.withdraw("S1", "100.00").await;
    eventually("eight tries", || {
        (merchant.received().len() == 8).then_some(())
    })
    .await;
    let last = merchant.withdraw("S2", "100.00").await;
    assert_eq!(last["resp_code"], "00000000");
    until_acked(&merchant, "S2").await;
    let book = merchant.huifu.book();
    let first = book.payment("S1").unwrap();
    assert_eq!(first.callbacks.len(), 8);
    assert!(!first.acked("02") && !first.acked("01"));
    assert_eq!(first.status, PaymentStatus::Succeeded);
}

#[tokio::test]
async fn nobody_listening_is_an_outcome_too() {
    let merchant = Merchant::start_with(|config| config.callback_retries = 0).await;
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut request = merchant.withdrawal("S1", "100.00");
    request["notify_url"] = format!("http://{}/", closed.local_addr().unwrap()).into();
    drop(closed);
    merchant.post("encashment", &request).await;
    let tries = eventually("two tries", || {
        let book = merchant.huifu.book();
        book.payment("S1")
            .filter(|payment| payment.callbacks.len() == 2)
            .cloned()
    })
    .await;
    assert!(
        tries
            .callbacks
            .iter()
            .all(|one| one.outcome == TryOutcome::Unreachable)
    );
}

#[tokio::test]
async fn resending_repeats_what_is_true() {
    let merchant = Merchant::start().await;
    merchant.withdraw("S1", "100.00").await;
    until_acked(&merchant, "S1").await;
    assert!(merchant.huifu.resend_callbacks("S1").await);
    assert_eq!(
        merchant.letters(),
        pairs(&[("02", "P"), ("01", "S"), ("02", "P"), ("01", "S")])
    );
    assert!(!merchant.huifu.resend_callbacks("S2").await);
}
