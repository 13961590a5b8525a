use serde_json::json;

use super::*;
use crate::huifu::request::NewEncashment;
use crate::money::Fen;
use crate::signing::SignatureError;
use crate::withdrawal::{CashType, Next, State as Stands};

fn asked() -> Encashment {
    Encashment::new(NewEncashment {
        req_date: "20261122".parse().unwrap(),
        req_seq_id: "A01KASGXE00000000000000000A".parse().unwrap(),
        cash_amt: Fen::new(10_000).unwrap(),
        huifu_id: "6666000021291985".parse().unwrap(),
        into_acct_date_type: CashType::T1,
        token_no: "10004053462".parse().unwrap(),
        acct_id: None,
        remark: None,
        notify_url: None,
    })
    .unwrap()
}

fn read<T: for<'a> serde::Deserialize<'a>>(json: &serde_json::Value) -> T {
    serde_json::from_str(&json.to_string()).unwrap()
}

fn answered(json: serde_json::Value) -> &'static str {
    Verdict::of_encashment(&Ok(read(&json)), &asked()).as_str()
}

fn found(json: serde_json::Value) -> &'static str {
    Verdict::of_query(&Ok(read(&json)), &asked().query()).as_str()
}

fn called(mut json: serde_json::Value) -> &'static str {
    json["req_seq_id"] = "A1".into();
    json["req_date"] = "20261122".into();
    Verdict::of_callback(&read(&json)).as_str()
}

#[test]
fn a_synchronous_answer_never_says_paid_and_refuses_only_in_known_words() {
    for (code, stat, verdict) in [
        ("00000000", "S", "submitted"),
        ("00000000", "P", "submitted"),
        ("00000000", "F", "refused"),
        ("00000000", "", "unknown"),
        ("00000000", "I", "unknown"),
        ("90000000", "F", "refused"),
        ("90000000", "", "refused"),
        ("90000000", "P", "unknown"),
        ("90000000", "S", "unknown"),
        ("90000000", "X", "unknown"),
        ("00000100", "P", "unknown"),
        ("20000000", "", "unknown"),
        ("20000000", "F", "unknown"),
        ("20000001", "", "unknown"),
        ("91111119", "F", "unknown"),
        ("98888888", "", "unknown"),
        ("99999999", "F", "unknown"),
        ("12345678", "F", "unknown"),
        ("", "F", "unknown"),
        ("23000001", "", "not_known"),
        ("20000004", "", "not_known"),
    ] {
        assert_eq!(
            answered(json!({"resp_code": code, "trans_stat": stat})),
            verdict,
            "{code} {stat}"
        );
    }
}

#[test]
fn an_answer_to_something_else_says_nothing() {
    for (field, value) in [
        ("req_seq_id", "A01KASGXE00000000000000000B"),
        ("req_date", "20261123"),
    ] {
        assert_eq!(
            answered(json!({"resp_code": "00000000", "trans_stat": "P", field: value})),
            "unknown"
        );
        assert_eq!(
            answered(json!({"resp_code": "90000000", field: value})),
            "unknown"
        );
    }
    for (field, value) in [
        ("org_req_seq_id", "A01KASGXE00000000000000000B"),
        ("org_req_date", "20261123"),
    ] {
        assert_eq!(
            found(json!({"resp_code": "00000000", "trans_status": "S", field: value})),
            "unknown"
        );
    }
    let echoed = json!({"resp_code": "00000000", "trans_stat": "P", "req_date": "20261122", "req_seq_id": "A01KASGXE00000000000000000A"});
    assert_eq!(answered(echoed), "submitted");
}

#[test]
fn an_answer_that_cannot_be_believed_says_nothing() {
    let unsigned = || EnvelopeError::Signature(SignatureError::MissingSignature);
    assert_eq!(
        Verdict::of_encashment(&Err(unsigned()), &asked()),
        Verdict::Unknown
    );
    assert_eq!(
        Verdict::of_query(&Err(unsigned()), &asked().query()),
        Verdict::Unknown
    );
}

