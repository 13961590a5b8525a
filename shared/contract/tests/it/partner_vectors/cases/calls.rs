//! Page calls, right and as people get them wrong.

use contract::signing::partner::signed_text;

use super::super::maker::{
    FUTURE, Maker, OUR_KEY, PARTNER_KEY, STALE, encoded, fields, page_call, with, with_sign,
    without,
};
use super::super::{Case, Field, bent};
use super::{Forms, MALFORMED, MISMATCH, OUT_OF_RANGE};

/// A query with everything that people are tempted to encode.
const RETURN_URL: &str =
    "https://shop.example/return?order=7&next=/a%20b%26c&plus=1+1&zh=%E6%8F%90";

/// In the order of their bytes.
const ODD_NAMES: [(&str, &str); 7] = [
    ("ab", "a small letter comes last"),
    ("aB", "behind a capital"),
    ("a1", "behind a digit"),
    ("a.1", "behind a full stop"),
    ("a-1", "behind a hyphen"),
    ("_a", "behind the underscore"),
    ("Zeta", "behind a capital at the beginning"),
];

/// To be signed by the partner, and one that has no signed text.
pub(super) fn right(maker: &Maker) -> Vec<Case> {
    let mut reversed = page_call();
    reversed.reverse();
    let optional = [
        ("out_order_no", "T20261122-1"),
        ("cash_type", "D1"),
        ("lang", "en"),
    ];
    let empty = [("key_id", ""), ("cash_type", ""), ("lang", "")];
    let chinese = ("remark", "提现到银行卡 🧧，备注：“工资”");
    let signs = ("remark", " a b+c=d%20 ~*'\"<>");
    let earlier = ("sign", "what+an+earlier+try+left==");
    let calls = [
        ("every required field", page_call()),
        ("the order of sending does not matter", reversed),
        ("optional fields", with(page_call(), &optional)),
        ("empty values are left out", with(page_call(), &empty)),
        (
            "& = + and % in a value stay as they are",
            with(page_call(), &[("return_url", RETURN_URL)]),
        ),
        (
            "unknown fields are signed, Chinese as UTF-8",
            with(page_call(), &[chinese]),
        ),
        (
            "a space, + and = in an unknown field",
            with(page_call(), &[signs]),
        ),
        ("names are sorted by bytes", with(page_call(), &ODD_NAMES)),
        ("sign itself is left out", with(page_call(), &[earlier])),
    ];
    let mut cases: Vec<Case> = calls
        .into_iter()
        .map(|(name, fields)| signed(maker, name, fields))
        .collect();
    let mut twice = page_call();
    twice.extend(fields(&[("money", "1.00")]));
    cases.push(Case::Sign {
        name: "page call: a repeated field has no text".to_owned(),
        fields: twice,
        result: "field_repeated".to_owned(),
        text: String::new(),
        sign: String::new(),
        body: String::new(),
    });
    cases
}

fn signed(maker: &Maker, name: &str, fields: Vec<Field>) -> Case {
    let signed = maker.signed(&without(fields.clone(), "sign"), PARTNER_KEY);
    Case::Sign {
        name: format!("page call: {name}"),
        result: "ok".to_owned(),
        text: signed_text(&fields).unwrap(),
        sign: signed.last().unwrap().1.clone(),
        body: encoded(&signed),
        fields,
    }
}

/// Intake refuses each with this code.
pub(super) fn wrong(maker: &Maker) -> Vec<Case> {
    let call = with(page_call(), &[("Zeta", "z"), ("remark", "提现 100%")]);
    let mut forms = Forms::of("partner", "call");
    changed(&mut forms, &maker.signed(&call, PARTNER_KEY));
    texts(&mut forms, maker, &call);
    signatures(&mut forms, maker, &call);
    unfit(&mut forms, maker, &call);
    forms.cases
}

