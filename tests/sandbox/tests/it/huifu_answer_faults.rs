//! Faults of the synchronous answer: what the caller sees, and what the book knows.

use crate::merchant::{HUIFU_ID, Merchant, OPENING, envelope, verified};
use sandbox::Fen;
use sandbox::huifu::{Fault, PaymentStatus, Selector};
use std::time::Duration;

async fn raw(merchant: &Merchant, serial: &str) -> Result<String, reqwest::Error> {
    let body = envelope(&merchant.withdrawal(serial, "100.00"));
    merchant.send("encashment", &body).await?.text().await
}

/// The caller learns nothing; afterwards the query tells what happened.
async fn check_lost_answer(fault: Fault, executions: u32) -> reqwest::Error {
    let merchant = Merchant::start_with(|config| config.magic_amounts = false).await;
    merchant.huifu.fail_next(1, fault);
    let error = raw(&merchant, "S1")
        .await
        .expect_err("no whole answer comes");
    merchant.audit("S1", executions);
    let query = merchant.query("S1").await;
    if executions == 0 {
        assert_eq!(query["resp_code"], "23000001");
    } else {
        assert!(
            query["trans_status"] == "P" || query["trans_status"] == "S",
            "{query}"
        );
    }
    // The rule is used up, and a repeat of the serial never pays again.
    let repeat = verified(&raw(&merchant, "S1").await.unwrap()).unwrap();
    assert_eq!(
        repeat["resp_code"],
        if executions == 0 {
            "00000000"
        } else {
            "20000000"
        }
    );
    merchant.audit("S1", 1);
    error
}

#[tokio::test]
async fn timeout_after_paying() {
    assert!(
        check_lost_answer(Fault::TimeoutAfterPaying, 1)
            .await
            .is_timeout()
    );
}

#[tokio::test]
async fn timeout_without_paying() {
    assert!(
        check_lost_answer(Fault::TimeoutWithoutPaying, 0)
            .await
            .is_timeout()
    );
}

#[tokio::test]
async fn cut_answer() {
    let error = check_lost_answer(Fault::CutAnswer, 1).await;
    assert!(error.is_body() || error.is_decode(), "{error:?}");
}

#[tokio::test]
async fn cut_before_reading() {
    let error = check_lost_answer(Fault::CutBeforeReading, 0).await;
    assert!(error.is_request() && !error.is_timeout(), "{error:?}");
}

#[tokio::test]
async fn the_answer_is_cut_in_its_middle_and_not_before() {
    let merchant = Merchant::start().await;
    merchant.huifu.fail_next(1, Fault::CutAnswer);
    let body = envelope(&merchant.withdrawal("S1", "100.00"));
    let mut response = merchant.send("encashment", &body).await.unwrap();
    let length = response.content_length().unwrap();
    let mut read = 0;
    while let Ok(Some(chunk)) = response.chunk().await {
        read += chunk.len() as u64;
    }
    assert!(0 < read && read < length, "{read} of {length} bytes");
}

#[tokio::test]
async fn wrong_signature() {
    let merchant = Merchant::start().await;
    merchant.huifu.fail_next(1, Fault::WrongSignature);
    let body = raw(&merchant, "S1").await.unwrap();
    assert!(body.contains("\"sign\":") && verified(&body).is_none());
    merchant.audit("S1", 1);
}

#[tokio::test]
async fn no_signature() {
    let merchant = Merchant::start().await;
    merchant.huifu.fail_next(1, Fault::NoSignature);
    let body = raw(&merchant, "S1").await.unwrap();
    assert!(
        body.contains("00000000") && !body.contains("sign"),
        "{body}"
    );
    merchant.audit("S1", 1);
}

