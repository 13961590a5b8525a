//! Opening, changing and asking about users.

use crate::applicant::{CARD_NO, ID_NUMBER, entry, opened_user, opening, operation, personal_card};
use crate::merchant::{DATE, HUIFU_ID, Merchant};
use sandbox::Fen;
use sandbox::huifu::{Operation, SubjectKind};
use serde_json::{Value, json};

const KINDS: [SubjectKind; 2] = [SubjectKind::EnterpriseUser, SubjectKind::IndividualUser];

async fn base(merchant: &Merchant, kind: SubjectKind) -> Value {
    let form = opening(merchant, kind, "BASE").await;
    merchant.call(operation(kind), &form).await
}

async fn ask(merchant: &Merchant, huifu_id: &str) -> Value {
    let asked = json!({"req_seq_id": "Q1", "req_date": DATE, "huifu_id": huifu_id});
    merchant.call(Operation::UserQuery, &asked).await
}

fn text(answer: &Value, name: &str) -> Value {
    serde_json::from_str(answer[name].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn a_user_is_registered_then_enters_and_can_withdraw() {
    for kind in KINDS {
        let merchant = Merchant::start().await;
        let base = base(&merchant, kind).await;
        assert_eq!(base["resp_code"], "00000000", "{base}");
        assert!(base["login_password"].as_str().unwrap().len() <= 18);
        assert!(base.get("token_no").is_none());
        let huifu_id = base["huifu_id"].as_str().unwrap();
        let form = entry(&merchant, huifu_id, "ENTRY");
        let entered = merchant.call(Operation::UserBusiOpen, &form).await;
        assert_eq!(entered["resp_code"], "00000000", "{entered}");
        let parts = text(&entered, "resp_business");
        assert_eq!(parts[0], json!({"type": "1", "code": "S", "msg": ""}));
        assert_eq!(parts[1]["type"], "2");
        merchant.huifu.open_account(huifu_id, Fen(50_000));
        let mut withdrawal = merchant.withdrawal("W1", "100.00");
        withdrawal["huifu_id"] = json!(huifu_id);
        withdrawal["token_no"] = entered["token_no"].clone();
        let paid = merchant.post("encashment", &withdrawal).await;
        assert_eq!(paid["resp_code"], "00000000", "{paid}");
        merchant.audit("W1", 1);
    }
}

#[tokio::test]
async fn each_required_field_is_missed_by_name() {
    let merchant = Merchant::start().await;
    for kind in KINDS {
        let form = opening(&merchant, kind, "BASE").await;
        for field in form.as_object().unwrap().keys() {
            let mut form = form.clone();
            form[field] = json!("");
            let answer = merchant.call(operation(kind), &form).await;
            assert_eq!(answer["resp_code"], "10000000", "{field}");
            assert!(
                answer["resp_desc"].as_str().unwrap().contains(field),
                "{answer}"
            );
        }
        let mut limited = form.clone();
        let (validity, end) = match kind.is_individual() {
            true => ("cert_validity_type", "cert_end_date"),
            false => ("legal_cert_validity_type", "legal_cert_end_date"),
        };
        limited[validity] = json!("0");
        let answer = merchant.call(operation(kind), &limited).await;
        assert!(
            answer["resp_desc"].as_str().unwrap().contains(end),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a_person_whose_number_cannot_exist_is_refused() {
    let merchant = Merchant::start().await;
    let mut form = opening(&merchant, SubjectKind::IndividualUser, "BASE").await;
    form["cert_no"] = json!(ID_NUMBER.replace('5', "6"));
    let answer = merchant.call(Operation::UserIndv, &form).await;
    assert_eq!(answer["resp_code"], "90000000", "{answer}");
}

#[tokio::test]
async fn an_entry_happens_once_and_a_change_needs_it() {
    let merchant = Merchant::start().await;
    let base = base(&merchant, SubjectKind::IndividualUser).await;
    let huifu_id = base["huifu_id"].as_str().unwrap();
    let second = json!({"req_seq_id": "C1", "req_date": DATE, "huifu_id": huifu_id,
        "card_info": personal_card("6217001210064762121").to_string()});
    let early = merchant.call(Operation::UserBusiModify, &second).await;
    assert_eq!(early["resp_code"], "22000002");
    let form = entry(&merchant, huifu_id, "ENTRY");
    assert_eq!(
        merchant.call(Operation::UserBusiOpen, &form).await["resp_code"],
        "00000000"
    );
    let twice = entry(&merchant, huifu_id, "ENTRY2");
    assert_eq!(
        merchant.call(Operation::UserBusiOpen, &twice).await["resp_code"],
        "22000002"
    );
    let changed = merchant.call(Operation::UserBusiModify, &second).await;
    assert_eq!(changed["resp_code"], "00000000", "{changed}");
    let answer = ask(&merchant, huifu_id).await;
    assert_eq!(
        text(&answer, "qry_cash_card_info_list")
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(text(&answer, "card_info")["card_no"], "6222****0123");
    assert_eq!(text(&answer, "indv_base_info")["cert_no"], ID_NUMBER);
}

#[tokio::test]
async fn rules_without_a_card_are_refused() {
    let merchant = Merchant::start().await;
    let base = base(&merchant, SubjectKind::IndividualUser).await;
    let huifu_id = base["huifu_id"].as_str().unwrap();
    let mut form = entry(&merchant, huifu_id, "ENTRY");
    form["card_info"] = json!("");
    let answer = merchant.call(Operation::UserBusiOpen, &form).await;
    assert_eq!(answer["resp_code"], "10000000");
    assert!(answer["resp_desc"].as_str().unwrap().contains("card_info"));
}

#[tokio::test]
async fn a_persons_card_is_the_persons_own() {
    let merchant = Merchant::start().await;
    let base = base(&merchant, SubjectKind::IndividualUser).await;
    let huifu_id = base["huifu_id"].as_str().unwrap();
    for (field, value, code) in [
        ("card_type", "0", "10000000"),
        ("card_name", "李四", "22000005"),
        ("cert_no", "", "10000000"),
    ] {
        let mut form = entry(&merchant, huifu_id, "ENTRY");
        let mut card = personal_card(CARD_NO);
        card[field] = json!(value);
        form["card_info"] = json!(card.to_string());
        let answer = merchant.call(Operation::UserBusiOpen, &form).await;
        assert_eq!(answer["resp_code"], code, "{field}");
    }
}

#[tokio::test]
async fn a_closed_cash_type_is_refused_and_an_open_one_has_its_price() {
    let merchant = Merchant::start().await;
    let (huifu_id, token_no) = opened_user(&merchant).await;
    merchant.huifu.open_account(&huifu_id, Fen(50_000));
    let withdraw = async |serial: &str, cash_type: &str, date: &str| {
        let mut form = merchant.withdrawal(serial, "100.00");
        form["huifu_id"] = json!(huifu_id);
        form["token_no"] = json!(token_no);
        form["into_acct_date_type"] = json!(cash_type);
        form["req_date"] = json!(date);
        merchant.post("encashment", &form).await["resp_code"].clone()
    };
    assert_eq!(withdraw("A", "D0", DATE).await, "22000004");
    // 2026-11-22 is a Sunday.
    assert_eq!(withdraw("B", "D1", "20261122").await, "00000000");
    assert_eq!(withdraw("C", "D1", "20261123").await, "00000000");
    let sunday = "2026-11-22".parse().unwrap();
    merchant.huifu.set_working_day(sunday, true);
    let days = json!({"2026-11-23": false});
    assert_eq!(merchant.admin("/calendar", days).await, 204);
    assert_eq!(withdraw("D", "D1", "20261122").await, "00000000");
    assert_eq!(withdraw("E", "D1", "20261123").await, "00000000");
    let book = merchant.huifu.book();
    let fees = ["B", "C", "D", "E"].map(|serial| book.payment(serial).unwrap().fee_amt);
    assert_eq!(fees, [200, 100, 100, 200].map(Fen));
    assert_eq!(book.audit(), Vec::<String>::new());
}

#[tokio::test]
async fn an_outer_fee_is_taken_from_whom_the_rule_names() {
    let merchant = Merchant::start().await;
    let base = base(&merchant, SubjectKind::IndividualUser).await;
    let huifu_id = base["huifu_id"].as_str().unwrap();
    let mut form = entry(&merchant, huifu_id, "ENTRY");
    form["cash_config"] = json!([{"cash_type": "D0", "fix_amt": "1.50", "out_fee_flag": "1",
        "out_fee_huifu_id": HUIFU_ID, "out_fee_acct_type": "05"}]);
    let entered = merchant.call(Operation::UserBusiOpen, &form).await;
    merchant.huifu.open_account(huifu_id, Fen(10_000));
    let mut withdrawal = merchant.withdrawal("W1", "100.00");
    withdrawal["huifu_id"] = json!(huifu_id);
    withdrawal["token_no"] = entered["token_no"].clone();
    withdrawal["into_acct_date_type"] = json!("D0");
    let refused = merchant.post("encashment", &withdrawal).await;
    assert_eq!(
        refused["resp_code"], "22000003",
        "the payer has no recharge account"
    );
    merchant.huifu.set_balances(HUIFU_ID, "05", Fen(149), None);
    let short = merchant.post("encashment", &withdrawal).await;
    assert_eq!(short["resp_code"], "90000000");
    merchant.huifu.set_balances(HUIFU_ID, "05", Fen(150), None);
    withdrawal["req_seq_id"] = json!("W2");
    let paid = merchant.post("encashment", &withdrawal).await;
    assert_eq!(paid["resp_code"], "00000000", "{paid}");
    assert_eq!(merchant.huifu.book().balance(huifu_id), Fen(0));
    let book = merchant.huifu.book();
    let payer = book
        .accounts
        .iter()
        .find(|one| one.acct_type == "05")
        .unwrap();
    assert_eq!(payer.balance, Fen(0));
    merchant.audit("W2", 1);
}
