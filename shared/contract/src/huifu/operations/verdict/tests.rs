use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::application::Step;
use crate::huifu::envelope::EnvelopeError;
use crate::huifu::operations::{
    ApplicationStatusAnswer, OperationRequest, ReviewCallback, StepAnswer,
};
use crate::signing::SignatureError;

fn read<T: for<'a> serde::Deserialize<'a>>(json: &Value) -> T {
    serde_json::from_str(&json.to_string()).unwrap()
}

fn asked(huifu_id: Option<&str>) -> OperationRequest {
    let mut data = BTreeMap::from([
        ("req_seq_id", "A01KASGXE00000000000000000A".to_owned()),
        ("req_date", "20261124".to_owned()),
    ]);
    data.extend(huifu_id.map(|id| ("huifu_id", id.to_owned())));
    OperationRequest { path: "/", data }
}

fn base(json: Value) -> StepVerdict {
    StepVerdict::of_answer(Step::Base, &Ok(read(&json)), &asked(None))
}

fn business(json: Value) -> StepVerdict {
    StepVerdict::of_answer(Step::Business, &Ok(read(&json)), &asked(Some("6666")))
}

fn refusal(verdict: StepVerdict) -> StepRefusal {
    match verdict {
        StepVerdict::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_new_subject_is_done_with_its_number_and_in_review_with_an_apply_no() {
    for (answer, verdict) in [
        (json!({"resp_code": "00000000", "huifu_id": "6666"}), "done"),
        (
            json!({"resp_code": "00000000", "huifu_id": "6666", "token_no": "1"}),
            "done",
        ),
        (json!({"resp_code": "00000000"}), "unknown"),
        (
            json!({"resp_code": "00000000", "huifu_id": "66 66"}),
            "unknown",
        ),
        (
            json!({"resp_code": "00000000", "huifu_id": "6666", "apply_no": "7"}),
            "in_review",
        ),
        (
            json!({"resp_code": "00000000", "apply_no": "7", "token_no": "1"}),
            "in_review",
        ),
        (
            json!({"resp_code": "00000100", "apply_no": "7"}),
            "in_review",
        ),
        (json!({"resp_code": "00000100"}), "unknown"),
        // Adopters: what is looked at comes back as a restricted transaction with an apply_no.
        (
            json!({"resp_code": "90000000", "apply_no": "7"}),
            "in_review",
        ),
        (json!({"resp_code": "90000000"}), "refused"),
        (json!({"resp_code": "22000005", "apply_no": "7"}), "refused"),
    ] {
        assert_eq!(base(answer.clone()).as_str(), verdict, "{answer}");
    }
    let StepVerdict::InReview(review) = base(
        json!({"resp_code": "00000000", "huifu_id": "6666", "apply_no": "7", "token_no": "1"}),
    ) else {
        panic!("it is in review");
    };
    assert_eq!(review.apply_no, "7");
    assert_eq!(review.huifu_id.unwrap().as_str(), "6666");
    assert_eq!(review.token_no.unwrap().as_str(), "1");
}

#[test]
fn only_listed_codes_and_rules_refuse() {
    for code in [
        "00000001", "00000103", "00000106", "10000000", "20000003", "20000005", "22000004",
    ] {
        assert_eq!(
            base(json!({"resp_code": code})).as_str(),
            "refused",
            "{code}"
        );
    }
    for code in ["20001", "20003", "40001", "40002"] {
        assert_eq!(
            base(json!({"resp_code": code})).as_str(),
            "refused",
            "{code}"
        );
    }
    for code in [
        "", "20000000", "20000001", "20000004", "23000001", "90000001", "91111119", "98888888",
        "99999999", "12345678", "10000", "20000",
    ] {
        let answer = json!({"resp_code": code, "resp_desc": "系统错误，请稍后重试"});
        assert_eq!(base(answer).as_str(), "unknown", "{code}");
    }
    let words = "T1取现费率不能低于渠道商/上级商户费率底价1.00+AMT*0.00";
    let refused = refusal(base(json!({"resp_code": "99999999", "resp_desc": words})));
    assert_eq!(refused.reason, ApplicationReason::FeeBelowFloor);
    assert_eq!(
        (refused.code.as_str(), refused.words.as_str()),
        ("99999999", words)
    );
    // A duplicate is one whatever its words: the original must be asked about.
    let duplicate = json!({"resp_code": "20000000", "resp_desc": words});
    assert_eq!(base(duplicate).as_str(), "unknown");
}

#[test]
fn a_business_entry_is_done_when_each_part_of_it_is() {
    let parts = |list: Value| {
        json!({"resp_code": "00000000", "huifu_id": "6666", "token_no": "1", "apply_no": "7",
            "resp_business": list.to_string()})
    };
    let done = parts(json!([{"type": "1", "code": "S"}, {"type": "2", "code": "S"}]));
    let StepVerdict::Done(done) = business(done) else {
        panic!("the apply_no is only a receipt here");
    };
    assert_eq!(done.token_no.unwrap().as_str(), "1");
    assert_eq!(done.login, None);
    let unreadable = json!({"resp_code": "00000000", "resp_business": "[{"});
    assert_eq!(business(unreadable).as_str(), "unknown");
    let new_letter = parts(json!([{"type": "1", "code": "P"}]));
    assert_eq!(business(new_letter).as_str(), "unknown");
    for (part, msg, reason) in [
        ("1", "", ApplicationReason::CardRefused),
        ("1", "户名与证件号不匹配", ApplicationReason::CardMismatch),
        ("2", "配置失败", ApplicationReason::CashRulesRefused),
        (
            "2",
            "取现费率不能低于底价1.00",
            ApplicationReason::FeeBelowFloor,
        ),
        ("3", "", ApplicationReason::ConfigurationRefused),
    ] {
        let list = json!([{"type": "5", "code": "S"}, {"type": part, "code": "F", "msg": msg}]);
        let refused = refusal(business(parts(list)));
        assert_eq!(refused.reason, reason, "{part} {msg}");
    }
    // As itself, not as a string: one page of Huifu's says so.
    let native = json!({"resp_code": "00000000", "token_no": "1",
        "resp_business": [{"type": 1, "code": "S"}]});
    assert_eq!(business(native).as_str(), "done");
}

#[test]
fn a_business_entry_in_review_has_no_card_yet() {
    let answer = json!({"resp_code": "00000000", "apply_no": "7"});
    let StepVerdict::InReview(review) = business(answer) else {
        panic!("it is in review");
    };
    // Known from the question where the answer does not repeat it.
    assert_eq!(review.huifu_id.unwrap().as_str(), "6666");
    assert_eq!(review.token_no, None);
}

#[test]
fn an_answer_to_something_else_or_by_somebody_else_says_nothing() {
    for (field, value) in [
        ("req_seq_id", "A01KASGXE00000000000000000B"),
        ("req_date", "20261125"),
        ("huifu_id", "7777"),
    ] {
        for code in ["00000000", "10000000"] {
            let answer = json!({"resp_code": code, field: value});
            assert_eq!(business(answer).as_str(), "unknown", "{field} {code}");
        }
    }
    let unsigned = || EnvelopeError::Signature(SignatureError::MissingSignature);
    let verdict = StepVerdict::of_answer(Step::Base, &Err(unsigned()), &asked(None));
    assert_eq!(verdict, StepVerdict::Unknown);
    assert_eq!(
        ReviewVerdict::of_status_query(&Err(unsigned())),
        ReviewVerdict::Unknown
    );
}

#[test]
fn a_login_is_handed_on_and_never_printed() {
    let answer = json!({"resp_code": "00000000", "huifu_id": "6666", "login_name": "u1",
        "login_password": "S3cret!"});
    let parsed: StepAnswer = read(&answer);
    let verdict = base(answer);
    assert!(!format!("{parsed:?} {verdict:?}").contains("S3cret!"));
    let StepVerdict::Done(done) = verdict else {
        panic!("it is done");
    };
    let login = done.login.unwrap();
    assert_eq!(
        (login.name.as_deref(), login.password()),
        (Some("u1"), Some("S3cret!"))
    );
}

fn asked_about(json: Value) -> ReviewVerdict {
    ReviewVerdict::of_status_query(&Ok(read::<ApplicationStatusAnswer>(&json)))
}

#[test]
fn a_question_ends_a_review_only_by_its_status_and_the_parts_that_withdraw() {
    for (members, verdict) in [
        (json!({"apply_status": "Y", "huifu_id": "6666"}), "passed"),
        (json!({"apply_status": "P"}), "pending"),
        (json!({"apply_status": "N"}), "refused"),
        (json!({"apply_status": "F"}), "failed"),
        (json!({"apply_status": "X"}), "unknown"),
        (json!({}), "unknown"),
        (
            json!({"apply_status": "Y", "bind_card_status": "S", "cash_status": "S"}),
            "passed",
        ),
        (
            json!({"apply_status": "Y", "bind_card_status": "S", "cash_status": "P"}),
            "pending",
        ),
        (
            json!({"apply_status": "Y", "bind_card_status": "P", "cash_status": "F"}),
            "failed",
        ),
        (
            json!({"apply_status": "Y", "bind_card_status": "X"}),
            "unknown",
        ),
        (
            json!({"apply_status": "Y", "change_settle_state": "C"}),
            "failed",
        ),
        // What a withdrawal does not need may fail.
        (
            json!({"apply_status": "Y", "union_conf_status": "F", "settle_status": "F"}),
            "passed",
        ),
        (json!({"apply_status": "N", "cash_status": "S"}), "refused"),
    ] {
        let mut answer = members.clone();
        answer["resp_code"] = "00000000".into();
        assert_eq!(asked_about(answer.clone()).as_str(), verdict, "{members}");
        // These refuse the question, or leave it open.
        for code in ["10000000", "23000001", "99999999", "00000100", ""] {
            answer["resp_code"] = code.into();
            assert_eq!(asked_about(answer.clone()).as_str(), "unknown", "{code}");
        }
    }
    let answer = json!({"resp_code": "00000000", "apply_status": "N",
        "apply_reason": "营业执照照片不清晰"});
    let ReviewVerdict::Refused(refused) = asked_about(answer) else {
        panic!("it is refused");
    };
    assert_eq!(refused.reason, ApplicationReason::MaterialRefused);
    assert_eq!(refused.words, "营业执照照片不清晰");
    assert!(!format!("{refused:?}").contains("照片"));
}

fn called(mut json: Value) -> ReviewVerdict {
    json["req_seq_id"] = "A1".into();
    json["req_date"] = "20261124".into();
    ReviewVerdict::of_callback(&read::<ReviewCallback>(&json))
}

#[test]
fn a_merchants_callback_says_the_outcome_at_its_first_level() {
    for (members, verdict) in [
        (
            json!({"audit_status": "Y", "huifu_id": "6666", "token_no": "1"}),
            "passed",
        ),
        (
            json!({"audit_status": "Y", "sub_resp_code": "00000000"}),
            "passed",
        ),
        (
            json!({"audit_status": "Y", "sub_resp_code": "90000000"}),
            "unknown",
        ),
        (
            json!({"audit_status": "N", "sub_resp_code": "00000000"}),
            "refused",
        ),
        (json!({"audit_status": "F"}), "failed"),
        (json!({"audit_status": "P"}), "pending"),
        (json!({"audit_status": "C"}), "unknown"),
        (
            json!({"notify_type": "Z", "elec_acct_result": "{}"}),
            "unknown",
        ),
        (json!({}), "unknown"),
    ] {
        assert_eq!(called(members.clone()).as_str(), verdict, "{members}");
    }
    let passed = called(json!({"audit_status": "Y", "huifu_id": "6666", "token_no": "1"}));
    let wanted = ReviewVerdict::Passed {
        huifu_id: Some("6666".parse().unwrap()),
        token_no: Some("1".parse().unwrap()),
    };
    assert_eq!(passed, wanted);
}

#[test]
fn a_users_callback_says_it_in_a_string() {
    let user = |info: Value| {
        json!({"notify_type": "A", "huifu_id": "6666",
        "audit_info": info.to_string()})
    };
    for (info, verdict) in [
        (
            json!({"audit_status": "Y", "token_no": "1", "apply_no": "7"}),
            "passed",
        ),
        (json!({"audit_status": "P"}), "pending"),
        (
            json!({"audit_status": "N", "audit_desc": "不通过"}),
            "refused",
        ),
        (
            json!({"audit_status": "Y", "resp_business": [{"type": "1", "code": "S"}]}),
            "passed",
        ),
        (
            json!({"audit_status": "Y", "resp_business": [{"type": "2", "code": "F"}]}),
            "failed",
        ),
        (
            json!({"audit_status": "Y", "resp_business": [{"type": "2", "code": "X"}]}),
            "unknown",
        ),
        (json!({}), "unknown"),
    ] {
        assert_eq!(called(user(info.clone())).as_str(), verdict, "{info}");
    }
    assert_eq!(
        called(json!({"audit_info": "{", "audit_status": "Y"})).as_str(),
        "unknown"
    );
    let ReviewVerdict::Failed(failed) = called(user(
        json!({"audit_status": "Y", "resp_business": [{"type": "2", "code": "F"}]}),
    )) else {
        panic!("a part of it failed");
    };
    assert_eq!(failed.reason, ApplicationReason::CashRulesRefused);
}
