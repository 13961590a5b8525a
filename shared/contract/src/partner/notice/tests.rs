use super::*;
use crate::signing::SignatureError;
use crate::signing::fixtures::{key_set, noon, ours, theirs};
use crate::signing::partner::{VerifyError, signed_text};

fn seal(nonce: &str) -> Seal {
    Seal {
        partner_id: "p1".parse().unwrap(),
        key_id: "k1".parse().unwrap(),
        timestamp: WireTime::new(noon()),
        nonce: nonce.to_owned(),
    }
}

fn notice(outcome: Outcome, out_order_no: Option<&str>) -> Notice {
    Notice {
        third_party_user_id: "user-1".parse().unwrap(),
        htouhui_user_id: "8001".parse().unwrap(),
        money: Fen::new(10_000).unwrap(),
        outcome,
        order_id: "W01KASGXE00000000000000000A".parse().unwrap(),
        out_order_no: out_order_no.map(|text| text.parse().unwrap()),
        notice_id: "N01KASGXE00000000000000000B".parse().unwrap(),
        sequence: 1,
        fee: Fen::new(105).unwrap(),
        arrival_money: Fen::new(9_895).unwrap(),
        cash_type: CashType::T1,
        finished_at: noon(),
    }
}

#[test]
fn the_fields_of_a_notice_are_those_of_the_contract() {
    let form = notice(Outcome::Succeeded, Some("A-1")).form(&seal("n1"), &ours());
    assert_eq!(
        signed_text(&form).unwrap(),
        "arrival_money=98.95&cash_type=T1&fee=1.05&finished_at=20261122120000&htouhui_user_id=8001\
         &key_id=k1&money=100.00&nonce=n1&notice_id=N01KASGXE00000000000000000B\
         &order_id=W01KASGXE00000000000000000A&out_order_no=A-1&partner_id=p1&sequence=1\
         &sign_type=RSA2&status=1&third_party_user_id=user-1&timestamp=20261122120000&version=1.0"
    );
}

#[test]
fn what_we_post_is_what_a_partner_reads() {
    let keys = key_set(&ours());
    let outcomes = ReasonCode::ALL
        .map(Outcome::Failed)
        .into_iter()
        .chain([Outcome::Succeeded]);
    for outcome in outcomes {
        for out_order_no in [None, Some("A-1")] {
            let notice = notice(outcome, out_order_no);
            let body = notice.body(&seal("n1"), &ours());
            let form: Form = form_urlencoded::parse(body.as_bytes())
                .into_owned()
                .collect();
            assert_eq!(Notice::open(&form, &keys, noon()), Ok(notice));
        }
    }
}

#[test]
fn an_altered_notice_is_not_believed() {
    let form =
        notice(Outcome::Failed(ReasonCode::BankFailed), Some("A-1")).form(&seal("n1"), &ours());
    let mismatch = Err(OpenError::Verify(VerifyError::Signature(
        SignatureError::Mismatch,
    )));
    assert_eq!(Notice::open(&form, &key_set(&theirs()), noon()), mismatch);
    for at in 0..form.len() {
        let mut altered = form.clone();
        altered[at].1.push('0');
        assert!(
            Notice::open(&altered, &key_set(&ours()), noon()).is_err(),
            "{}",
            form[at].0
        );
    }
}

#[test]
fn only_200_and_success_mean_that_it_was_taken() {
    for body in ["success", "SUCCESS", " Success\r\n"] {
        assert!(is_taken(200, body.as_bytes()), "{body}");
    }
    for (status, body) in [
        (201, "success"),
        (500, "success"),
        (200, ""),
        (200, "\"success\""),
        (200, "success!"),
    ] {
        assert!(!is_taken(status, body.as_bytes()), "{status} {body}");
    }
}
