//! Faults of onboarding: what the caller sees, and what the register knows.

use crate::applicant::{CARD_NO, PERSON, PNG, entry, opened_user, opening, operation, upload};
use crate::eventually::eventually;
use crate::merchant::{DATE, Merchant, Received, envelope, huifu_public_key, verified};
use sandbox::Fen;
use sandbox::huifu::{Fault, Operation, PaymentStatus, ReviewPlan, Selector, SubjectKind};
use serde_json::{Value, json};

const PASSES: Fault = Fault::Review {
    plan: ReviewPlan::Passes,
};

/// A user that may enter; its huifu_id.
async fn base(merchant: &Merchant) -> String {
    let form = opening(merchant, SubjectKind::IndividualUser, "BASE").await;
    let answer = merchant.call(Operation::UserIndv, &form).await;
    answer["huifu_id"].as_str().unwrap().to_owned()
}

fn next_entry(merchant: &Merchant, faults: &[Fault]) {
    let selector = Selector::operation(Operation::UserBusiOpen);
    merchant.huifu.set_fault(selector, faults, Some(1));
}

async fn raw(merchant: &Merchant, form: &Value) -> Result<String, reqwest::Error> {
    let path = Operation::UserBusiOpen.path();
    let answer = merchant.send_to(path, &envelope(form)).await?;
    answer.text().await
}

/// The caller learns nothing; afterwards the repeat and the query tell what happened.
async fn check_lost_answer(fault: Fault, executions: u32) {
    let merchant = Merchant::start().await;
    let huifu_id = base(&merchant).await;
    next_entry(&merchant, &[fault]);
    let form = entry(&merchant, &huifu_id, "ENTRY");
    let answer = raw(&merchant, &form).await;
    let proof = answer.ok().and_then(|body| {
        let body = Some(body).filter(|body| !body.is_empty())?;
        verified(&body)
    });
    assert_eq!(proof, None);
    let book = merchant.huifu.book();
    assert_eq!(book.onboarding_executions(&["ENTRY"]), executions);
    let asked = json!({"req_seq_id": "Q1", "req_date": DATE, "huifu_id": huifu_id});
    let found = merchant.call(Operation::UserQuery, &asked).await;
    let cards: Vec<Value> =
        serde_json::from_str(found["qry_cash_card_info_list"].as_str().unwrap()).unwrap();
    assert_eq!(cards.len(), executions as usize);
    let repeat = verified(&raw(&merchant, &form).await.unwrap()).unwrap();
    let code = if executions == 0 {
        "00000000"
    } else {
        "20000000"
    };
    assert_eq!(repeat["resp_code"], code);
    let book = merchant.huifu.book();
    assert_eq!(book.onboarding("ENTRY").unwrap().requests, 2);
    assert_eq!(book.onboarding_executions(&["ENTRY"]), 1);
    assert_eq!(book.audit(), Vec::<String>::new());
}

#[tokio::test]
async fn timeout_after_doing() {
    check_lost_answer(Fault::TimeoutAfterPaying, 1).await;
}

#[tokio::test]
async fn timeout_without_doing() {
    check_lost_answer(Fault::TimeoutWithoutPaying, 0).await;
}

#[tokio::test]
async fn cut_answer() {
    check_lost_answer(Fault::CutAnswer, 1).await;
}

#[tokio::test]
async fn cut_before_reading() {
    check_lost_answer(Fault::CutBeforeReading, 0).await;
}

#[tokio::test]
async fn wrong_signature() {
    check_lost_answer(Fault::WrongSignature, 1).await;
}

#[tokio::test]
async fn no_signature() {
    check_lost_answer(Fault::NoSignature, 1).await;
}

#[tokio::test]
async fn server_errors_before_and_after_doing() {
    for (http_status, paid) in [(502, true), (502, false), (911, false)] {
        let fault = Fault::ServerError { http_status, paid };
        check_lost_answer(fault, u32::from(paid)).await;
    }
}

#[tokio::test]
async fn many_at_once_with_one_serial_are_done_once() {
    let merchant = Merchant::start().await;
    let form = opening(&merchant, SubjectKind::IndividualMerchant, "M1").await;
    let operation = operation(SubjectKind::IndividualMerchant);
    let answers = tokio::join!(
        merchant.call(operation, &form),
        merchant.call(operation, &form),
        merchant.call(operation, &form),
    );
    let codes = [&answers.0, &answers.1, &answers.2].map(|one| &one["resp_code"]);
    assert_eq!(codes.iter().filter(|code| **code == "00000000").count(), 1);
    assert_eq!(codes.iter().filter(|code| **code == "20000000").count(), 2);
    assert_eq!(merchant.huifu.book().onboarding_executions(&["M1"]), 1);
}

