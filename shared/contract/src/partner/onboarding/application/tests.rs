use super::*;

use serde_json::json;

const SUBJECT: SubjectKind = SubjectKind::IndividualUser;

fn change(cash_rule: &Value) -> Value {
    json!({
        "application_no": "A-1",
        "htouhui_user_id": "20000000001",
        "notify_url": "https://shop.example/notify",
        "form": { "cash_config": [cash_rule] },
    })
}

fn rule() -> Value {
    json!({ "cash_type": "T1", "switch_state": "1", "fix_amt": "1.00" })
}

fn read(body: &Value, subject: Option<SubjectKind>) -> Result<ChangeRequest, Vec<FieldProblem>> {
    let body = body.to_string();
    let kind = ApplicationKind::CashRules;
    ChangeRequest::parse(body.as_bytes(), kind, subject, LoopbackHttp::Refused, None).map_err(
        |error| match error {
            BodyError::Fields(problems) => problems,
            BodyError::Malformed => panic!("it is an object"),
        },
    )
}

fn fields(problems: &[FieldProblem]) -> Vec<&str> {
    problems
        .iter()
        .map(|problem| problem.field.as_str())
        .collect()
}

#[test]
fn a_change_is_read_with_its_form() {
    let request = read(&change(&rule()), Some(SUBJECT)).unwrap();
    assert_eq!(request.application_no.as_str(), "A-1");
    assert_eq!(request.htouhui_user_id.as_str(), "20000000001");
    assert_eq!(request.form.cash_rules().len(), 1);
    let body = change(&rule()).to_string();
    assert_eq!(named_user(body.as_bytes()), Some(request.htouhui_user_id));
}

#[test]
fn the_body_and_the_form_in_it_are_judged_together() {
    let mut body = change(&json!({ "cash_type": "T1", "switch_state": "1", "fix_amt": "1" }));
    body["notify_url"] = json!("http://shop.example/notify");
    body["subject"] = json!("individual_user");
    let problems = read(&body, Some(SUBJECT)).unwrap_err();
    assert_eq!(
        fields(&problems),
        ["subject", "notify_url", "form.cash_config[0].fix_amt"]
    );
    let fee = &problems[2];
    assert_eq!(fee.source, "huifu-api.md §3.13");
    assert!(fee.rule.contains("two decimals") && fee.rule_zh.contains("两位小数"));
    assert_eq!(problems[1].source, "Tixian 1.0");
    assert_eq!(
        serde_json::to_string(fee).unwrap(),
        format!(
            r#"{{"field":"form.cash_config[0].fix_amt","code":"field_malformed","rule":"{}","rule_zh":"{}","source":"huifu-api.md §3.13"}}"#,
            fee.rule, fee.rule_zh
        )
    );
}

#[test]
fn without_knowing_the_user_the_rest_is_judged_and_nothing_is_a_request() {
    let mut body = change(&json!({ "cash_type": "X" }));
    assert_eq!(read(&body, None).unwrap_err(), []);
    body["application_no"] = json!("a&b=c");
    body["form"] = json!([]);
    assert_eq!(
        fields(&read(&body, None).unwrap_err()),
        ["application_no", "form"]
    );
    body["form"] = json!({});
    assert_eq!(
        fields(&read(&body, Some(SUBJECT)).unwrap_err()),
        ["application_no", "form.cash_config"]
    );
}

#[test]
fn an_opening_of_nobody_in_particular_is_refused_before_its_form_is_read() {
    let body = json!({ "subject": "company", "form": { "subject": {} } });
    let parsed = OpeningRequest::parse(body.to_string().as_bytes(), LoopbackHttp::Refused, None)
        .unwrap_err();
    let BodyError::Fields(problems) = parsed else {
        panic!("it is an object");
    };
    assert_eq!(
        fields(&problems),
        [
            "application_no",
            "subject",
            "third_party_user_id",
            "notify_url"
        ]
    );
    assert!(problems[1].rule.contains("enterprise_merchant"));
}
