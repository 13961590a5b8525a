//! Reviews: who decides, what is in force when, and who is told how.

use crate::applicant::{PERSON, cash_rules, entry, opening, operation, personal_card};
use crate::eventually::eventually;
use crate::merchant::{Behave, DATE, HUIFU_ID, Merchant, Received, huifu_public_key};
use sandbox::huifu::{
    Fault, Operation, ReviewPlan, ReviewState, Selector, SubjectKind, TryOutcome,
};
use serde_json::{Value, json};

const MERCHANT: SubjectKind = SubjectKind::IndividualMerchant;

/// A merchant whose name makes its review go that way.
async fn merchant_named(merchant: &Merchant, last: char) -> Value {
    let mut form = opening(merchant, MERCHANT, "M1").await;
    form["reg_name"] = json!(format!("{PERSON}{last}"));
    let answer = merchant.call(operation(MERCHANT), &form).await;
    assert_eq!(answer["resp_code"], "00000000", "{answer}");
    answer
}

/// A user whose business entry goes that way.
async fn user_named(merchant: &Merchant, last: char) -> Value {
    let mut form = opening(merchant, SubjectKind::IndividualUser, "BASE").await;
    let name = format!("{PERSON}{last}");
    form["name"] = json!(name);
    let base = merchant.call(Operation::UserIndv, &form).await;
    let mut form = entry(merchant, base["huifu_id"].as_str().unwrap(), "ENTRY");
    let mut card = personal_card("6222021234567890123");
    card["card_name"] = json!(name);
    form["card_info"] = json!(card.to_string());
    let answer = merchant.call(Operation::UserBusiOpen, &form).await;
    assert_eq!(answer["resp_code"], "00000000", "{answer}");
    answer
}

async fn status(merchant: &Merchant, operation: Operation, opened: &Value) -> Value {
    let asked = json!({"req_seq_id": "S1", "req_date": DATE, "apply_no": opened["apply_no"],
        "huifu_id": opened["huifu_id"]});
    merchant.call(operation, &asked).await
}

async fn told(merchant: &Merchant) -> Received {
    let first = || merchant.received().into_iter().next();
    eventually("the review callback", first).await
}

async fn withdraw(merchant: &Merchant, huifu_id: &Value, token_no: &str) -> Value {
    let mut form = merchant.withdrawal("W1", "100.00");
    form["huifu_id"] = huifu_id.clone();
    form["token_no"] = json!(token_no);
    merchant.post("encashment", &form).await["resp_code"].clone()
}

#[tokio::test]
async fn a_merchant_in_review_is_nobody_until_it_has_passed() {
    let merchant = Merchant::start().await;
    let answer = merchant_named(&merchant, '迟').await;
    assert_eq!(answer["apply_no"].as_str().unwrap().len(), 18);
    assert!(answer.get("token_no").is_none());
    let state = status(&merchant, Operation::MerchantStatusQuery, &answer).await;
    assert_eq!(state["apply_status"], "P");
    assert_eq!(
        withdraw(&merchant, &answer["huifu_id"], "1").await,
        "20000006"
    );
    assert!(
        merchant
            .huifu
            .decide("M1", ReviewState::Passed, "通过")
            .await
    );
    assert!(!merchant.huifu.decide("M1", ReviewState::Refused, "").await);
    let state = status(&merchant, Operation::MerchantStatusQuery, &answer).await;
    for (name, value) in [
        ("apply_status", "Y"),
        ("apply_reason", "通过"),
        ("bind_card_status", "S"),
        ("cash_status", "S"),
    ] {
        assert_eq!(state[name], value, "{state}");
    }
    assert!(state.get("token_no").is_none());
    let letter = told(&merchant).await;
    for (name, value) in [
        ("audit_status", "Y"),
        ("audit_desc", "通过"),
        ("product_id", "YYZY"),
        ("req_seq_id", "M1"),
    ] {
        assert_eq!(letter.data[name], value);
    }
    assert_eq!(letter.data["apply_no"], answer["apply_no"]);
    let member = merchant.huifu.member(answer["huifu_id"].as_str().unwrap());
    assert_eq!(letter.data["token_no"], member.unwrap().cards[0].token_no);
}

