//! Balances, the quota of DM, and the fee trial.

use crate::merchant::{DATE, HUIFU_ID, Merchant};
use sandbox::Fen;
use sandbox::huifu::{CashRule, CashType, Operation, Payer, Price};
use serde_json::{Value, json};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn accounts(merchant: &Merchant) -> Vec<Value> {
    let asked = json!({"req_date": DATE, "req_seq_id": "B1", "huifu_id": HUIFU_ID});
    let answer = merchant.call(Operation::Balance, &asked).await;
    assert_eq!(answer["resp_code"], "00000000", "{answer}");
    serde_json::from_str(answer["acctInfo_list"].as_str().unwrap()).unwrap()
}

async fn quota(merchant: &Merchant) -> Value {
    let asked = json!({"huifu_id": HUIFU_ID});
    merchant.call(Operation::DmQuota, &asked).await["dm_avl_amt"].clone()
}

async fn withdraw(merchant: &Merchant, serial: &str, cash_type: &str, amount: &str) -> Value {
    let mut form = merchant.withdrawal(serial, amount);
    form["into_acct_date_type"] = json!(cash_type);
    merchant.post("encashment", &form).await
}

#[tokio::test]
async fn balances_are_told_per_account_with_yesterdays_end() {
    let merchant = Merchant::start().await;
    let today = Some(Fen(3_000));
    merchant
        .huifu
        .set_balances(HUIFU_ID, "01", Fen(5_000), today);
    let cash = json!({"huifu_id": HUIFU_ID, "acct_type": "02", "balance": "7.00",
        "balance_yesterday": "6.00"});
    assert_eq!(merchant.admin("/accounts", cash).await, 204);
    let accounts = accounts(&merchant).await;
    let shown = |at: usize, name: &str| accounts[at][name].as_str().unwrap().to_owned();
    let by_type = |acct_type: &str| {
        (0..accounts.len())
            .find(|at| shown(*at, "acct_type") == acct_type)
            .unwrap()
    };
    let (basic, cash) = (by_type("01"), by_type("02"));
    assert_eq!(shown(basic, "avl_bal"), "50.00");
    assert_eq!(shown(basic, "last_avl_bal"), "30.00");
    assert_eq!(shown(basic, "acct_stat"), "N");
    assert_eq!(shown(cash, "balance_amt"), "7.00");
    assert_eq!(shown(cash, "last_avl_bal"), "6.00");
    let stranger = json!({"req_date": DATE, "huifu_id": "6666"});
    let answer = merchant.call(Operation::Balance, &stranger).await;
    assert_eq!(answer["resp_code"], "20000005");
}

#[tokio::test]
async fn dm_leaves_what_came_in_today() {
    let merchant = Merchant::start().await;
    merchant
        .huifu
        .set_balances(HUIFU_ID, "01", Fen(50_000), Some(Fen(20_000)));
    assert_eq!(quota(&merchant).await, "200.00");
    let refused = withdraw(&merchant, "A", "DM", "200.01").await;
    assert_eq!(refused["resp_code"], "90000000");
    assert!(
        refused["resp_desc"].as_str().unwrap().contains("额度不足"),
        "{refused}"
    );
    let paid = withdraw(&merchant, "B", "DM", "150.00").await;
    assert_eq!(paid["resp_code"], "00000000", "{paid}");
    assert_eq!(quota(&merchant).await, "50.00");
    let others = withdraw(&merchant, "C", "D0", "330.00").await;
    assert_eq!(
        others["resp_code"], "00000000",
        "other types take today's money too"
    );
    assert_eq!(quota(&merchant).await, "20.00", "never more than is there");
    merchant.huifu.set_clock_ahead(DAY);
    merchant
        .huifu
        .set_balances(HUIFU_ID, "01", Fen(2_000), None);
    assert_eq!(quota(&merchant).await, "20.00");
    merchant.audit("B", 1);
}

#[tokio::test]
async fn what_dm_brings_back_on_the_same_day_may_go_again() {
    let merchant = Merchant::start().await;
    merchant
        .huifu
        .set_balances(HUIFU_ID, "01", Fen(50_000), Some(Fen(20_000)));
    merchant
        .huifu
        .fail_next(1, sandbox::huifu::Fault::ProcessingForever);
    withdraw(&merchant, "A", "DM", "150.00").await;
    assert_eq!(quota(&merchant).await, "50.00");
    assert!(merchant.huifu.fail("A").await);
    assert_eq!(quota(&merchant).await, "200.00");
}

