use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rsa::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};

use super::*;
use crate::signing::fixtures::{noon, ours, pem, registered, theirs};
use crate::signing::keys::PrivateKey;

fn form() -> Vec<(String, String)> {
    [
        ("partner_id", "shop"),
        ("sign_type", "RSA2"),
        ("key_id", "k1"),
        ("Zone", "a b+c"),
        ("a", "提现 100%"),
        ("a1", "https://shop.example/?x=%20&y=1"),
        ("empty", ""),
        ("sign", "whatever"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

const RIGHT: &str = "Zone=a b+c&a=提现 100%&a1=https://shop.example/?x=%20&y=1&key_id=k1&partner_id=shop&sign_type=RSA2";

/// Two active keys and one that is retired.
fn keys() -> KeySet {
    let retired = RegisteredKey {
        retired_at: Some(noon()),
        ..registered("old", &fresh())
    };
    let keys = vec![
        registered("k1", &ours()),
        registered("k2", &theirs()),
        retired,
    ];
    KeySet::new(keys).unwrap()
}

/// The one key of these tests that is made, because there are no more in the vectors.
fn fresh() -> PrivateKey {
    static FRESH: std::sync::LazyLock<PrivateKey> = std::sync::LazyLock::new(|| {
        let random = &mut rsa::rand_core::OsRng;
        let pem = crate::signing::keys::generate_pkcs8_pem(random, 2048).unwrap();
        pem.parse().unwrap()
    });
    FRESH.clone()
}

fn explained(
    candidates: &[Candidate],
    signature: &str,
    key_id: Option<&str>,
    their_text: Option<&str>,
) -> Diagnosis {
    let claim = Claim {
        candidates,
        their_text,
        signature,
        key_id,
    };
    diagnose(claim, &keys(), noon())
}

/// The codes of what is wrong when `text` was signed in place of the form's.
fn signed_instead(text: &str) -> Vec<(Mistake, Option<String>)> {
    let candidates = of_fields(&form()).unwrap();
    let diagnosis = explained(&candidates, &ours().sign(text.as_bytes()), Some("k1"), None);
    assert_eq!(diagnosis.holds, diagnosis.findings.is_empty());
    let findings = diagnosis.findings.into_iter();
    findings
        .map(|finding| (finding.mistake, finding.field))
        .collect()
}

#[test]
fn a_good_signature_has_nothing_wrong() {
    assert_eq!(of_fields(&form()).unwrap()[0].text, RIGHT);
    assert_eq!(signed_instead(RIGHT), []);
}

#[test]
fn each_mistake_with_a_form_is_named() {
    let sorted_whole = RIGHT.replace(
        "a=提现 100%&a1=https://shop.example/?x=%20&y=1",
        "a1=https://shop.example/?x=%20&y=1&a=提现 100%",
    );
    let caseless = format!("{}&Zone=a b+c", RIGHT.strip_prefix("Zone=a b+c&").unwrap());
    for (text, mistake) in [
        (
            "Zone=a+b%2Bc&a=%E6%8F%90%E7%8E%B0+100%25&a1=https%3A%2F%2Fshop.example%2F%3Fx%3D%2520%26y%3D1&key_id=k1&partner_id=shop&sign_type=RSA2".to_owned(),
            Mistake::ValuesUrlEncoded,
        ),
        (
            "Zone=a%20b%2Bc&a=%E6%8F%90%E7%8E%B0%20100%25&a1=https%3A%2F%2Fshop.example%2F%3Fx%3D%2520%26y%3D1&key_id=k1&partner_id=shop&sign_type=RSA2".to_owned(),
            Mistake::ValuesUrlEncoded,
        ),
        (RIGHT.replace("a b+c", "a b c").replace("%20", " "), Mistake::ValuesUrlDecoded),
        (RIGHT.replace("a b+c", "a+b+c").replace("提现 1", "提现+1"), Mistake::PlusLost),
        (RIGHT.replace("&key_id", "&empty=&key_id"), Mistake::EmptySigned),
        (RIGHT.replace("&sign_type", "&sign=&sign_type"), Mistake::SignSigned),
        (
            "partner_id=shop&sign_type=RSA2&key_id=k1&Zone=a b+c&a=提现 100%&a1=https://shop.example/?x=%20&y=1".to_owned(),
            Mistake::NotSorted,
        ),
        (sorted_whole, Mistake::SortedWhole),
        (caseless, Mistake::SortedCaseless),
        (
            "sign_type=RSA2&partner_id=shop&key_id=k1&a1=https://shop.example/?x=%20&y=1&a=提现 100%&Zone=a b+c".to_owned(),
            Mistake::SortedBackwards,
        ),
        (RIGHT.replace(['&', '='], ""), Mistake::NoSeparators),
        (
            "a b+c提现 100%https://shop.example/?x=%20&y=1k1shopRSA2".to_owned(),
            Mistake::ValuesAlone,
        ),
        (format!("{RIGHT}&"), Mistake::SeparatorAtEnd),
        (format!("{RIGHT}\n"), Mistake::LineEndAtEnd),
        (format!("{RIGHT}\r\n"), Mistake::LineEndAtEnd),
        (format!("\u{feff}{RIGHT}"), Mistake::ByteOrderMark),
    ] {
        assert_eq!(signed_instead(&text), [(mistake, None)], "{text}");
    }
    let without = RIGHT.strip_suffix("&sign_type=RSA2").unwrap();
    let left_out = |field: &str| [(Mistake::FieldLeftOut, Some(field.to_owned()))];
    assert_eq!(signed_instead(without), left_out("sign_type"));
    let neither = without.replace("&key_id=k1", "");
    assert_eq!(signed_instead(&neither), left_out("sign_type, key_id"));
    assert_eq!(signed_instead("a=1"), [(Mistake::NothingFits, None)]);
}

#[test]
fn a_whole_text_that_was_encoded_or_hashed_first_is_named() {
    let encoded: String = form_urlencoded::byte_serialize(RIGHT.as_bytes()).collect();
    assert_eq!(signed_instead(&encoded), [(Mistake::TextUrlEncoded, None)]);
    use sha2::{Digest as _, Sha256};
    let hex: String = Sha256::digest(RIGHT)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(signed_instead(&hex), [(Mistake::HashedTwice, None)]);
}

#[test]
fn line_ends_that_changed_on_the_way_are_named() {
    let form = [("note".to_owned(), "one\r\ntwo".to_owned())];
    let candidates = of_fields(&form).unwrap();
    let signature = ours().sign(b"note=one\ntwo");
    let found = explained(&candidates, &signature, None, None).findings;
    assert_eq!(found, [Finding::from(Mistake::CrLf)]);
}

#[test]
fn the_key_that_made_it_is_named_whatever_else_is_wrong() {
    let candidates = of_fields(&form()).unwrap();
    let find = |key: &PrivateKey, text: &str, key_id: Option<&str>| {
        let found = explained(&candidates, &key.sign(text.as_bytes()), key_id, None).findings;
        let names = found.into_iter();
        let names = names.map(|finding| (finding.mistake, finding.key_id.map(String::from)));
        names.collect::<Vec<_>>()
    };
    let other = |key: &str| (Mistake::OtherKey, Some(key.to_owned()));
    assert_eq!(find(&theirs(), RIGHT, Some("k1")), [other("k2")]);
    assert_eq!(find(&theirs(), RIGHT, None), []);
    assert_eq!(
        find(&theirs(), RIGHT, Some("k9")),
        [(Mistake::KeyUnknown, None), other("k2")]
    );
    assert_eq!(
        find(&fresh(), RIGHT, Some("old")),
        [(Mistake::KeyNotActive, None)]
    );
    assert_eq!(
        find(&fresh(), RIGHT, None),
        [(Mistake::KeyNotActive, Some("old".to_owned()))]
    );
    let line_end = format!("{RIGHT}\n");
    assert_eq!(
        find(&theirs(), &line_end, Some("k1")),
        [(Mistake::LineEndAtEnd, None), other("k2")]
    );
}

#[test]
fn other_algorithms_are_named() {
    let der = rsa::RsaPrivateKey::from_pkcs8_pem(pem("merchant_private_pkcs8_pem")).unwrap();
    let pair = RsaKeyPair::from_pkcs8(der.to_pkcs8_der().unwrap().as_bytes()).unwrap();
    let candidates = of_fields(&form()).unwrap();
    let find = |encoding: &'static dyn RsaEncoding| {
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(
            encoding,
            &SystemRandom::new(),
            RIGHT.as_bytes(),
            &mut signature,
        )
        .unwrap();
        explained(
            &candidates,
            &BASE64_STANDARD.encode(signature),
            Some("k1"),
            None,
        )
        .findings
    };
    assert_eq!(find(&RSA_PKCS1_SHA256), []);
    assert_eq!(find(&RSA_PKCS1_SHA512), [Finding::from(Mistake::Sha512)]);
    assert_eq!(find(&RSA_PSS_SHA256), [Finding::from(Mistake::Pss)]);
    // Made with `openssl dgst -sha1 -sign`, over "a=1": nothing here can make one.
    let one = [("a".to_owned(), "1".to_owned())];
    let candidates = of_fields(&one).unwrap();
    let found = explained(&candidates, SHA1_OF_A_IS_1, Some("k1"), None).findings;
    assert_eq!(found, [Finding::from(Mistake::Sha1)]);
}

const SHA1_OF_A_IS_1: &str = "Dp4Jx5nrXTOTUaSjB8ivc5YBzbO+ZMUSrmT9Vqlog7PdOupsPTdfPZryqSRNogKWnPFBgy067bDBgH4iZxOBfPW5qfHpYgqXPjttemLh+cy2S6rc3Qk+4GaDBnYPrYdaaOkpVxuwSlUwpoFl9Fc2Hhtlj5E0Bi/7aVT2VSu3pmufn1WHsER4t2db586mZjL/k1zmcKXp2Tfc/sQng0WsY5A1Q9WiLru107/sNbHx0GjpDqKV4I/HiShodUUl1sx9JTyx3eZ9Lr0TuYH1v0tOcqoo0wmo/G+4W5OJTj5SN1fS+hKKV7eZ24H4ecqVo2ECpt0sAPE2ujU2XPD9oTM1Cw==";

#[test]
fn a_signature_over_their_own_text_is_said_to_be_that_and_the_difference_is_shown() {
    let candidates = of_fields(&form()).unwrap();
    let theirs = RIGHT.replace("partner_id=shop", "partner_id=Shop");
    let signature = ours().sign(theirs.as_bytes());
    let diagnosis = explained(&candidates, &signature, Some("k1"), Some(&theirs));
    assert_eq!(diagnosis.findings, [Finding::from(Mistake::OtherText)]);
    let difference = diagnosis.difference.unwrap();
    assert_eq!(&RIGHT[difference.at..=difference.at], "s");
    assert!(
        difference.theirs.contains("partner_id=Shop"),
        "{difference:?}"
    );
    let good = explained(
        &candidates,
        &ours().sign(RIGHT.as_bytes()),
        Some("k1"),
        Some(RIGHT),
    );
    assert_eq!((good.holds, good.difference), (true, None));
}

#[test]
fn signatures_that_cannot_be_read_say_why() {
    let candidates = of_fields(&form()).unwrap();
    let good = ours().sign(RIGHT.as_bytes());
    let find = |signature: &str| {
        let found = explained(&candidates, signature, Some("k1"), None).findings;
        found
            .into_iter()
            .map(|finding| finding.mistake)
            .collect::<Vec<_>>()
    };
    assert_eq!(find(""), [Mistake::SignatureMissing]);
    assert_eq!(find("提现"), [Mistake::SignatureUnreadable]);
    assert_eq!(find("AAAA"), [Mistake::SignatureLength]);
    assert_eq!(
        find(&good.replace('=', "%3D")),
        [Mistake::SignatureUrlEncoded]
    );
    assert_eq!(
        find(good.trim_end_matches('=')),
        [Mistake::SignatureUnpadded]
    );
    let url_safe = good.replace('+', "-").replace('/', "_");
    assert_eq!(find(&url_safe), [Mistake::SignatureBase64Url]);
}

#[test]
fn each_mistake_with_a_call_is_named() {
    let path = "/v1/events?after=a%2Bb";
    let body = "{ \"b\":1,\n\"a\": 2}";
    let call = of_api(("POST", path), ("20261122120000", "n-1"), body);
    let head = format!("POST\n{path}\n20261122120000\nn-1\n");
    let right = format!("{head}{body}\n");
    assert_eq!(call[0].text, right);
    let find = |text: &str| {
        let found = explained(&call, &ours().sign(text.as_bytes()), Some("k1"), None).findings;
        found
            .into_iter()
            .map(|finding| finding.mistake)
            .collect::<Vec<_>>()
    };
    assert_eq!(find(&right), []);
    for (text, mistake) in [
        (format!("{head}{body}"), Mistake::LastLineEndMissing),
        (head.clone(), Mistake::BodyLineMissing),
        (format!("{head}\n"), Mistake::BodyLeftOut),
        (format!("{right}\n"), Mistake::LineEndAtEnd),
        (right.replace('\n', "\r\n"), Mistake::CrLf),
        (right.replace("?after=a%2Bb", ""), Mistake::QueryLeftOut),
        (right.replace("%2B", "+"), Mistake::PathUrlDecoded),
        (right.replace("POST", "post"), Mistake::MethodInLowerCase),
        (right.replace("POST\n", ""), Mistake::MethodLeftOut),
        (
            format!("{head}{{\"a\":2,\"b\":1}}\n"),
            Mistake::BodyPrintedAgain,
        ),
        (right.replace('\n', ""), Mistake::NoSeparators),
    ] {
        assert_eq!(find(&text), [mistake], "{text}");
    }
}

#[test]
fn a_clock_that_is_off_is_said() {
    let at = |text: &str| check_clock(text.parse().unwrap(), noon()).map(|found| found.mistake);
    assert_eq!(at("20261122120959"), None);
    assert_eq!(at("20261122121001"), Some(Mistake::ClockOff));
}
