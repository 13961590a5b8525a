//! Statement files: when they are there, what stands in them, and how they lie.

use crate::eventually::eventually;
use crate::merchant::{DATE, HUIFU_ID, Merchant};
use sandbox::Fen;
use sandbox::huifu::{Fault, Operation, PaymentStatus, Selector, StatementChange};
use serde_json::{Value, json};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const HEADER: &str = "交易日期,请求流水号,请求日期,全局流水号,商户号,账户号,取现金额,手续费金额,取现类型,交易状态,完成时间";

async fn ask(merchant: &Merchant, file_date: &str, bill_type: &str) -> Value {
    let asked = json!({"req_date": DATE, "req_seq_id": "B1", "huifu_id": HUIFU_ID,
        "file_date": file_date, "bill_type": bill_type});
    merchant.call(Operation::StatementQuery, &asked).await
}

fn list(answer: &Value, name: &str) -> Vec<Value> {
    serde_json::from_str(answer[name].as_str().unwrap()).unwrap()
}

/// The newest file_date of which there is a file: the file tells of the day before.
fn newest(merchant: &Merchant) -> String {
    merchant.huifu.today().strftime("%Y%m%d").to_string()
}

async fn fetch(merchant: &Merchant, url: &str) -> Result<String, reqwest::Error> {
    merchant.client.get(url).send().await?.text().await
}

async fn settle(merchant: &Merchant, serial: &str) {
    merchant.withdraw(serial, "100.00").await;
    let paid = || (merchant.status(serial) == Some(PaymentStatus::Succeeded)).then_some(());
    eventually("the payment to settle", paid).await;
}

/// The serial, amount and state of each line.
fn rows(text: &str) -> Vec<(String, String, String)> {
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some(HEADER));
    let row = |line: &str| {
        let values: Vec<&str> = line.split(',').collect();
        assert_eq!(values.len(), 11, "{line}");
        (values[1].into(), values[6].into(), values[9].into())
    };
    lines.map(row).collect()
}

fn row(serial: &str, amount: &str, state: &str) -> (String, String, String) {
    (serial.into(), amount.into(), state.into())
}

#[tokio::test]
async fn yesterdays_file_is_there_and_todays_is_not() {
    let merchant = Merchant::start().await;
    settle(&merchant, "A").await;
    merchant.withdraw("B", "100000.00").await;
    let day = merchant.huifu.today();
    let file_date = day.tomorrow().unwrap().strftime("%Y%m%d").to_string();
    let early = ask(&merchant, &file_date, "WITHDRAWAL_BILL").await;
    assert_eq!(list(&early, "file_details"), Vec::<Value>::new());
    assert_eq!(list(&early, "task_details")[0]["task_stat"], "I");
    merchant.huifu.set_clock_ahead(DAY);
    let answer = ask(&merchant, &file_date, "WITHDRAWAL_BILL").await;
    let details = list(&answer, "file_details");
    assert_eq!(details[0]["file_date"], json!(file_date));
    assert_eq!(details[0]["bill_type"], "WITHDRAWAL_BILL");
    assert_eq!(list(&answer, "task_details")[0]["task_stat"], "S");
    let text = fetch(&merchant, details[0]["download_url"].as_str().unwrap()).await;
    let text = text.unwrap();
    let expected = [row("A", "100.00", "成功"), row("B", "100000.00", "失败")];
    assert_eq!(rows(&text), expected);
    let first: Vec<&str> = text.lines().nth(1).unwrap().split(',').collect();
    let compact = day.strftime("%Y%m%d").to_string();
    assert_eq!(
        (first[0], first[2], first[4]),
        (compact.as_str(), DATE, HUIFU_ID)
    );
    assert_eq!((first[7], first[8], first[10].len()), ("1.05", "T1", 14));
}

#[tokio::test]
async fn a_bank_return_stands_in_the_file_of_its_own_day() {
    let merchant = Merchant::start().await;
    settle(&merchant, "A").await;
    let first = merchant.huifu.today();
    merchant.huifu.set_clock_ahead(DAY);
    assert!(merchant.huifu.bank_return("A"));
    let second = merchant.huifu.today();
    assert_eq!(
        rows(&merchant.huifu.statement(first)),
        [row("A", "100.00", "成功")]
    );
    assert_eq!(
        rows(&merchant.huifu.statement(second)),
        [row("A", "100.00", "退汇")]
    );
}

#[tokio::test]
async fn a_file_is_asked_for_three_times_a_day() {
    let merchant = Merchant::start().await;
    let newest = newest(&merchant);
    for expected in ["00000000", "00000000", "00000000", "20000001"] {
        let answer = ask(&merchant, &newest, "WITHDRAWAL_BILL").await;
        assert_eq!(answer["resp_code"], expected);
    }
    let other_day = ask(&merchant, "20200101", "WITHDRAWAL_BILL").await;
    assert_eq!(other_day["resp_code"], "00000000");
    merchant.huifu.set_clock_ahead(DAY);
    let tomorrow = ask(&merchant, &newest, "WITHDRAWAL_BILL").await;
    assert_eq!(tomorrow["resp_code"], "00000000");
}

