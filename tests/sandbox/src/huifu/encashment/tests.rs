use super::*;
use crate::huifu::rule_r::members;
use serde_json::{Value, json};

fn good() -> Value {
    json!({
        "req_date": "20261122", "req_seq_id": "W1", "cash_amt": "100.00",
        "huifu_id": "6666000021291985", "into_acct_date_type": "T1", "token_no": "10004053462",
        "acct_id": "F21291985", "enchashment_channel": "00", "fee_type": "2", "remark": "备注",
        "notify_url": "http://127.0.0.1:1/huifu",
    })
}

fn read(value: &Value) -> Result<Request, BadField> {
    Request::read(&members(&value.to_string()).unwrap())
}

#[test]
fn a_full_request_is_read() {
    let request = read(&good()).unwrap();
    assert_eq!(request.cash_amt, Fen(10_000));
    assert_eq!(
        request.notify_url.as_deref(),
        Some("http://127.0.0.1:1/huifu")
    );
}

#[test]
fn each_required_field_is_missed_by_name() {
    let required = [
        "req_date",
        "req_seq_id",
        "cash_amt",
        "huifu_id",
        "into_acct_date_type",
        "token_no",
    ];
    for field in required {
        let mut request = good();
        request.as_object_mut().unwrap().remove(field);
        assert_eq!(read(&request).unwrap_err().field, field);
    }
}

#[test]
fn each_field_has_the_limit_of_its_table() {
    for (field, max) in [
        ("req_seq_id", 128),
        ("huifu_id", 32),
        ("token_no", 20),
        ("acct_id", 32),
        ("remark", 100),
    ] {
        let mut request = good();
        request[field] = json!("提".repeat(max));
        assert!(read(&request).is_ok(), "{field} of {max}");
        request[field] = json!("提".repeat(max + 1));
        assert_eq!(read(&request).unwrap_err().field, field);
    }
}

#[test]
fn malformed_values_are_refused() {
    for (field, value) in [
        ("req_date", json!("20261301")),
        ("cash_amt", json!("0.00")),
        ("cash_amt", json!("1")),
        ("cash_amt", json!("1.000")),
        ("cash_amt", json!("-1.00")),
        ("cash_amt", json!(100)),
        ("cash_amt", json!("123456789012.00")),
        ("into_acct_date_type", json!("T0")),
        ("enchashment_channel", json!("11")),
        ("fee_type", json!("3")),
        ("notify_url", json!("ftp://127.0.0.1/")),
        ("notify_url", json!("https://example.com/a?b=c")),
        ("notify_url", json!("https://example.com:9443/a")),
        (
            "notify_url",
            json!(format!("https://example.com/{}", "a".repeat(109))),
        ),
    ] {
        let mut request = good();
        request[field] = value.clone();
        assert_eq!(
            read(&request).map(drop).unwrap_err().field,
            field,
            "{value}"
        );
    }
}
