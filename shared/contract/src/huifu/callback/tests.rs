use super::*;
use crate::signing::fixtures::{ours, theirs};

fn form(resp_data: &str, sign: &str) -> Vec<(String, String)> {
    [
        ("resp_code", "10000"),
        ("sign", sign),
        ("resp_data", resp_data),
        ("resp_desc", "成功调用"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

fn open(resp_data: &str) -> Result<Callback, CallbackError> {
    let sign = theirs().sign(resp_data.as_bytes());
    CallbackForm::find(&form(resp_data, &sign))?.open(theirs().public())
}

#[test]
fn a_callback_is_read_after_its_signature_held() {
    let text = r#"{"req_seq_id":"A1","req_date":"20261122","msg_type":"01","trans_status":"S","cash_amt":100.00,"fee_amt":"1.05","new":true}"#;
    let callback = open(text).unwrap();
    assert_eq!(callback.msg_type(), Some(MsgType::Final));
    assert_eq!(callback.trans_status(), Some(TransStat::Success));
    assert_eq!(callback.cash_amt(), Some(Ok(Fen::new(10_000).unwrap())));
    assert_eq!(callback.fee_amt(), Some(Ok(Fen::new(105).unwrap())));
    assert_eq!(callback.acknowledgement(), "RECV_ORD_ID_A1");
}

#[test]
fn unsigned_altered_and_foreign_callbacks_are_not_taken() {
    let text = r#"{"req_seq_id":"A1","req_date":"20261122"}"#;
    let key = theirs();
    let refused = |form: &[(String, String)]| {
        CallbackForm::find(form)
            .unwrap()
            .open(key.public())
            .map(|_| ())
            .unwrap_err()
    };
    let sign = key.sign(text.as_bytes());
    assert!(matches!(
        refused(&form(text, "")),
        CallbackError::Signature(SignatureError::MissingSignature)
    ));
    assert!(matches!(
        refused(&form(text, &ours().sign(text.as_bytes()))),
        CallbackError::Signature(_)
    ));
    // Not printed again before it is verified: a space more is another text.
    assert!(matches!(
        refused(&form(&text.replace(':', ": "), &sign)),
        CallbackError::Signature(_)
    ));
}

#[test]
fn a_form_with_doubled_or_missing_fields_is_not_a_callback() {
    let good = form("{}", "AAAA");
    assert!(CallbackForm::find(&good).is_ok());
    assert!(CallbackForm::find(&good[..2]).is_err());
    for name in ["sign", "resp_data"] {
        let mut doubled = good.clone();
        doubled.push((name.to_owned(), "x".to_owned()));
        assert!(CallbackForm::find(&doubled).is_err(), "{name}");
    }
    assert!(CallbackForm::find(&form(&"x".repeat(20_000), "")).is_err());
}

#[test]
fn a_signed_callback_without_its_names_or_over_its_limits_is_unreadable() {
    let with_id = |length: usize| {
        format!(
            r#"{{"req_seq_id":"{}","req_date":"20261122"}}"#,
            "A".repeat(length)
        )
    };
    assert!(open(&with_id(128)).is_ok());
    for text in [
        &with_id(129),
        &with_id(0),
        "[]",
        r#"{"req_date":"20261122"}"#,
        r#"{"req_seq_id":"A1"}"#,
        r#"{"req_seq_id":null,"req_date":"20261122"}"#,
        r#"{"req_seq_id":"A1","req_date":"20261122","trans_status":"SUCCESS"}"#,
        r#"{"req_seq_id":"A1","req_seq_id":"A2","req_date":"20261122"}"#,
    ] {
        assert!(
            matches!(open(text), Err(CallbackError::Unreadable(_))),
            "{text}"
        );
    }
}