#[tokio::test]
async fn refusals_carry_the_words_they_are_given() {
    let merchant = Merchant::start().await;
    let huifu_id = base(&merchant).await;
    let refusal = Fault::RefuseWith {
        resp_code: "99999999".into(),
        resp_desc: "系统异常".into(),
    };
    next_entry(&merchant, &[refusal]);
    let form = entry(&merchant, &huifu_id, "ENTRY");
    let answer = merchant.call(Operation::UserBusiOpen, &form).await;
    assert_eq!(answer["resp_code"], "99999999");
    assert_eq!(answer["resp_desc"], "系统异常");
    let onboarding = merchant.huifu.onboarding("ENTRY").unwrap();
    assert_eq!(
        (onboarding.executions, onboarding.resp_code.as_str()),
        (0, "99999999")
    );
}

#[tokio::test]
async fn mismatches_hit_the_card_and_the_person_they_are_set_for() {
    let merchant = Merchant::start().await;
    let stranger = Selector::subject(Operation::UserIndv, "李四");
    merchant
        .huifu
        .set_fault(stranger, &[Fault::IdentityMismatch], None);
    let huifu_id = base(&merchant).await;
    let mut form = opening(&merchant, SubjectKind::IndividualUser, "BASE2").await;
    form["name"] = json!("李四");
    let answer = merchant.call(Operation::UserIndv, &form).await;
    assert_eq!(answer["resp_code"], "90000000");
    let card = |tail: &str| Selector {
        card_tail: Some(tail.into()),
        ..Selector::subject(Operation::UserBusiOpen, PERSON)
    };
    merchant
        .huifu
        .set_fault(card("9999"), &[Fault::CardMismatch], None);
    merchant
        .huifu
        .set_fault(card(&CARD_NO[15..]), &[Fault::CardMismatch], Some(1));
    let form = entry(&merchant, &huifu_id, "ENTRY");
    let answer = merchant.call(Operation::UserBusiOpen, &form).await;
    assert_eq!(answer["resp_code"], "22000005");
    let answer = merchant.call(Operation::UserBusiOpen, &form).await;
    assert_eq!(answer["resp_code"], "00000000");
}

/// Enters with these faults, and waits for so many callbacks.
async fn told(merchant: &Merchant, faults: &[Fault], callbacks: usize) -> Vec<Received> {
    let huifu_id = base(merchant).await;
    next_entry(merchant, faults);
    let form = entry(merchant, &huifu_id, "ENTRY");
    let answer = merchant.call(Operation::UserBusiOpen, &form).await;
    assert_eq!(answer["resp_code"], "00000000", "{answer}");
    eventually("the callbacks", || {
        (merchant.received().len() >= callbacks).then_some(())
    })
    .await;
    merchant.received()
}

fn info(callback: &Received) -> Value {
    serde_json::from_str(callback.data["audit_info"].as_str().unwrap()).unwrap()
}

fn holds(callback: &Received) -> bool {
    callback
        .sign
        .as_deref()
        .is_some_and(|sign| huifu_public_key().verifies(callback.resp_data.as_bytes(), sign))
}

#[tokio::test]
async fn duplicate_callbacks() {
    let merchant = Merchant::start().await;
    let duplicates = Fault::DuplicateCallbacks { n: 3 };
    let callbacks = told(&merchant, &[PASSES, duplicates], 3).await;
    assert!(
        callbacks
            .iter()
            .all(|one| one.resp_data == callbacks[0].resp_data)
    );
}

#[tokio::test]
async fn callback_before_the_answer() {
    let merchant = Merchant::start().await;
    let huifu_id = base(&merchant).await;
    next_entry(&merchant, &[PASSES, Fault::CallbackBeforeAnswer]);
    let form = entry(&merchant, &huifu_id, "ENTRY");
    let answer = merchant.call(Operation::UserBusiOpen, &form).await;
    assert!(
        answer.get("token_no").is_none(),
        "the answer is as old as it is"
    );
    assert_eq!(info(&merchant.received()[0])["audit_status"], "Y");
}

#[tokio::test]
async fn foreign_application_and_foreign_member_in_callback() {
    let merchant = Merchant::start().await;
    let callbacks = told(&merchant, &[PASSES, Fault::ForeignOrderInCallback], 1).await;
    assert!(holds(&callbacks[0]));
    assert_eq!(callbacks[0].data["req_seq_id"], "XENTRY");
    let onboarding = merchant.huifu.onboarding("ENTRY").unwrap();
    assert_ne!(
        info(&callbacks[0])["apply_no"],
        onboarding.apply_no.unwrap()
    );

    let merchant = Merchant::start().await;
    let callbacks = told(&merchant, &[PASSES, Fault::ForeignMemberInCallback], 1).await;
    assert!(holds(&callbacks[0]));
    assert_eq!(callbacks[0].data["req_seq_id"], "ENTRY");
    let huifu_id = callbacks[0].data["huifu_id"].as_str().unwrap();
    assert!(merchant.huifu.member(huifu_id).is_none());
}

#[tokio::test]
async fn unsigned_and_altered_callbacks() {
    let merchant = Merchant::start().await;
    let callbacks = told(&merchant, &[PASSES, Fault::UnsignedCallback], 1).await;
    assert_eq!(callbacks[0].sign, None);

    let merchant = Merchant::start().await;
    let callbacks = told(&merchant, &[PASSES, Fault::AlteredCallback], 1).await;
    assert!(callbacks[0].sign.is_some() && !holds(&callbacks[0]));
    assert_eq!(
        info(&callbacks[0])["audit_status"],
        "N",
        "altered is what it says"
    );
}