#[tokio::test]
async fn a_file_that_is_held_is_in_the_making() {
    let merchant = Merchant::start().await;
    let newest = newest(&merchant);
    let day = merchant.huifu.today().yesterday().unwrap();
    let held = format!("/statements/{day}");
    assert_eq!(
        merchant.admin(&format!("{held}/hold"), json!({})).await,
        204
    );
    let answer = ask(&merchant, &newest, "WITHDRAWAL_BILL").await;
    assert_eq!(list(&answer, "file_details"), Vec::<Value>::new());
    assert_eq!(list(&answer, "task_details")[0]["task_stat"], "P");
    assert_eq!(
        merchant.admin(&format!("{held}/release"), json!({})).await,
        204
    );
    let answer = ask(&merchant, &newest, "").await;
    assert_eq!(list(&answer, "file_details").len(), 1);
    let other = ask(&merchant, &newest, "TRADE_BILL").await;
    assert_eq!(list(&other, "file_details"), Vec::<Value>::new());
}

#[tokio::test]
async fn a_member_sees_its_own_lines_and_a_stranger_none() {
    let merchant = Merchant::start().await;
    settle(&merchant, "A").await;
    merchant.huifu.open_account("6666111122223333", Fen(0));
    let file_date = merchant.huifu.today().tomorrow().unwrap();
    merchant.huifu.set_clock_ahead(DAY);
    let mut asked = json!({"req_date": DATE, "req_seq_id": "B1", "huifu_id": "6666111122223333",
        "file_date": file_date.strftime("%Y%m%d").to_string()});
    let answer = merchant.call(Operation::StatementQuery, &asked).await;
    let details = list(&answer, "file_details");
    let text = fetch(&merchant, details[0]["download_url"].as_str().unwrap()).await;
    assert!(rows(&text.unwrap()).is_empty());
    asked["huifu_id"] = json!("6666");
    let stranger = merchant.call(Operation::StatementQuery, &asked).await;
    assert_eq!(stranger["resp_code"], "20000005");
    let url = format!("{}/files/unknown", merchant.huifu.base_url);
    let missing = merchant.client.get(url).send().await.unwrap();
    assert_eq!(missing.status().as_u16(), 404);
}

#[tokio::test]
async fn a_file_can_be_made_wrong_and_right_again() {
    let merchant = Merchant::start().await;
    for serial in ["A", "B"] {
        settle(&merchant, serial).await;
    }
    let day = merchant.huifu.today();
    let fen = StatementChange::AddToAmount {
        req_seq_id: "A".into(),
        fen: Fen(-1),
    };
    merchant.huifu.change_statement(day, fen);
    let path = format!("/statements/{day}");
    let drop = json!({"change": "drop", "req_seq_id": "B"});
    assert_eq!(merchant.admin(&path, drop).await, 204);
    let foreign = json!({"change": "foreign", "line": {
        "trade_date": "20261122", "req_seq_id": "X", "req_date": DATE, "hf_seq_id": "HF",
        "huifu_id": HUIFU_ID, "acct_id": "F1", "cash_amt": 500, "fee_amt": 0, "cash_type": "T1",
        "status": "succeeded", "finished_at": "20261122120000"}});
    assert_eq!(merchant.admin(&path, foreign).await, 204);
    let text = merchant.huifu.statement(day);
    assert_eq!(
        rows(&text),
        [row("A", "99.99", "成功"), row("X", "5.00", "成功")]
    );
    merchant.huifu.restore_statement(day);
    let text = merchant.huifu.statement(day);
    assert_eq!(
        rows(&text),
        [row("A", "100.00", "成功"), row("B", "100.00", "成功")]
    );
    merchant.audit("A", 1);
}

#[tokio::test]
async fn asking_and_fetching_fail_when_told_to() {
    let merchant = Merchant::start().await;
    let newest = newest(&merchant);
    let too_busy = Fault::Refuse {
        resp_code: "98888888".into(),
    };
    let selector = Selector::operation(Operation::StatementQuery);
    merchant.huifu.set_fault(selector, &[too_busy], Some(1));
    let answer = ask(&merchant, &newest, "WITHDRAWAL_BILL").await;
    assert_eq!(answer["resp_code"], "98888888");
    let answer = ask(&merchant, &newest, "WITHDRAWAL_BILL").await;
    let details = list(&answer, "file_details");
    let url = details[0]["download_url"].as_str().unwrap();
    let selector = Selector::operation(Operation::StatementFile);
    let error = Fault::ServerError {
        http_status: 502,
        paid: false,
    };
    merchant
        .huifu
        .set_fault(selector.clone(), &[error], Some(1));
    let failed = merchant.client.get(url).send().await.unwrap();
    assert_eq!(failed.status().as_u16(), 502);
    merchant
        .huifu
        .set_fault(selector, &[Fault::CutAnswer], Some(1));
    assert!(fetch(&merchant, url).await.is_err());
    assert!(rows(&fetch(&merchant, url).await.unwrap()).is_empty());
}
