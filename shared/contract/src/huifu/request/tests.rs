use super::*;
use crate::signing::huifu::reprint;

fn wanted() -> NewEncashment<'static> {
    NewEncashment {
        req_date: "20261122".parse().unwrap(),
        req_seq_id: "A01KASGXE00000000000000000A".parse().unwrap(),
        cash_amt: Fen::new(10_000).unwrap(),
        huifu_id: "6666000021291985".parse().unwrap(),
        into_acct_date_type: CashType::Dm,
        token_no: "10004053462".parse().unwrap(),
        acct_id: None,
        remark: None,
        notify_url: None,
    }
}

fn refused(wanted: NewEncashment<'_>) -> (&'static str, TextRule) {
    let error = Encashment::new(wanted).unwrap_err();
    (error.field, error.rule)
}

#[test]
fn requests_print_as_flat_strings_in_huifus_names() {
    let encashment = Encashment::new(NewEncashment {
        remark: Some("提现"),
        ..wanted()
    })
    .unwrap();
    assert_eq!(
        reprint(&serde_json::to_string(&encashment).unwrap()).unwrap(),
        r#"{"cash_amt":"100.00","huifu_id":"6666000021291985","into_acct_date_type":"DM","remark":"提现","req_date":"20261122","req_seq_id":"A01KASGXE00000000000000000A","token_no":"10004053462"}"#
    );
    assert_eq!(
        serde_json::to_string(&encashment.query()).unwrap(),
        r#"{"huifu_id":"6666000021291985","org_req_date":"20261122","org_req_seq_id":"A01KASGXE00000000000000000A"}"#
    );
}

#[test]
fn every_limit_is_checked_before_anything_is_sent() {
    assert_eq!(
        refused(NewEncashment {
            cash_amt: Fen::ZERO,
            ..wanted()
        }),
        ("cash_amt", TextRule::Positive)
    );
    let most = Fen::new(9_999_999_999_999).unwrap();
    assert!(
        Encashment::new(NewEncashment {
            cash_amt: most,
            ..wanted()
        })
        .is_ok()
    );
    let above = most.plus(Fen::new(1).unwrap()).unwrap();
    assert_eq!(
        refused(NewEncashment {
            cash_amt: above,
            ..wanted()
        }),
        ("cash_amt", TextRule::Length(14))
    );

    let (at, above) = ("字".repeat(100), "字".repeat(101));
    assert!(
        Encashment::new(NewEncashment {
            remark: Some(&at),
            ..wanted()
        })
        .is_ok()
    );
    assert_eq!(
        refused(NewEncashment {
            remark: Some(&above),
            ..wanted()
        }),
        ("remark", TextRule::Length(100))
    );
    assert_eq!(
        refused(NewEncashment {
            remark: Some("a\u{7f}"),
            ..wanted()
        }),
        ("remark", TextRule::NoControls)
    );
    assert_eq!(
        refused(NewEncashment {
            remark: Some(""),
            ..wanted()
        }),
        ("remark", TextRule::Length(100))
    );
    let (at, above) = ("F".repeat(32), "F".repeat(33));
    assert!(
        Encashment::new(NewEncashment {
            acct_id: Some(&at),
            ..wanted()
        })
        .is_ok()
    );
    assert_eq!(
        refused(NewEncashment {
            acct_id: Some(&above),
            ..wanted()
        }),
        ("acct_id", TextRule::Length(32))
    );
}

#[test]
fn a_callback_address_is_one_that_huifu_calls() {
    let url = |length: usize| format!("https://tixian.example/{}", "a".repeat(length - 23));
    let (at, above) = (url(128), url(129));
    for good in [
        &at,
        "https://a.example:8000/x",
        "https://a.example:9005/x",
        "http://127.0.0.1:41233/x",
    ] {
        assert!(
            Encashment::new(NewEncashment {
                notify_url: Some(good),
                ..wanted()
            })
            .is_ok(),
            "{good}"
        );
    }
    let over = refused(NewEncashment {
        notify_url: Some(&above),
        ..wanted()
    });
    assert_eq!(over, ("notify_url", TextRule::Length(128)));
    for bad in [
        "https://a.example/?x=1",
        "https://a.example/#x",
        "https://a.example:7999/",
        "https://a.example:9006/",
        "ftp://a.example/",
        "a.example",
    ] {
        let error = refused(NewEncashment {
            notify_url: Some(bad),
            ..wanted()
        });
        assert_eq!(error, ("notify_url", TextRule::CallbackUrl), "{bad}");
    }
}