#[tokio::test]
async fn midnight_makes_todays_money_old() {
    let merchant = Merchant::start().await;
    merchant
        .huifu
        .set_balances(HUIFU_ID, "01", Fen(50_000), Some(Fen(0)));
    assert_eq!(quota(&merchant).await, "0.00");
    let ahead = json!({"ahead_seconds": DAY.as_secs()});
    assert_eq!(merchant.admin("/clock", ahead).await, 204);
    assert_eq!(quota(&merchant).await, "500.00");
    let told = accounts(&merchant).await;
    assert_eq!(told[0]["last_avl_bal"], "500.00");
    let paid = withdraw(&merchant, "A", "DM", "500.00").await;
    assert_eq!(paid["resp_code"], "00000000");
    assert_eq!(accounts(&merchant).await[0]["last_avl_bal"], "500.00");
    merchant.audit("A", 1);
}

#[tokio::test]
async fn a_cash_account_is_withdrawn_from_by_its_number_and_others_are_not() {
    let merchant = Merchant::start().await;
    merchant
        .huifu
        .set_balances(HUIFU_ID, "02", Fen(10_000), None);
    merchant
        .huifu
        .set_balances(HUIFU_ID, "05", Fen(10_000), None);
    let accounts = accounts(&merchant).await;
    let number = |acct_type: &str| {
        let found = accounts.iter().find(|one| one["acct_type"] == acct_type);
        found.unwrap()["acct_id"].clone()
    };
    let mut form = merchant.withdrawal("A", "100.00");
    form["acct_id"] = number("02");
    assert_eq!(
        merchant.post("encashment", &form).await["resp_code"],
        "00000000"
    );
    form["acct_id"] = number("05");
    form["req_seq_id"] = json!("B");
    assert_eq!(
        merchant.post("encashment", &form).await["resp_code"],
        "22000003"
    );
    merchant.audit("A", 1);
}

#[tokio::test]
async fn a_fee_is_tried_before_it_is_paid() {
    let merchant = Merchant::start().await;
    let mut asked = json!({"huifu_id": HUIFU_ID, "req_date": DATE, "req_seq_id": "F1",
        "trade_type": "ENCASHMENT", "trans_amt": "100.00", "encash_type": "T1"});
    let answer = merchant.call(Operation::FeeTrial, &asked).await;
    assert_eq!(answer["resp_code"], "00000000", "{answer}");
    assert_eq!(answer["fee_amt"], "1.05");
    for (field, value, code) in [
        ("encash_type", "T0", "00000000"),
        ("encash_type", "", "10000000"),
        ("trans_amt", "0.00", "10000000"),
        ("trade_type", "PAY", "23000004"),
        ("huifu_id", "6666", "20000005"),
    ] {
        let before = asked[field].clone();
        asked[field] = json!(value);
        let answer = merchant.call(Operation::FeeTrial, &asked).await;
        assert_eq!(answer["resp_code"], code, "{field} {value}");
        asked[field] = before;
    }
}

#[tokio::test]
async fn a_rule_of_one_type_leaves_the_others_as_they_were() {
    let merchant = Merchant::start().await;
    let rule = |open| CashRule {
        open,
        price: Price {
            fixed: Fen(300),
            rate_bp: 0,
        },
        weekday_fixed: None,
        weekday_rate_bp: None,
        payer: Payer::Inner,
    };
    merchant
        .huifu
        .set_cash_rule(HUIFU_ID, CashType::D0, rule(true));
    merchant
        .huifu
        .set_cash_rule(HUIFU_ID, CashType::DM, rule(false));
    for (serial, cash_type, code) in [
        ("A", "D0", "00000000"),
        ("B", "T1", "00000000"),
        ("C", "DM", "22000004"),
    ] {
        let answer = withdraw(&merchant, serial, cash_type, "100.00").await;
        assert_eq!(answer["resp_code"], code, "{cash_type}");
    }
    let book = merchant.huifu.book();
    let fees = ["A", "B"].map(|serial| book.payment(serial).unwrap().fee_amt);
    assert_eq!(fees, [Fen(300), Fen(105)]);
}
