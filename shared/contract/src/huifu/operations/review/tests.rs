use super::*;
use crate::signing::SignatureError;
use crate::signing::fixtures::{ours, theirs};

fn form(data: &str, sign: &str) -> Vec<(String, String)> {
    [
        ("resp_code", "10000"),
        ("sign", sign),
        ("data", data),
        ("resp_desc", "成功调用"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

fn open(data: &str) -> Result<ReviewCallback, CallbackError> {
    let sign = theirs().sign(data.as_bytes());
    ReviewForm::find(&form(data, &sign))?.open(theirs().public())
}

#[test]
fn a_callback_is_read_after_its_signature_held() {
    let text = r#"{"req_seq_id":"A1","req_date":"20261124","huifu_id":"6666","notify_type":"A","audit_info":"{\"audit_status\":\"Y\",\"token_no\":10004053462,\"resp_business\":[{\"type\":\"1\",\"code\":\"S\"}]}","new":true}"#;
    let callback = open(text).unwrap();
    assert_eq!(callback.acknowledgement(), "RECV_ORD_ID_A1");
    let audit = callback.audit().unwrap();
    assert_eq!(audit.token_no.as_deref(), Some("10004053462"));
    assert_eq!(audit.configs.len(), 1);
    assert!(!format!("{callback:?}").contains("10004053462"));
}

#[test]
fn unsigned_altered_and_foreign_callbacks_are_not_taken() {
    let text = r#"{"req_seq_id":"A1","req_date":"20261124"}"#;
    let refused = |text: &str, sign: &str| {
        let form = ReviewForm::find(&form(text, sign)).unwrap();
        form.open(theirs().public()).map(|_| ()).unwrap_err()
    };
    assert!(matches!(
        refused(text, ""),
        CallbackError::Signature(SignatureError::MissingSignature)
    ));
    let foreign = ours().sign(text.as_bytes());
    assert!(matches!(
        refused(text, &foreign),
        CallbackError::Signature(_)
    ));
    let sign = theirs().sign(text.as_bytes());
    let spaced = text.replace(':', ": ");
    assert!(matches!(
        refused(&spaced, &sign),
        CallbackError::Signature(_)
    ));
}

#[test]
fn a_form_without_its_data_or_with_a_field_twice_is_no_callback() {
    assert!(ReviewForm::find(&form("{}", "AAAA")).is_ok());
    // A withdrawal's has its text in another field.
    let withdrawal = [("resp_data".to_owned(), "{}".to_owned())];
    assert!(ReviewForm::find(&withdrawal).is_err());
    for name in ["sign", "data"] {
        let mut doubled = form("{}", "AAAA");
        doubled.push((name.to_owned(), "x".to_owned()));
        assert!(ReviewForm::find(&doubled).is_err(), "{name}");
    }
    assert!(ReviewForm::find(&form(&"x".repeat(64 * 1024 + 1), "")).is_err());
}

#[test]
fn a_signed_callback_without_its_names_or_over_its_limits_is_unreadable() {
    for text in [
        "[]",
        r#"{"req_date":"20261124"}"#,
        r#"{"req_seq_id":"A1"}"#,
        r#"{"req_seq_id":"","req_date":"20261124"}"#,
        r#"{"req_seq_id":"A1","req_date":"20261124","audit_status":"YY"}"#,
        r#"{"req_seq_id":"A1","req_date":"20261124","audit_info":1}"#,
        r#"{"req_seq_id":"A1","req_seq_id":"A2","req_date":"20261124"}"#,
    ] {
        assert!(
            matches!(open(text), Err(CallbackError::Unreadable(_))),
            "{text}"
        );
    }
    let nested = open(r#"{"req_seq_id":"A1","req_date":"20261124","audit_info":"{"}"#).unwrap();
    assert!(nested.audit().is_err());
}
