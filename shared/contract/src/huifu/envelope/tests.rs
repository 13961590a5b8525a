use super::*;
use crate::huifu::answer::EncashmentAnswer;
use crate::signing::fixtures::{ours, theirs};

fn answered(data: &str, sign: &str) -> Result<EncashmentAnswer, EnvelopeError> {
    open(
        &format!("{{\"sign\":\"{sign}\",\"data\":{data}}}"),
        theirs().public(),
    )
}

#[test]
fn the_data_that_leaves_is_the_text_that_was_signed() {
    let caller = Caller {
        sys_id: "6666".to_owned(),
        product_id: "YYZY".to_owned(),
    };
    let body = seal(
        &serde_json::json!({"b": "提现", "a": null, "A": "1"}),
        &caller,
        &ours(),
    );
    let sign = ours().sign(r#"{"A":"1","b":"提现"}"#.as_bytes());
    assert_eq!(
        body,
        format!(
            r#"{{"sys_id":"6666","product_id":"YYZY","sign":"{sign}","data":{{"A":"1","b":"提现"}}}}"#
        )
    );
}

#[test]
fn a_signed_answer_is_read_and_unknown_fields_are_ignored() {
    let data = r#"{"resp_code":"00000000","trans_stat":"P","acct_id":null,"hf_seq_id":"","new":{"x":[1]}}"#;
    let answer = answered(data, &theirs().sign(data.as_bytes())).unwrap();
    assert_eq!(answer.trans_stat.as_deref(), Some("P"));
    assert_eq!((answer.acct_id, answer.hf_seq_id), (None, None));
}

#[test]
fn an_answer_without_huifus_signature_is_not_an_answer() {
    let data = r#"{"resp_code":"10000000"}"#;
    let unsigned: Result<EncashmentAnswer, _> =
        open(&format!("{{\"data\":{data}}}"), theirs().public());
    assert!(matches!(
        unsigned,
        Err(EnvelopeError::Signature(SignatureError::MissingSignature))
    ));
    let by_us = answered(data, &ours().sign(data.as_bytes()));
    assert!(matches!(
        by_us,
        Err(EnvelopeError::Signature(SignatureError::Mismatch))
    ));
    for body in ["", "null", "<html>", "{}", r#"{"data":1,"data":2}"#] {
        let read: Result<EncashmentAnswer, _> = open(body, theirs().public());
        assert!(matches!(read, Err(EnvelopeError::Unreadable(_))), "{body}");
    }
}

#[test]
fn fields_over_huifus_limits_or_of_another_kind_are_unreadable() {
    let read = |data: &str| answered(data, &theirs().sign(data.as_bytes()));
    let with_desc = |length: usize| format!(r#"{{"resp_desc":"{}"}}"#, "字".repeat(length));
    assert!(read(&with_desc(512)).is_ok());
    for data in [
        &with_desc(513),
        r#"{"trans_stat":"SS"}"#,
        r#"{"trans_stat":{}}"#,
        r#"{"trans_stat":true}"#,
        r#"{"trans_stat":"S","trans_stat":"F"}"#,
    ] {
        assert!(
            matches!(read(data), Err(EnvelopeError::Unreadable(_))),
            "{data}"
        );
    }
    assert_eq!(
        read(r#"{"resp_code":10000000}"#)
            .unwrap()
            .resp_code
            .as_deref(),
        Some("10000000")
    );
}

#[test]
fn a_picture_may_be_answered_without_a_signature_but_not_with_a_wrong_one() {
    let data = r#"{"resp_code":"00000000"}"#;
    let key = theirs();
    let read = |body: &str| open_even_unsigned::<EncashmentAnswer>(body, key.public());
    let unsigned = read(&format!("{{\"data\":{data}}}")).unwrap();
    assert_eq!(unsigned.resp_code.as_deref(), Some("00000000"));
    let signed = |sign: &str| format!("{{\"sign\":\"{sign}\",\"data\":{data}}}");
    assert!(read(&signed(&theirs().sign(data.as_bytes()))).is_ok());
    assert!(matches!(
        read(&signed(&ours().sign(data.as_bytes()))),
        Err(EnvelopeError::Signature(SignatureError::Mismatch))
    ));
}