#[test]
fn a_query_ends_a_withdrawal_only_by_its_state() {
    for (code, status, returned, verdict) in [
        ("00000000", "S", "", "paid"),
        ("00000000", "S", "N", "paid"),
        ("00000000", "F", "N", "failed"),
        ("00000000", "P", "", "submitted"),
        ("00000000", "S", "Y", "returned"),
        ("00000000", "F", "Y", "returned"),
        ("00000000", "P", "Y", "unknown"),
        ("00000000", "", "Y", "unknown"),
        ("00000000", "", "", "unknown"),
        ("00000000", "X", "", "unknown"),
        ("00000000", "S", "X", "unknown"),
        ("23000001", "", "", "not_known"),
        ("20000004", "F", "", "not_known"),
        // These refuse the question. The withdrawal may well be paid.
        ("10000000", "F", "", "unknown"),
        ("90000000", "", "", "unknown"),
        ("00000100", "P", "", "unknown"),
        ("99999999", "F", "", "unknown"),
    ] {
        let answer = json!({"resp_code": code, "trans_status": status, "re_exchange": returned});
        assert_eq!(found(answer), verdict, "{code} {status} {returned}");
    }
}

#[test]
fn an_accounting_callback_never_ends_a_withdrawal() {
    for trans in ["S", "F", "P", "", "X"] {
        for acct in ["S", "F", "P", "B", "", "X"] {
            let verdict =
                called(json!({"msg_type": "02", "trans_status": trans, "acct_status": acct}));
            let badly = trans == "F" || acct == "F" || acct == "B";
            assert_eq!(
                verdict,
                if badly { "noted" } else { "submitted" },
                "{trans} {acct}"
            );
        }
    }
}

#[test]
fn a_final_callback_ends_a_withdrawal_unless_it_contradicts_itself() {
    for (trans, acct, channel, verdict) in [
        ("S", "S", "S", "paid"),
        ("S", "", "", "paid"),
        ("S", "S", "P", "paid"),
        ("S", "B", "S", "unknown"),
        ("S", "F", "S", "unknown"),
        ("S", "S", "F", "unknown"),
        ("S", "X", "S", "unknown"),
        ("S", "S", "X", "unknown"),
        ("F", "B", "F", "failed"),
        ("F", "S", "F", "failed"),
        ("F", "F", "", "failed"),
        ("F", "S", "S", "unknown"),
        ("P", "S", "P", "submitted"),
        ("", "S", "S", "unknown"),
        ("X", "S", "S", "unknown"),
    ] {
        let callback = json!({"msg_type": "01", "trans_status": trans, "acct_status": acct, "channel_status": channel});
        assert_eq!(called(callback), verdict, "{trans} {acct} {channel}");
    }
    assert_eq!(
        called(json!({"msg_type": "03", "trans_status": "S"})),
        "unknown"
    );
    assert_eq!(called(json!({"trans_status": "S"})), "unknown");
}

#[test]
fn a_refusal_keeps_huifus_words_apart_from_our_reason() {
    let answer =
        read(&json!({"resp_code": "90000000", "resp_desc": "交易失败,出账失败,ACCT交易失败"}));
    let refusal = Refusal {
        reason: ReasonCode::InsufficientBalance,
        code: "90000000".to_owned(),
        words: "交易失败,出账失败,ACCT交易失败".to_owned(),
    };
    let verdict = Verdict::of_encashment(&Ok(answer), &asked());
    assert_eq!(verdict, Verdict::Refused(refusal));
    assert_eq!(verdict.transition(), Some(Transition::Refuse));
}

#[test]
fn nothing_that_is_not_known_leads_to_an_end() {
    for verdict in [Verdict::NotKnown, Verdict::Noted, Verdict::Unknown] {
        assert_eq!(verdict.transition(), None);
    }
    for (verdict, end) in [
        (Verdict::Paid, Stands::Paid),
        (Verdict::Submitted, Stands::Submitted),
    ] {
        let transition = verdict.transition().unwrap();
        assert_eq!(Stands::Dispatching.next(transition), Next::Moves(end));
    }
}