#[tokio::test]
async fn contradicting_callbacks_leave_the_register_at_passed() {
    let merchant = Merchant::start().await;
    let callbacks = told(&merchant, &[PASSES, Fault::ContradictingFinal], 2).await;
    let said: Vec<Value> = callbacks
        .iter()
        .map(|one| info(one)["audit_status"].clone())
        .collect();
    assert_eq!(said, ["Y", "N"]);
    assert!(holds(&callbacks[1]));
    assert!(
        merchant
            .huifu
            .onboarding("ENTRY")
            .unwrap()
            .token_no
            .is_some()
    );
}

#[tokio::test]
async fn no_callback_although_it_has_passed() {
    let merchant = Merchant::start().await;
    told(&merchant, &[PASSES, Fault::NoCallback], 0).await;
    let passed = || merchant.huifu.onboarding("ENTRY")?.token_no;
    eventually("the review to pass silently", passed).await;
    assert!(merchant.received().is_empty());
}

#[tokio::test]
async fn what_is_in_force_at_once_may_be_told_besides() {
    let merchant = Merchant::start().await;
    let callbacks = told(&merchant, &[Fault::NoticeThoughInstant], 1).await;
    let onboarding = merchant.huifu.onboarding("ENTRY").unwrap();
    assert_eq!(
        info(&callbacks[0])["token_no"],
        onboarding.token_no.unwrap()
    );
    assert_eq!(onboarding.review, None);
}

#[tokio::test]
async fn pictures_fail_too() {
    let merchant = Merchant::start().await;
    let selector = Selector::operation(Operation::Picture);
    let refusal = Fault::Refuse {
        resp_code: "98888888".into(),
    };
    merchant
        .huifu
        .set_fault(selector.clone(), &[refusal], Some(1));
    assert_eq!(upload(&merchant, PNG, None).await["resp_code"], "98888888");
    assert!(merchant.huifu.pictures().is_empty());
    let error = Fault::ServerError {
        http_status: 500,
        paid: true,
    };
    merchant.huifu.set_fault(selector, &[error], Some(1));
    let sent = crate::applicant::send_upload(&merchant, PNG, None, crate::merchant::HUIFU_ID);
    assert_eq!(sent.await.status().as_u16(), 500);
    assert_eq!(merchant.huifu.pictures().len(), 1);
}

#[tokio::test]
async fn queries_fail_when_told_to() {
    let merchant = Merchant::start().await;
    let (huifu_id, _) = opened_user(&merchant).await;
    for operation in [
        Operation::UserQuery,
        Operation::Balance,
        Operation::DmQuota,
        Operation::UserApplyQuery,
    ] {
        let refusal = Fault::Refuse {
            resp_code: "91111119".into(),
        };
        let selector = Selector {
            huifu_id: Some(huifu_id.clone()),
            ..Selector::operation(operation)
        };
        merchant.huifu.set_fault(selector, &[refusal], Some(1));
        let asked = json!({"req_seq_id": "Q1", "req_date": DATE, "huifu_id": huifu_id,
            "apply_no": "1"});
        let answer = merchant.call(operation, &asked).await;
        assert_eq!(answer["resp_code"], "91111119");
        let answer = merchant.call(operation, &asked).await;
        assert_ne!(answer["resp_code"], "91111119");
    }
}

#[tokio::test]
async fn a_withdrawals_fault_leaves_onboarding_alone() {
    let merchant = Merchant::start().await;
    merchant.huifu.fail_next(1, Fault::TimeoutWithoutPaying);
    opened_user(&merchant).await;
    let rule = json!({"match": {"operation": "user_busi_modify", "subject": PERSON},
        "faults": [{"fault": "review", "plan": "late"}], "times": 1});
    assert_eq!(merchant.admin("/faults", rule).await, 204);
}

#[tokio::test]
async fn a_bank_return_comes_later() {
    let merchant = Merchant::start().await;
    let amount = sandbox::huifu::magic_amounts()
        .into_iter()
        .find(|(_, fault)| *fault == Fault::BankReturnLater);
    let (amount, _) = amount.unwrap();
    let before = merchant.huifu.book().balance(crate::merchant::HUIFU_ID);
    merchant.withdraw("W1", &amount.to_string()).await;
    let returned = || {
        let book = merchant.huifu.book();
        book.payment("W1").filter(|one| one.re_exchange).cloned()
    };
    let payment = eventually("the bank return", returned).await;
    assert_eq!(payment.status, PaymentStatus::Succeeded);
    assert_eq!(payment.outstanding(), Fen(0));
    assert_eq!(
        merchant.huifu.book().balance(crate::merchant::HUIFU_ID),
        before
    );
    assert_eq!(merchant.query("W1").await["re_exchange"], "Y");
    merchant.audit("W1", 1);
}