#[tokio::test]
async fn server_errors_with_and_without_payment() {
    let merchant = Merchant::start().await;
    for (serial, http_status, paid) in [("A", 502, true), ("B", 502, false), ("C", 911, false)] {
        merchant
            .huifu
            .fail_next(1, Fault::ServerError { http_status, paid });
        let body = envelope(&merchant.withdrawal(serial, "100.00"));
        let response = merchant.send("encashment", &body).await.unwrap();
        assert_eq!(response.status().as_u16(), http_status);
        merchant.audit(serial, u32::from(paid));
    }
}

#[tokio::test]
async fn refuse_with_any_code() {
    let merchant = Merchant::start().await;
    merchant.huifu.fail_next(
        1,
        Fault::Refuse {
            resp_code: "22000003".into(),
        },
    );
    assert_eq!(
        merchant.withdraw("S1", "100.00").await["resp_code"],
        "22000003"
    );
    merchant.audit("S1", 0);
    let book = merchant.huifu.book();
    assert_eq!(
        (book.payments.len(), book.unbooked[0].why.as_str()),
        (0, "22000003")
    );
}

#[tokio::test]
async fn insufficient_balance_although_there_is_enough() {
    let merchant = Merchant::start().await;
    merchant.huifu.fail_next(1, Fault::InsufficientBalance);
    let answer = merchant.withdraw("S1", "100.00").await;
    assert_eq!(
        (&answer["resp_code"], &answer["trans_stat"]),
        (&"90000000".into(), &"F".into())
    );
    assert_eq!(merchant.huifu.book().balance(HUIFU_ID), OPENING);
    merchant.audit("S1", 0);
}

#[tokio::test]
async fn success_and_failure_at_once() {
    let merchant = Merchant::start().await;
    merchant.huifu.fail_next(1, Fault::SyncSuccess);
    assert_eq!(merchant.withdraw("A", "100.00").await["trans_stat"], "S");
    merchant.audit("A", 1);
    merchant.huifu.fail_next(1, Fault::SyncFailure);
    assert_eq!(merchant.withdraw("B", "100.00").await["trans_stat"], "F");
    assert_eq!(merchant.status("B"), Some(PaymentStatus::Failed));
    merchant.audit("B", 0);
}

#[tokio::test]
async fn a_query_can_fail_too() {
    let merchant = Merchant::start().await;
    merchant.withdraw("S1", "100.00").await;
    merchant.huifu.set_fault(
        Selector::queries(),
        &[Fault::Refuse {
            resp_code: "98888888".into(),
        }],
        Some(1),
    );
    assert_eq!(merchant.query("S1").await["resp_code"], "98888888");
    assert_eq!(merchant.query("S1").await["resp_code"], "00000000");
}

#[tokio::test]
async fn faults_of_answer_and_callbacks_can_be_combined() {
    let merchant = Merchant::start().await;
    let faults = [
        Fault::ServerError {
            http_status: 500,
            paid: true,
        },
        Fault::NoCallback,
    ];
    merchant
        .huifu
        .set_fault(Selector::cash_amt(Fen(10_000)), &faults, None);
    assert!(raw(&merchant, "S1").await.unwrap().is_empty());
    crate::eventually::eventually("the payment to settle", || {
        (merchant.status("S1") == Some(PaymentStatus::Succeeded)).then_some(())
    })
    .await;
    assert!(merchant.received().is_empty());
}

#[tokio::test]
async fn a_shut_down_sandbox_lets_go_of_callers_it_never_answered() {
    let merchant = Merchant::start().await;
    merchant.huifu.fail_next(1, Fault::TimeoutAfterPaying);
    let url = format!("{}/v2/trade/settlement/encashment", merchant.huifu.base_url);
    let request = merchant
        .client
        .post(url)
        .header("content-type", "application/json")
        .timeout(Duration::from_secs(60))
        .body(envelope(&merchant.withdrawal("S1", "100.00")))
        .send();
    let caller = tokio::spawn(request);
    let executed = || merchant.huifu.book().payment("S1").map(drop);
    crate::eventually::eventually("the payment", executed).await;
    merchant.huifu.shutdown().await;
    assert!(caller.await.unwrap().is_err());
}