#[tokio::test]
async fn a_review_callback_is_signed_over_its_text() {
    let merchant = Merchant::start().await;
    merchant_named(&merchant, '审').await;
    let letter = told(&merchant).await;
    let sign = letter.sign.as_deref().unwrap();
    assert!(huifu_public_key().verifies(letter.resp_data.as_bytes(), sign));
    let acked = || merchant.huifu.onboarding("M1").filter(|one| one.acked());
    eventually("the acknowledgement", acked).await;
}

#[tokio::test]
async fn a_user_is_told_in_the_text_of_audit_info() {
    let merchant = Merchant::start().await;
    let answer = user_named(&merchant, '审').await;
    assert!(answer.get("token_no").is_none() && answer.get("resp_business").is_none());
    let letter = told(&merchant).await;
    assert_eq!(letter.data["notify_type"], "A");
    assert!(letter.data.get("token_no").is_none());
    let info: Value = serde_json::from_str(letter.data["audit_info"].as_str().unwrap()).unwrap();
    assert_eq!(info["audit_status"], "Y");
    assert_eq!(info["apply_no"], answer["apply_no"]);
    assert_eq!(info["resp_business"][0]["code"], "S");
    let huifu_id = answer["huifu_id"].as_str().unwrap();
    let member = merchant.huifu.member(huifu_id).unwrap();
    assert_eq!(info["token_no"], member.cards[0].token_no);
    let state = status(&merchant, Operation::UserApplyQuery, &answer).await;
    assert_eq!(state["apply_status"], "Y");
    assert!(state.get("token_no").is_none());
}

#[tokio::test]
async fn a_refused_merchant_stays_out_and_a_refused_user_may_enter_again() {
    let merchant = Merchant::start().await;
    let answer = merchant_named(&merchant, '拒').await;
    let letter = told(&merchant).await;
    assert_eq!(letter.data["audit_status"], "N");
    assert_ne!(letter.data["audit_desc"], "");
    assert!(letter.data.get("token_no").is_none());
    assert_eq!(
        withdraw(&merchant, &answer["huifu_id"], "1").await,
        "20000006"
    );
    let answer = user_named(&merchant, '拒').await;
    eventually("the second callback", || {
        (merchant.received().len() == 2).then_some(())
    })
    .await;
    merchant.huifu.set_fault(
        Selector::operation(Operation::UserBusiOpen),
        &[Fault::Review {
            plan: ReviewPlan::Instant,
        }],
        None,
    );
    let mut form = entry(&merchant, answer["huifu_id"].as_str().unwrap(), "ENTRY2");
    let mut card = personal_card("6222021234567890123");
    card["card_name"] = json!(format!("{PERSON}拒"));
    form["card_info"] = json!(card.to_string());
    let again = merchant.call(Operation::UserBusiOpen, &form).await;
    assert_eq!(again["resp_code"], "00000000", "{again}");
    assert!(again["token_no"].is_string());
}

#[tokio::test]
async fn a_failed_review_is_told_to_merchants_and_found_out_by_users() {
    let merchant = Merchant::start().await;
    let answer = user_named(&merchant, '失').await;
    let failed = || {
        let onboarding = merchant.huifu.onboarding("ENTRY")?;
        (onboarding.review == Some(ReviewState::Failed)).then_some(())
    };
    eventually("the review to fail", failed).await;
    let state = status(&merchant, Operation::UserApplyQuery, &answer).await;
    assert_eq!(state["apply_status"], "F");
    let answer = merchant_named(&merchant, '失').await;
    let letter = told(&merchant).await;
    assert_eq!(letter.data["audit_status"], "F");
    assert_eq!(letter.data["apply_no"], answer["apply_no"]);
}

#[tokio::test]
async fn what_is_not_acknowledged_is_told_three_times_more() {
    let merchant = Merchant::start_with(|config| {
        config.callback_retry_interval = std::time::Duration::from_millis(1);
    })
    .await;
    merchant.behave(&[
        Behave::Status(500),
        Behave::WrongBody,
        Behave::Status(503),
        Behave::Status(500),
    ]);
    merchant_named(&merchant, '审').await;
    eventually("four tries", || {
        let onboarding = merchant.huifu.onboarding("M1")?;
        (onboarding.callbacks.len() == 4).then_some(())
    })
    .await;
    let onboarding = merchant.huifu.onboarding("M1").unwrap();
    assert_eq!(onboarding.callbacks[1].outcome, TryOutcome::WrongBody);
    assert!(!onboarding.acked());
    assert_eq!(onboarding.review, Some(ReviewState::Passed));
}

