use super::*;
use crate::signing::fixtures::{key_set, noon, ours, theirs};

const REQUEST: Signed<'_> = Signed {
    method: "POST",
    path_and_query: "/v1/withdrawals/query?x=1",
    body: b"{\"order_id\":\"W\"}\n",
};

fn signed(subject: Signed<'_>) -> Authorization {
    let key = ("k1".parse().unwrap(), &ours());
    Authorization::sign(
        subject,
        "p1".parse().unwrap(),
        WireTime::new(noon()),
        "n-1_A".to_owned(),
        key,
    )
}

#[test]
fn the_text_is_five_lines() {
    let text = REQUEST.text(WireTime::new(noon()), "n-1_A");
    assert_eq!(
        String::from_utf8(text).unwrap(),
        "POST\n/v1/withdrawals/query?x=1\n20261122120000\nn-1_A\n{\"order_id\":\"W\"}\n\n"
    );
}

#[test]
fn a_header_reads_back_and_verifies_only_what_was_signed() {
    let header = signed(REQUEST).to_string();
    let read: Authorization = header.parse().unwrap();
    assert_eq!(read, signed(REQUEST));
    let keys = key_set(&ours());
    assert_eq!(read.verify(REQUEST, &keys, noon()), Ok(()));
    for other in [
        Signed {
            method: "PUT",
            ..REQUEST
        },
        Signed {
            path_and_query: "/v1/withdrawals/query",
            ..REQUEST
        },
        Signed {
            body: b"",
            ..REQUEST
        },
    ] {
        assert_eq!(
            read.verify(other, &keys, noon()),
            Err(SignatureError::Mismatch)
        );
    }
    let mut stale = read.clone();
    stale.nonce = "n-2".to_owned();
    assert_eq!(
        stale.verify(REQUEST, &keys, noon()),
        Err(SignatureError::Mismatch)
    );
    assert_eq!(
        read.verify(REQUEST, &key_set(&theirs()), noon()),
        Err(SignatureError::Mismatch)
    );
}

#[test]
fn parameters_may_come_in_any_order_with_a_space() {
    let good = "TIXIAN-RSA2 nonce=\"n\", signature=\"AAAA\",timestamp=\"20261122120000\", \
                key_id=\"k\",partner_id=\"p\"";
    assert!(good.parse::<Authorization>().is_ok());
}

#[test]
fn anything_else_is_not_a_header() {
    let good = signed(REQUEST).to_string();
    let refused = |header: &str| header.parse::<Authorization>().unwrap_err();
    assert_eq!(refused(""), HeaderError::Scheme);
    assert_eq!(
        refused(&good.replace("TIXIAN", "tixian")),
        HeaderError::Scheme
    );
    assert_eq!(refused(&good.replace("RSA2 ", "RSA2")), HeaderError::Scheme);
    assert_eq!(
        refused(&format!("{good}{}", " ".repeat(2_000))),
        HeaderError::TooLong
    );
    assert_eq!(refused(&format!("{good},")), HeaderError::Malformed);
    assert_eq!(
        refused(&format!("{good},nonce=\"n\"")),
        HeaderError::Malformed
    );
    assert_eq!(
        refused(&format!("{good},realm=\"n\"")),
        HeaderError::Malformed
    );
    assert_eq!(refused(&good.replace(',', ";")), HeaderError::Malformed);
    assert_eq!(
        refused(&good.replace("nonce=\"n-1_A\",", "")),
        HeaderError::Missing("nonce")
    );
    assert_eq!(
        refused(&good.replace("n-1_A", "")),
        HeaderError::Missing("nonce")
    );
    assert_eq!(
        refused(&good.replace("n-1_A", "n 1")),
        HeaderError::Parameter("nonce")
    );
    assert_eq!(
        refused(&good.replace("n-1_A", &"n".repeat(33))),
        HeaderError::Parameter("nonce")
    );
    assert_eq!(
        refused(&good.replace("2026112212", "2026-11-22")),
        HeaderError::Parameter("timestamp")
    );
    assert_eq!(
        refused(&good.replace("\"p1\"", "\"p 1\"")),
        HeaderError::Parameter("partner_id")
    );
    assert_eq!(
        refused(&good.replace("signature=\"", "signature=\"!")),
        HeaderError::Parameter("signature")
    );
}
