//! Opening, changing and asking about merchants.

use crate::applicant::{CARD_NO, cash_rules, opening, operation, personal_card, picture};
use crate::merchant::{DATE, HUIFU_ID, Merchant};
use sandbox::Fen;
use sandbox::huifu::{CashType, Operation, Price, SubjectKind};
use serde_json::{Value, json};

const KINDS: [SubjectKind; 2] = [
    SubjectKind::EnterpriseMerchant,
    SubjectKind::IndividualMerchant,
];

async fn open(merchant: &Merchant, kind: SubjectKind) -> Value {
    let form = opening(merchant, kind, "M1").await;
    merchant.call(operation(kind), &form).await
}

fn change(huifu_id: &Value, serial: &str) -> Value {
    json!({"req_seq_id": serial, "req_date": DATE, "upper_huifu_id": HUIFU_ID,
        "huifu_id": huifu_id})
}

async fn ask(merchant: &Merchant, huifu_id: &Value) -> Value {
    let asked = json!({"req_seq_id": "Q1", "req_date": DATE, "huifu_id": huifu_id});
    merchant.call(Operation::MerchantQuery, &asked).await
}

fn list(answer: &Value, name: &str) -> Vec<Value> {
    serde_json::from_str(answer[name].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn a_merchant_is_opened_with_card_and_rules_and_can_withdraw() {
    for kind in KINDS {
        let merchant = Merchant::start().await;
        let answer = open(&merchant, kind).await;
        assert_eq!(answer["resp_code"], "00000000", "{answer}");
        let huifu_id = answer["huifu_id"].as_str().unwrap();
        assert!(
            huifu_id.len() == 16 && huifu_id.starts_with("6666"),
            "{huifu_id}"
        );
        assert!(answer.get("apply_no").is_none());
        let member = merchant.huifu.member(huifu_id).unwrap();
        assert_eq!(member.kind, Some(kind));
        assert_eq!(
            member.cards[0].token_no,
            answer["token_no"].as_str().unwrap()
        );
        assert_eq!(member.cash.len(), 2);
        merchant.huifu.open_account(huifu_id, Fen(50_000));
        let mut withdrawal = merchant.withdrawal("W1", "100.00");
        withdrawal["huifu_id"] = answer["huifu_id"].clone();
        withdrawal["token_no"] = answer["token_no"].clone();
        let paid = merchant.post("encashment", &withdrawal).await;
        assert_eq!(paid["resp_code"], "00000000", "{paid}");
        assert_eq!(
            merchant.huifu.book().payment("W1").unwrap().fee_amt,
            Fen(105)
        );
        merchant.audit("W1", 1);
    }
}

#[tokio::test]
async fn each_required_field_is_missed_by_name() {
    let merchant = Merchant::start().await;
    for kind in KINDS {
        let form = opening(&merchant, kind, "M1").await;
        for field in form.as_object().unwrap().keys() {
            let optional = ["cash_config", "async_return_url"];
            let offline_only = kind == SubjectKind::IndividualMerchant && field == "detail_addr";
            if optional.contains(&field.as_str()) || offline_only {
                continue;
            }
            let mut form = form.clone();
            form[field] = json!("");
            let answer = merchant.call(operation(kind), &form).await;
            assert_eq!(answer["resp_code"], "10000000", "{field}");
            assert!(
                answer["resp_desc"].as_str().unwrap().contains(field),
                "{answer}"
            );
        }
    }
    assert!(merchant.huifu.book().onboardings.is_empty());
}

#[tokio::test]
async fn conditions_of_the_reference_are_checked() {
    let merchant = Merchant::start().await;
    let form = opening(&merchant, SubjectKind::EnterpriseMerchant, "M1").await;
    let file_id = form["license_pic"].clone();
    let corporate = json!({"card_type": "0", "card_name": form["reg_name"], "card_no": CARD_NO,
        "area_id": "310100", "branch_code": "103124075619"});
    let other = json!({"card_type": "2"});
    let mut others_card = personal_card(CARD_NO);
    others_card["card_type"] = other["card_type"].clone();
    for (changes, field) in [
        (json!({"short_name": "海投汇"}), "short_name"),
        (json!({"license_validity_type": "0"}), "license_end_date"),
        (json!({"detail_addr": ""}), "detail_addr"),
        (json!({"mer_url": "https://a.example"}), "mer_icp"),
        (json!({"card_info": corporate.to_string()}), "reg_acct_pic"),
        (
            json!({"card_info": others_card.to_string()}),
            "auth_entrust_pic",
        ),
        (json!({"notify_url": "https://a.example/"}), "notify_url"),
        (
            json!({"async_return_url": "https://a.example/?a=b"}),
            "async_return_url",
        ),
        (json!({"ent_type": "8"}), "ent_type"),
        (
            json!({"license_begin_date": "20261301"}),
            "license_begin_date",
        ),
    ] {
        let mut form = form.clone();
        for (name, value) in changes.as_object().unwrap() {
            form[name] = value.clone();
        }
        let answer = merchant.call(Operation::MerchantEnt, &form).await;
        assert_eq!(answer["resp_code"], "10000000", "{field}");
        assert!(
            answer["resp_desc"].as_str().unwrap().contains(field),
            "{answer}"
        );
    }
    let mut corporate_merchant = form.clone();
    corporate_merchant["card_info"] = json!(corporate.to_string());
    corporate_merchant["reg_acct_pic"] = file_id;
    let answer = merchant
        .call(Operation::MerchantEnt, &corporate_merchant)
        .await;
    assert_eq!(answer["resp_code"], "00000000", "{answer}");
}

#[tokio::test]
async fn business_rules_have_their_codes_and_open_nothing() {
    let merchant = Merchant::start().await;
    let form = opening(&merchant, SubjectKind::EnterpriseMerchant, "M1").await;
    let card = |field: &str, value: &str| {
        let mut card = personal_card(CARD_NO);
        card[field] = json!(value);
        json!({"card_info": card.to_string()})
    };
    let mixed = json!([
        {"cash_type": "T1", "fix_amt": "1.00"},
        {"cash_type": "D0", "fix_amt": "1.00", "out_fee_flag": "1", "out_fee_huifu_id": HUIFU_ID},
    ]);
    for (changes, code) in [
        (card("card_name", "李四"), "22000005"),
        (card("card_no", "6222021234567894444"), "22000005"),
        (json!({"cash_config": mixed.to_string()}), "21000000"),
        (json!({"upper_huifu_id": "6666000000000000"}), "20000005"),
        (
            json!({"license_pic": "57cc7f00-600a-33ab-b614-6221bbf2e529"}),
            "00000001",
        ),
        (json!({"legal_cert_no": "110105199003070075"}), "90000000"),
        (json!({"legal_cert_no": "110105202003070070"}), "00000001"),
    ] {
        let mut form = form.clone();
        for (name, value) in changes.as_object().unwrap() {
            form[name] = value.clone();
        }
        let answer = merchant.call(Operation::MerchantEnt, &form).await;
        assert_eq!(answer["resp_code"], code, "{changes} {answer}");
    }
    let book = merchant.huifu.book();
    assert_eq!(book.onboarding("M1").unwrap().requests, 7);
    assert_eq!(book.onboarding_executions(&["M1"]), 0);
    assert_eq!(merchant.huifu.members().len(), 1);
}

#[tokio::test]
async fn a_fee_below_the_parents_floor_is_refused_in_huifus_words() {
    let merchant = Merchant::start().await;
    let floor = Price {
        fixed: Fen(101),
        rate_bp: 5,
    };
    merchant.huifu.set_floor(CashType::T1, Some(floor));
    let answer = open(&merchant, SubjectKind::IndividualMerchant).await;
    assert_eq!(answer["resp_code"], "99999999");
    assert_eq!(
        answer["resp_desc"],
        "T1取现费率不能低于渠道商/上级商户费率底价1.01+AMT*0.0005"
    );
    merchant.huifu.set_floor(CashType::T1, None);
    let day = json!({"D1": "1.01+0.00%"});
    assert_eq!(merchant.admin("/floors", day).await, 204);
    let answer = open(&merchant, SubjectKind::IndividualMerchant).await;
    assert_eq!(
        answer["resp_code"], "99999999",
        "the working day's fee counts too"
    );
    assert_eq!(merchant.admin("/floors", json!({"D1": null})).await, 204);
    let answer = open(&merchant, SubjectKind::IndividualMerchant).await;
    assert_eq!(answer["resp_code"], "00000000");
}

#[tokio::test]
async fn a_repeat_is_a_duplicate_and_opens_nobody() {
    let merchant = Merchant::start().await;
    open(&merchant, SubjectKind::IndividualMerchant).await;
    let again = open(&merchant, SubjectKind::IndividualMerchant).await;
    assert_eq!(again["resp_code"], "20000000");
    assert_eq!(merchant.huifu.members().len(), 2);
    let book = merchant.huifu.book();
    assert_eq!(book.onboarding("M1").unwrap().requests, 2);
    assert_eq!(book.onboarding_executions(&["M1"]), 1);
    assert_eq!(book.audit(), Vec::<String>::new());
}

#[tokio::test]
async fn a_login_name_belongs_to_one() {
    let merchant = Merchant::start().await;
    open(&merchant, SubjectKind::EnterpriseMerchant).await;
    let mut form = opening(&merchant, SubjectKind::EnterpriseMerchant, "M2").await;
    let answer = merchant.call(Operation::MerchantEnt, &form).await;
    assert_eq!(answer["resp_code"], "00000001");
    form["login_name"] = json!("LgOther");
    let answer = merchant.call(Operation::MerchantEnt, &form).await;
    assert_eq!(answer["resp_code"], "00000000");
}

#[tokio::test]
async fn a_second_card_has_its_own_token_and_may_become_the_default() {
    let merchant = Merchant::start().await;
    let opened = open(&merchant, SubjectKind::EnterpriseMerchant).await;
    let mut card = personal_card("6217001210064762121");
    card["is_settle_default"] = json!("Y");
    let mut form = change(&opened["huifu_id"], "C1");
    form["card_info"] = json!(card.to_string());
    let changed = merchant.call(Operation::MerchantModify, &form).await;
    assert_eq!(changed["resp_code"], "00000000", "{changed}");
    assert_ne!(changed["token_no"], opened["token_no"]);
    let answer = ask(&merchant, &opened["huifu_id"]).await;
    let cards = list(&answer, "qry_cash_card_info_list");
    assert_eq!(cards.len(), 2);
    assert_eq!(cards[0]["is_settle_default"], "N");
    assert_eq!(cards[1]["token_no"], changed["token_no"]);
    assert_eq!(cards[1]["card_no"], "6217****2121");
    form["req_seq_id"] = json!("C2");
    let again = merchant.call(Operation::MerchantModify, &form).await;
    assert_eq!(
        again["token_no"], changed["token_no"],
        "the same number, the same token"
    );
}

#[tokio::test]
async fn cash_rules_are_changed_and_switched_off_one_by_one() {
    let merchant = Merchant::start().await;
    let opened = open(&merchant, SubjectKind::EnterpriseMerchant).await;
    let mut form = change(&opened["huifu_id"], "C1");
    form["cash_config"] = cash_rules();
    let answer = merchant.call(Operation::MerchantModify, &form).await;
    assert_eq!(
        answer["resp_code"], "10000000",
        "a change needs switch_state"
    );
    form["cash_config"] = json!([
        {"cash_type": "T1", "switch_state": "0"},
        {"cash_type": "D0", "switch_state": "1", "fee_rate": "0.10", "out_fee_flag": "1",
            "out_fee_huifu_id": HUIFU_ID},
    ]);
    let answer = merchant.call(Operation::MerchantModify, &form).await;
    assert_eq!(answer["resp_code"], "00000000", "{answer}");
    assert!(answer.get("token_no").is_none());
    let answer = ask(&merchant, &opened["huifu_id"]).await;
    let rules = list(&answer, "qry_cash_config_list");
    let rule = |name: &str| rules.iter().find(|rule| rule["cash_type"] == name).unwrap();
    assert_eq!(
        (&rule("T1")["switch_state"], &rule("T1")["fix_amt"]),
        (&json!("0"), &json!("1.00"))
    );
    assert_eq!(rule("D1")["weekday_fix_amt"], "1.00");
    assert_eq!(rule("D0")["fee_rate"], "0.10");
    assert_eq!(rule("D0")["out_cash_flag"], "1");
    assert_eq!(rule("D0")["out_cash_huifuid"], HUIFU_ID);
    assert!(rule("D0").get("out_fee_flag").is_none());
}

#[tokio::test]
async fn payment_products_carry_no_card() {
    let merchant = Merchant::start().await;
    let opened = open(&merchant, SubjectKind::IndividualMerchant).await;
    for operation in [Operation::MerchantBusiOpen, Operation::MerchantBusiModify] {
        let mut form = change(&opened["huifu_id"], operation.path());
        let answer = merchant.call(operation, &form).await;
        assert_eq!(answer["resp_code"], "00000000", "{answer}");
        form["card_info"] = json!(personal_card(CARD_NO).to_string());
        let answer = merchant.call(operation, &form).await;
        assert_eq!(answer["resp_code"], "10000000");
    }
}

#[tokio::test]
async fn what_huifu_was_told_can_be_read_and_misspellings_are_seen() {
    let merchant = Merchant::start().await;
    let mut form = opening(&merchant, SubjectKind::IndividualMerchant, "M1").await;
    form["contact_emial"] = json!("a@example.com");
    form["card_info"] = {
        let mut card = personal_card(CARD_NO);
        card["card_nr"] = json!("1");
        json!(card.to_string())
    };
    merchant.call(Operation::MerchantIndv, &form).await;
    let told = merchant.huifu.told("M1").unwrap();
    assert_eq!(told["card_info.card_no"], CARD_NO);
    assert_eq!(told["cash_config.D1.weekday_fix_amt"], "1.00");
    let onboarding = merchant.huifu.onboarding("M1").unwrap();
    assert_eq!(
        onboarding.unknown_fields,
        ["contact_emial", "card_info.card_nr"]
    );
    assert!(!format!("{onboarding:?}").contains(CARD_NO));
    let picture = picture(&merchant).await;
    assert!(merchant.huifu.picture(&picture).is_some());
}

#[tokio::test]
async fn a_user_is_no_merchant() {
    let merchant = Merchant::start().await;
    let (huifu_id, _) = crate::applicant::opened_user(&merchant).await;
    let mut form = change(&json!(huifu_id), "C1");
    form["cash_config"] = json!([{"cash_type": "T1", "switch_state": "0"}]);
    let answer = merchant.call(Operation::MerchantModify, &form).await;
    assert_eq!(answer["resp_code"], "20000005");
    assert_eq!(
        ask(&merchant, &json!(huifu_id)).await["resp_code"],
        "20000005"
    );
    assert_eq!(
        ask(&merchant, &json!("6666")).await["resp_code"],
        "20000005"
    );
}