#[tokio::test]
async fn a_change_in_review_leaves_the_old_card_as_it_was() {
    let merchant = Merchant::start().await;
    let form = opening(&merchant, MERCHANT, "M1").await;
    let opened = merchant.call(operation(MERCHANT), &form).await;
    let late = Fault::Review {
        plan: ReviewPlan::Late,
    };
    let selector = Selector::operation(Operation::MerchantModify);
    merchant.huifu.set_fault(selector, &[late], Some(1));
    let form = json!({"req_seq_id": "C1", "req_date": DATE, "upper_huifu_id": HUIFU_ID,
        "huifu_id": opened["huifu_id"], "async_return_url": merchant.notify_url,
        "card_info": personal_card("6217001210064762121").to_string()});
    let changed = merchant.call(Operation::MerchantModify, &form).await;
    assert!(changed.get("token_no").is_none() && changed["apply_no"].is_string());
    let huifu_id = opened["huifu_id"].as_str().unwrap();
    assert_eq!(merchant.huifu.member(huifu_id).unwrap().cards.len(), 1);
    assert!(merchant.huifu.decide("C1", ReviewState::Passed, "").await);
    let cards = merchant.huifu.member(huifu_id).unwrap().cards;
    assert_eq!(cards.len(), 2);
    assert_eq!(told(&merchant).await.data["token_no"], cards[1].token_no);
    assert_eq!(cards[0].token_no, opened["token_no"].as_str().unwrap());
}

#[tokio::test]
async fn an_application_is_asked_about_by_its_own_interface_and_member() {
    let merchant = Merchant::start().await;
    let mut answer = merchant_named(&merchant, '迟').await;
    let state = status(&merchant, Operation::UserApplyQuery, &answer).await;
    assert_eq!(state["resp_code"], "23000001");
    answer["huifu_id"] = json!(HUIFU_ID);
    let state = status(&merchant, Operation::MerchantStatusQuery, &answer).await;
    assert_eq!(state["resp_code"], "23000001");
}

#[tokio::test]
async fn an_admin_decides_and_tells_again() {
    let merchant = Merchant::start().await;
    merchant_named(&merchant, '迟').await;
    let why = json!({"reason": "照片不清晰"});
    assert_eq!(merchant.admin("/onboardings/M2/pass", json!({})).await, 409);
    assert_eq!(
        merchant.admin("/onboardings/M1/forget", json!({})).await,
        404
    );
    assert_eq!(
        merchant.admin("/onboardings/M1/resend", json!({})).await,
        404
    );
    assert_eq!(merchant.admin("/onboardings/M1/refuse", why).await, 204);
    assert_eq!(merchant.admin("/onboardings/M1/pass", json!({})).await, 409);
    assert_eq!(
        merchant.admin("/onboardings/M1/resend", json!({})).await,
        204
    );
    let letters = merchant.received();
    assert_eq!(letters.len(), 2);
    assert_eq!(letters[1].data["audit_desc"], "照片不清晰");
    assert_eq!(letters[1].data["audit_status"], "N");
}

#[tokio::test]
async fn the_book_shows_reviews_and_nothing_personal() {
    let merchant = Merchant::start().await;
    let mut form = opening(&merchant, MERCHANT, "M1").await;
    form["cash_config"] = json!(cash_rules().to_string());
    merchant.call(operation(MERCHANT), &form).await;
    let url = format!("{}/admin", merchant.huifu.base_url);
    for path in [
        "book",
        "members",
        "onboardings",
        "onboardings/M1",
        "pictures",
    ] {
        let sent = merchant.client.get(format!("{url}/{path}")).send().await;
        let text = sent.unwrap().text().await.unwrap();
        for personal in [
            PERSON,
            "6222021234567890123",
            "110105199003070076",
            "13900000000",
        ] {
            assert!(!text.contains(personal), "{path}: {personal}");
        }
        assert!(
            text.contains("M1") || path == "members" || path == "pictures",
            "{path}"
        );
    }
}
