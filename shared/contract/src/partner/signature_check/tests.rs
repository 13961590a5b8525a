use super::*;
use crate::partner::BodyError;
use crate::signing::fixtures::{key_set, noon, ours};
use crate::signing::partner;
use serde_json::{Value, json};

fn parse(body: &Value) -> Result<SignatureCheckRequest, BodyError> {
    SignatureCheckRequest::parse(body.to_string().as_bytes())
}

fn codes(body: &Value) -> Vec<&'static str> {
    let answer = parse(body).unwrap().explain(&key_set(&ours()), noon());
    answer.findings.iter().map(|finding| finding.code).collect()
}

fn form(timestamp: &str) -> Vec<(String, String)> {
    let mut form: Vec<(String, String)> = [
        ("partner_id", "shop"),
        ("key_id", "k1"),
        ("timestamp", timestamp),
        ("nonce", "n-1"),
        ("money", "1.00"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    let sign = partner::sign(&form, &ours()).unwrap();
    form.push(("sign".to_owned(), sign));
    form
}

fn posted(form: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish()
}

#[test]
fn a_form_is_asked_about_as_it_was_posted_or_field_by_field() {
    let form = form("20261122120000");
    assert_eq!(
        codes(&json!({ "kind": "form", "body": posted(&form) })),
        [""; 0]
    );
    let fields: serde_json::Map<String, Value> = form
        .iter()
        .map(|(name, value)| (name.clone(), value.clone().into()))
        .collect();
    assert_eq!(codes(&json!({ "kind": "form", "fields": fields })), [""; 0]);
    let asked = parse(&json!({ "kind": "form", "fields": fields })).unwrap();
    assert_eq!(asked.nonce.as_deref(), Some("n-1"));
    // A signature and a key that are named beside the form take the place of those in it.
    let other = json!({ "kind": "form", "fields": fields, "key_id": "k9" });
    assert_eq!(codes(&other), ["key_unknown", "other_key"]);
    let unsigned = json!({ "kind": "form", "body": "a=1" });
    assert_eq!(codes(&unsigned), ["signature_missing"]);
}

#[test]
fn a_stale_form_holds_and_would_not_be_taken() {
    let stale = json!({ "kind": "form", "body": posted(&form("20261122114959")) });
    let answer = parse(&stale).unwrap().explain(&key_set(&ours()), noon());
    assert!(answer.holds);
    assert_eq!(codes(&stale), ["clock_off"]);
}

#[test]
fn of_an_answer_only_our_own_fields_count() {
    let form = form("20261122114959");
    let query = format!("shop=1&{}", posted(&form));
    assert_eq!(codes(&json!({ "kind": "return", "body": query })), [""; 0]);
    assert_eq!(codes(&json!({ "kind": "notice", "body": query })), [""; 0]);
    assert_eq!(
        codes(&json!({ "kind": "form", "body": query })),
        ["field_left_out", "clock_off"]
    );
}

#[test]
fn a_call_is_asked_about_part_by_part() {
    let signature = ours().sign(b"GET\n/v1/events\n20261122120000\nn-1\n\n");
    let call = json!({
        "kind": "api", "method": "GET", "path": "/v1/events", "timestamp": "20261122120000",
        "nonce": "n-1", "signature": signature, "key_id": "k1",
    });
    assert_eq!(codes(&call), [""; 0]);
    let missing = |body: &Value| match parse(body) {
        Err(BodyError::Fields(problems)) => problems
            .into_iter()
            .map(|problem| problem.field)
            .collect::<Vec<_>>(),
        other => panic!("fields were missing: {other:?}"),
    };
    assert_eq!(
        missing(&json!({ "kind": "api" })),
        ["method", "path", "timestamp", "nonce", "signature"]
    );
    assert_eq!(missing(&json!({ "kind": "form" })), ["fields"]);
    assert_eq!(
        missing(&json!({ "kind": "form", "fields": { "money": 1 } })),
        ["fields"]
    );
    assert_eq!(
        missing(&json!({ "kind": "form", "body": "a=1&a=2" })),
        ["body"]
    );
    assert_eq!(
        missing(&json!({ "kind": "letter", "more": 1 })),
        ["more", "kind"]
    );
    let flood = "a=1&".repeat(4_000);
    assert_eq!(missing(&json!({ "kind": "form", "body": flood })), ["body"]);
}

#[test]
fn the_answer_on_the_wire_stays_as_it_is() {
    let asked = json!({ "kind": "form", "body": "a=1", "text": "a=1\n", "signature": "AAAA" });
    let answer = parse(&asked).unwrap().explain(&key_set(&ours()), noon());
    assert_eq!(
        serde_json::to_string(&answer).unwrap(),
        r#"{"holds":false,"text":"a=1","difference":{"at":3,"ours":"a=1","yours":"a=1\\n"},"findings":[{"code":"signature_length","reason":"签名长度与已登记的任何密钥都不符。","reason_en":"The signature is as long as those of none of the registered keys."}]}"#
    );
}
