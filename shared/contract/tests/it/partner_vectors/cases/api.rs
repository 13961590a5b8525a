//! Calls of the JSON API, and answers to them.

use contract::signing::api::{Authorization, Signed};

use super::super::maker::{Maker, NOW, OUR_KEY, OUR_NEXT_KEY, PARTNER_KEY, STALE};
use super::super::{Case, bent};
use super::{MALFORMED, MISMATCH, OUT_OF_RANGE};

const QUERY: Signed<'_> = Signed {
    method: "POST",
    path_and_query: "/v1/withdrawals/query",
    body: br#"{"out_order_no":"T20261122-1"}"#,
};
const FEED: Signed<'_> = Signed {
    method: "GET",
    path_and_query: "/v1/events?after=0&limit=100",
    body: b"",
};
const NONCE: &str = "feedfacefeedfacefeedfacefeedface";
const PAID: &str = r#"{"order_id":"W01KASGXE00000000000000000A","state":"paid","money":"100.00"}"#;
const UNKNOWN: &str = r#"{"code":"order_unknown","title_zh":"提现订单不存在。"}"#;

/// To be signed by the partner.
pub(super) fn requests(maker: &Maker) -> Vec<Case> {
    let chinese = "{\"out_order_no\":\"T1\",\n \"remark\":\"提现\"}\n";
    let chinese = Signed {
        body: chinese.as_bytes(),
        ..QUERY
    };
    let calls = [
        ("a query", QUERY),
        ("a path with a query, and no body", FEED),
        ("a body with Chinese and line ends", chinese),
    ];
    let requests = calls.iter().map(|(name, signed)| {
        let header = maker.authorization(*signed, (NOW, NONCE), PARTNER_KEY);
        let text = signed.text(header.timestamp, &header.nonce);
        Case::Request {
            name: format!("request: {name}"),
            method: signed.method.to_owned(),
            path: signed.path_and_query.to_owned(),
            timestamp: NOW.to_owned(),
            nonce: NONCE.to_owned(),
            body: utf8(signed.body),
            text: utf8(&text),
            authorization: header.to_string(),
        }
    });
    requests.collect()
}

fn utf8(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Our answer with this body.
fn to(body: &'static str) -> Signed<'static> {
    Signed {
        body: body.as_bytes(),
        ..QUERY
    }
}

/// To be verified by the partner.
pub(super) fn answers(maker: &Maker) -> Vec<Case> {
    let by = |body, key| maker.authorization(to(body), (NOW, NONCE), key);
    let good = by(PAID, OUR_KEY).to_string();
    let spaced = good.replace(',', ", ");
    let mut answers = vec![
        answer("a state", PAID, good.clone(), "ok"),
        answer("a problem", UNKNOWN, by(UNKNOWN, OUR_KEY).to_string(), "ok"),
        answer(
            "our next key",
            PAID,
            by(PAID, OUR_NEXT_KEY).to_string(),
            "ok",
        ),
        answer("a space after each comma", PAID, spaced, "ok"),
        answer("another body", UNKNOWN, good, MISMATCH),
    ];
    answers.extend(meant_for_others(maker));
    answers.extend(signed_otherwise(maker, &by(PAID, OUR_KEY)));
    answers
}

fn meant_for_others(maker: &Maker) -> Vec<Case> {
    let good = maker.authorization(to(PAID), (NOW, NONCE), OUR_KEY);
    let other_question = maker.authorization(to(PAID), (NOW, "another"), OUR_KEY);
    let stale = maker.authorization(to(PAID), (STALE, NONCE), OUR_KEY);
    let other_path = Signed {
        path_and_query: "/v1/quotes",
        ..to(PAID)
    };
    let other_path = maker.authorization(other_path, (NOW, NONCE), OUR_KEY);
    let unknown = Authorization {
        key_id: "tixian-9".parse().unwrap(),
        ..good.clone()
    };
    let foreign = Authorization {
        partner_id: "other-shop".parse().unwrap(),
        ..good
    };
    let cases = [
        ("to another question", other_question, MISMATCH),
        ("for another path", other_path, MISMATCH),
        ("an unknown key_id", unknown, "key_unknown"),
        ("for another partner", foreign, "partner_unknown"),
        ("a stale clock", stale, OUT_OF_RANGE),
    ];
    let cases = cases
        .iter()
        .map(|(name, header, result)| answer(name, PAID, header.to_string(), result));
    cases.collect()
}

fn signed_otherwise(maker: &Maker, good: &Authorization) -> Vec<Case> {
    let (key, pem) = (maker.key(OUR_KEY), maker.pem(OUR_KEY));
    let text = utf8(&to(PAID).text(good.timestamp, NONCE));
    let by_partner = maker.key(PARTNER_KEY).sign(text.as_bytes());
    let unended = key.sign(text.trim_end().as_bytes());
    let crlf = key.sign(text.replace('\n', "\r\n").as_bytes());
    let url_safe = good.signature.replace('+', "-").replace('/', "_");
    let other_scheme = good.to_string().replace("TIXIAN-RSA2", "Bearer");
    let signatures = [
        ("signed by a partner", by_partner, MISMATCH),
        ("without the last line's end", unended, MISMATCH),
        ("CRLF", crlf, MISMATCH),
        ("PSS", bent::pss(pem, &text), MISMATCH),
        ("SHA-1", bent::sha1(pem, &text), MISMATCH),
        ("base64url", url_safe, MALFORMED),
    ];
    let cases = signatures.into_iter().map(|(name, signature, result)| {
        let header = Authorization {
            signature,
            ..good.clone()
        };
        answer(name, PAID, header.to_string(), result)
    });
    let scheme = answer("another scheme", PAID, other_scheme, MALFORMED);
    cases.chain([scheme]).collect()
}

fn answer(name: &str, body: &str, authorization: String, result: &str) -> Case {
    Case::Answer {
        name: format!("answer: {name}"),
        keys: "platform".to_owned(),
        method: QUERY.method.to_owned(),
        path: QUERY.path_and_query.to_owned(),
        nonce: NONCE.to_owned(),
        body: body.to_owned(),
        authorization,
        result: result.to_owned(),
    }
}
