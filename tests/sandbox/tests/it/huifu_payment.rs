//! What the withdrawal and the query answer, and what the book says afterwards.

use crate::eventually::eventually;
use crate::merchant::{HUIFU_ID, Merchant, OPENING, pairs};
use sandbox::Fen;
use sandbox::huifu::PaymentStatus;
use serde_json::json;

#[tokio::test]
async fn a_good_withdrawal_is_accepted_executed_once_and_told_twice() {
    let merchant = Merchant::start().await;
    let answer = merchant.withdraw("S1", "100.00").await;
    assert_eq!(answer["resp_code"], "00000000");
    assert_eq!(answer["trans_stat"], "P");
    assert_eq!(answer["req_seq_id"], "S1");
    eventually("01 to be acknowledged", || {
        merchant
            .huifu
            .book()
            .payment("S1")
            .filter(|payment| payment.acked("01"))
            .map(drop)
    })
    .await;
    assert_eq!(merchant.letters(), pairs(&[("02", "P"), ("01", "S")]));
    assert_eq!(
        merchant.huifu.book().balance(HUIFU_ID),
        OPENING - Fen(10_000)
    );
    let query = merchant.query("S1").await;
    assert_eq!(query["trans_status"], "S");
    assert_eq!(query["fee_amt"], "1.05");
    assert_eq!(query["org_hf_seq_id"], answer["hf_seq_id"]);
    merchant.audit("S1", 1);
}

#[tokio::test]
async fn both_spellings_of_the_path_are_the_same_service() {
    let merchant = Merchant::start().await;
    let request = merchant.withdrawal("S1", "100.00");
    assert_eq!(
        merchant.post("enchashment", &request).await["resp_code"],
        "00000000"
    );
    assert_eq!(
        merchant.post("encashment", &request).await["resp_code"],
        "20000000"
    );
    merchant.audit("S1", 1);
}

#[tokio::test]
async fn a_repeat_is_a_duplicate_whatever_else_it_asks_for() {
    let merchant = Merchant::start().await;
    merchant.withdraw("S1", "100.00").await;
    assert_eq!(
        merchant.withdraw("S1", "200.00").await["resp_code"],
        "20000000"
    );
    let book = merchant.huifu.book();
    assert_eq!(book.payment("S1").unwrap().requests, 2);
    assert_eq!(book.payment("S1").unwrap().cash_amt, Fen(10_000));
    merchant.audit("S1", 1);
}

#[tokio::test]
async fn many_at_once_with_one_serial_are_executed_once() {
    let merchant = Merchant::start().await;
    let answers = tokio::join!(
        merchant.withdraw("S1", "100.00"),
        merchant.withdraw("S1", "100.00"),
        merchant.withdraw("S1", "100.00"),
        merchant.withdraw("S1", "100.00"),
    );
    let codes = [&answers.0, &answers.1, &answers.2, &answers.3].map(|one| &one["resp_code"]);
    assert_eq!(codes.iter().filter(|code| **code == "00000000").count(), 1);
    assert_eq!(codes.iter().filter(|code| **code == "20000000").count(), 3);
    merchant.audit("S1", 1);
}

#[tokio::test]
async fn business_rules_have_their_codes_and_move_nothing() {
    let merchant = Merchant::start().await;
    for (serial, field, value, code) in [
        ("A", "token_no", "999", "22000005"),
        ("B", "huifu_id", "6666000000000000", "20000005"),
        ("C", "acct_id", "F99999999", "22000003"),
        ("D", "cash_amt", "1.00", "23000003"),
        ("E", "into_acct_date_type", "T0", "10000000"),
    ] {
        let mut request = merchant.withdrawal(serial, "100.00");
        request[field] = json!(value);
        assert_eq!(
            merchant.post("encashment", &request).await["resp_code"],
            code,
            "{field}"
        );
        merchant.audit(serial, 0);
    }
    assert_eq!(merchant.huifu.book().balance(HUIFU_ID), OPENING);
}

#[tokio::test]
async fn too_little_money_is_said_in_huifus_words_and_the_serial_is_used_up() {
    let merchant = Merchant::start().await;
    let answer = merchant.withdraw("S1", "100000.01").await;
    assert_eq!(answer["resp_code"], "90000000");
    assert_eq!(answer["resp_desc"], "交易失败,出账失败,ACCT交易失败");
    assert_eq!(merchant.query("S1").await["trans_status"], "F");
    assert_eq!(
        merchant.withdraw("S1", "100.00").await["resp_code"],
        "20000000"
    );
    assert_eq!(merchant.status("S1"), Some(PaymentStatus::Failed));
    merchant.audit("S1", 0);
}

#[tokio::test]
async fn a_query_for_what_nobody_asked_says_so() {
    let merchant = Merchant::start().await;
    assert_eq!(merchant.query("S1").await["resp_code"], "23000001");
    let both_missing = json!({"huifu_id": HUIFU_ID, "org_req_date": "20261122"});
    assert_eq!(
        merchant.post("query", &both_missing).await["resp_code"],
        "10000000"
    );
}

#[tokio::test]
async fn a_query_finds_a_payment_by_huifus_serial_too() {
    let merchant = Merchant::start().await;
    let answer = merchant.withdraw("S1", "100.00").await;
    let mut query = json!({
        "huifu_id": HUIFU_ID, "org_req_date": "20261122", "org_hf_seq_id": answer["hf_seq_id"],
    });
    assert_eq!(merchant.post("query", &query).await["org_req_seq_id"], "S1");
    query["huifu_id"] = json!("6666000000000000");
    assert_eq!(
        merchant.post("query", &query).await["resp_code"],
        "23000001"
    );
}

#[tokio::test]
async fn an_outer_fee_leaves_the_account_besides_the_amount() {
    let merchant = Merchant::start().await;
    merchant
        .huifu
        .set_fee(HUIFU_ID, "1.00+0.05%:outer".parse().unwrap());
    merchant.withdraw("S1", "100.00").await;
    assert_eq!(
        merchant.huifu.book().balance(HUIFU_ID),
        OPENING - Fen(10_105)
    );
    merchant.audit("S1", 1);
}

#[tokio::test]
async fn three_hundred_at_once_are_each_executed_once_and_told() {
    let merchant = std::sync::Arc::new(Merchant::start().await);
    let mut callers = tokio::task::JoinSet::new();
    for number in 0..300 {
        let merchant = std::sync::Arc::clone(&merchant);
        callers.spawn(async move { merchant.withdraw(&format!("S{number}"), "10.00").await });
    }
    while let Some(answer) = callers.join_next().await {
        assert_eq!(answer.unwrap()["resp_code"], "00000000");
    }
    eventually("every 01 to be acknowledged", || {
        let book = merchant.huifu.book();
        book.payments
            .iter()
            .all(|payment| payment.acked("01"))
            .then_some(())
    })
    .await;
    let book = merchant.huifu.book();
    assert_eq!((book.audit(), book.payments.len()), (Vec::new(), 300));
    assert!(book.payments.iter().all(|payment| payment.executions == 1));
    assert_eq!(book.balance(HUIFU_ID), OPENING - Fen(300_000));
}