/// After it was signed.
fn changed(forms: &mut Forms, good: &[Field]) {
    let change = |name, value| with(good.to_vec(), &[(name, value)]);
    let mut twice = good.to_vec();
    twice.extend(fields(&[("money", "100.00")]));
    forms.add("as it should be", good, "ok");
    forms.add("one other byte", &change("money", "100.01"), MISMATCH);
    let encoded_again = change("remark", "提现 100%25");
    forms.add("a value encoded once more", &encoded_again, MISMATCH);
    forms.add("a field added", &change("added", "1"), MISMATCH);
    let lost = without(good.to_vec(), "remark");
    forms.add("a field lost", &lost, MISMATCH);
    forms.add("a repeated field", &twice, "field_repeated");
    let unsigned = without(good.to_vec(), "sign");
    forms.add("no signature", &unsigned, "field_missing");
    forms.add_seen("a repeated nonce", good);
}

/// Signed well, over another text than ours.
fn texts(forms: &mut Forms, maker: &Maker, call: &[Field]) {
    let text = signed_text(call).unwrap();
    let over = |text: &str| maker.signed_over(call, text, PARTNER_KEY);
    let encoded = bent::url_encoded(call);
    forms.add("URL-encoded before signing", &over(&encoded), MISMATCH);
    let by_locale = bent::by_locale(call);
    forms.add("sorted by locale", &over(&by_locale), MISMATCH);
    forms.add("not sorted", &over(&bent::joined(call)), MISMATCH);
    let empty = with(call.to_vec(), &[("lang", "")]);
    let with_empty = maker.signed_over(&empty, &bent::with_empty(&empty), PARTNER_KEY);
    forms.add("an empty value signed", &with_empty, MISMATCH);
    let line = over(&format!("{text}\n"));
    forms.add("a line's end behind the text", &line, MISMATCH);
    let lines = maker.signed(&with(call.to_vec(), &[("remark", "一\n二")]), PARTNER_KEY);
    let crlf = with(lines, &[("remark", "一\r\n二")]);
    forms.add("signed with LF, sent with CRLF", &crlf, MISMATCH);
    let (before, after) = text.split_once("提现").unwrap();
    let in_gbk: [u8; 4] = [0xcc, 0xe1, 0xcf, 0xd6];
    let gbk = [before.as_bytes(), &in_gbk, after.as_bytes()].concat();
    let gbk = with_sign(call, &maker.key(PARTNER_KEY).sign(&gbk));
    forms.add("signed as GBK, sent as UTF-8", &gbk, MISMATCH);
}

/// Another signature than RSA2 with the partner's key, or another spelling of it.
fn signatures(forms: &mut Forms, maker: &Maker, call: &[Field]) {
    let text = signed_text(call).unwrap();
    let pem = maker.pem(PARTNER_KEY);
    let sign = maker.key(PARTNER_KEY).sign(text.as_bytes());
    let made = |sign: &str| with_sign(call, sign);
    let other = maker.signed(call, OUR_KEY);
    forms.add("signed with another key", &other, MISMATCH);
    let pss = made(&bent::pss(pem, &text));
    forms.add("PSS instead of PKCS#1 v1.5", &pss, MISMATCH);
    let sha1 = made(&bent::sha1(pem, &text));
    forms.add("SHA-1 instead of SHA-256", &sha1, MISMATCH);
    let url_safe = made(&sign.replace('+', "-").replace('/', "_"));
    forms.add("base64url", &url_safe, MALFORMED);
    let unpadded = made(sign.trim_end_matches('='));
    forms.add("Base64 without padding", &unpadded, MALFORMED);
    let spaced = made(&sign.replace('+', " "));
    forms.add("a + that became a space", &spaced, MALFORMED);
}

/// Signed well, and not to be taken.
fn unfit(forms: &mut Forms, maker: &Maker, call: &[Field]) {
    let signed = |name, value| maker.signed(&with(call.to_vec(), &[(name, value)]), PARTNER_KEY);
    let unknown = signed("key_id", "shop-9");
    forms.add("an unknown key_id", &unknown, "key_unknown");
    let foreign = signed("partner_id", "other-shop");
    forms.add("another partner", &foreign, "partner_unknown");
    forms.add("a stale clock", &signed("timestamp", STALE), OUT_OF_RANGE);
    forms.add("a clock ahead", &signed("timestamp", FUTURE), OUT_OF_RANGE);
}
