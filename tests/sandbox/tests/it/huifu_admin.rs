//! The admin's door over HTTP.

use crate::eventually::eventually;
use crate::merchant::{HUIFU_ID, Merchant, OPENING};
use sandbox::Fen;
use sandbox::huifu::{BookSnapshot, PaymentStatus};
use serde_json::{Value, json};

async fn post(merchant: &Merchant, path: &str, body: Value) -> u16 {
    let url = format!("{}/admin{path}", merchant.huifu.base_url);
    let request = merchant
        .client
        .post(url)
        .header("content-type", "application/json");
    request
        .body(body.to_string())
        .send()
        .await
        .unwrap()
        .status()
        .as_u16()
}

async fn book(merchant: &Merchant) -> Value {
    let url = format!("{}/admin/book", merchant.huifu.base_url);
    let text = merchant
        .client
        .get(url)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn faults_are_set_and_cleared() {
    let merchant = Merchant::start().await;
    let rule = json!({"match": {"huifu_id": HUIFU_ID}, "faults": [
        {"fault": "refuse", "resp_code": "20000003"}]});
    assert_eq!(post(&merchant, "/faults", rule).await, 204);
    assert_eq!(
        merchant.withdraw("A", "100.00").await["resp_code"],
        "20000003"
    );
    let url = format!("{}/admin/faults", merchant.huifu.base_url);
    merchant.client.delete(url).send().await.unwrap();
    assert_eq!(
        merchant.withdraw("B", "100.00").await["resp_code"],
        "00000000"
    );
    let nonsense = json!({"faults": [{"fault": "nonsense"}]});
    assert_eq!(post(&merchant, "/faults", nonsense).await, 422);
}

#[tokio::test]
async fn a_magic_amount_needs_no_rule() {
    let merchant = Merchant::start().await;
    let (amount, _) = sandbox::huifu::magic_amounts()[1];
    assert_eq!(
        merchant.withdraw("A", &amount.to_string()).await["resp_code"],
        "90000000"
    );
}

#[tokio::test]
async fn accounts_and_cards_are_opened() {
    let merchant = Merchant::start().await;
    let account = json!({"huifu_id": "6666111122223333", "balance": "50.00",
        "cards": ["777"], "fee": "0.50+0.00%:outer"});
    assert_eq!(post(&merchant, "/accounts", account).await, 204);
    let mut request = merchant.withdrawal("A", "49.50");
    request["huifu_id"] = json!("6666111122223333");
    request["token_no"] = json!("777");
    assert_eq!(
        merchant.post("encashment", &request).await["resp_code"],
        "00000000"
    );
    assert_eq!(merchant.huifu.book().balance("6666111122223333"), Fen(0));
    let bad = json!({"huifu_id": "1", "balance": "5"});
    assert_eq!(post(&merchant, "/accounts", bad).await, 400);
}

#[tokio::test]
async fn a_paid_withdrawal_can_come_back_from_the_bank() {
    let merchant = Merchant::start().await;
    merchant.withdraw("S1", "100.00").await;
    let paid = || (merchant.status("S1") == Some(PaymentStatus::Succeeded)).then_some(());
    eventually("the payment to settle", paid).await;
    assert_eq!(merchant.query("S1").await["re_exchange"], "N");
    assert_eq!(post(&merchant, "/payments/S1/return", json!({})).await, 204);
    assert_eq!(post(&merchant, "/payments/S1/return", json!({})).await, 409);
    let query = merchant.query("S1").await;
    assert_eq!(
        (&query["trans_status"], &query["re_exchange"]),
        (&json!("S"), &json!("Y"))
    );
    assert_eq!(merchant.huifu.book().balance(HUIFU_ID), OPENING);
    merchant.audit("S1", 1);
}

#[tokio::test]
async fn payments_are_decided_and_called_about_again() {
    let merchant = Merchant::start().await;
    let rule = json!({"faults": [{"fault": "processing_forever"}], "times": 1});
    post(&merchant, "/faults", rule).await;
    merchant.withdraw("S1", "100.00").await;
    assert_eq!(post(&merchant, "/payments/S1/settle", json!({})).await, 204);
    assert_eq!(post(&merchant, "/payments/S1/fail", json!({})).await, 409);
    assert_eq!(post(&merchant, "/payments/S1/forget", json!({})).await, 404);
    assert_eq!(
        post(&merchant, "/callbacks/S1/resend", json!({})).await,
        204
    );
    assert_eq!(
        post(&merchant, "/callbacks/S2/resend", json!({})).await,
        404
    );
    assert_eq!(merchant.received().len(), 3);
}

#[tokio::test]
async fn the_book_as_json_reads_back_and_carries_its_audit() {
    let merchant = Merchant::start().await;
    merchant.withdraw("S1", "100.00").await;
    let shown = book(&merchant).await;
    assert_eq!(shown["audit"], json!([]));
    assert_eq!(shown["payments"][0]["executions"], 1);
    assert_eq!(shown["payments"][0]["cash_amt"], 10_000);
    let read: BookSnapshot = serde_json::from_value(shown).unwrap();
    assert_eq!(read.payment("S1").unwrap().key.huifu_id, HUIFU_ID);
}

#[tokio::test]
async fn a_full_book_stays_in_balance() {
    let merchant = Merchant::start_with(|config| config.book_limit = 3).await;
    for serial in ["A", "B", "C", "D", "E"] {
        merchant.withdraw(serial, "100.00").await;
    }
    let book = merchant.huifu.book();
    assert_eq!((book.payments.len(), book.forgotten), (3, 2));
    assert_eq!(book.audit(), Vec::<String>::new());
    assert_eq!(book.balance(HUIFU_ID), OPENING - Fen(50_000));
}
