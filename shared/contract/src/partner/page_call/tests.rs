use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::partner::rule::UNKNOWN_FIELD;
use crate::signing::fixtures::{key_set, noon, ours, theirs};
use crate::signing::partner::{SIGN, sign};

type Form = Vec<(String, String)>;

fn good() -> Form {
    let fields = [
        ("partner_id", "p1"),
        ("version", "1.0"),
        ("sign_type", "RSA2"),
        ("timestamp", "20261122120000"),
        ("nonce", "n-1_A"),
        ("third_party_user_id", "user@shop"),
        ("htouhui_user_id", "80000000001"),
        ("money", "100.00"),
        ("return_url", "https://Shop.example/back?session=7&x=2"),
        ("notify_url", "https://shop.example:8443/notify"),
        ("from_url", "https://shop.example/from"),
        ("sign", "AAAA"),
    ];
    fields
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
}

fn with(name: &str, value: &str) -> Form {
    let mut form = good();
    form.retain(|(known, _)| known != name);
    form.push((name.to_owned(), value.to_owned()));
    form
}

fn signed(mut form: Form) -> Form {
    form.retain(|(name, _)| name != SIGN);
    let signature = sign(&form, &ours()).unwrap();
    form.push((SIGN.to_owned(), signature));
    form
}

fn parse(form: &[(String, String)]) -> Result<PageCall, Vec<FieldError>> {
    PageCall::parse(form, LoopbackHttp::Refused)
}

fn errors(form: &[(String, String)]) -> Vec<(&'static str, Rule)> {
    let errors = parse(form).map(|_| ()).unwrap_err();
    errors
        .into_iter()
        .map(|error| (error.field, error.rule))
        .collect()
}

#[test]
fn a_good_form_becomes_a_page_call() {
    let mut form = good();
    form.extend(
        [
            ("out_order_no", "A-1"),
            ("cash_type", "DM"),
            ("lang", "en"),
            ("key_id", "k1"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    form.push(("shop.note".to_owned(), "给店主".to_owned()));
    let call = parse(&form).unwrap_err();
    // `shop.note` sorts behind return_url, whose query it could end.
    assert_eq!(
        call[0],
        FieldError {
            field: "return_url",
            rule: Rule::Unambiguous
        }
    );
    form.last_mut().unwrap().0 = "note".to_owned();
    let call = parse(&form).unwrap();
    assert_eq!(call.money, Fen::new(10_000).unwrap());
    assert_eq!(call.return_url.host(), "shop.example");
    assert_eq!(call.cash_type, Some(CashType::Dm));
    assert_eq!(call.language, Some(Language::English));
    assert_eq!(call.out_order_no.unwrap().as_str(), "A-1");
    assert_eq!(parse(&good()).unwrap().language, None);
}

#[test]
fn every_missing_field_is_reported_at_once() {
    let missing = errors(&[]);
    let names: Vec<&str> = missing.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names,
        [
            "partner_id",
            "version",
            "sign_type",
            "timestamp",
            "nonce",
            "sign",
            "third_party_user_id",
            "htouhui_user_id",
            "money",
            "return_url",
            "notify_url",
            "from_url"
        ]
    );
    assert!(missing.iter().all(|(_, rule)| *rule == Rule::Required));
    assert_eq!(errors(&with("money", "")), [("money", Rule::Required)]);
}

/// The value that is exactly as long as the field allows, and one character more.
#[test]
fn every_field_is_read_at_its_limit_and_refused_one_character_above() {
    let url = |length: usize| format!("https://shop.example/{}", "a".repeat(length - 21));
    let ids = [
        ("partner_id", 32),
        ("key_id", 32),
        ("third_party_user_id", 50),
        ("htouhui_user_id", 11),
        ("out_order_no", 32),
        ("nonce", 32),
    ];
    for (name, max) in ids {
        assert!(parse(&with(name, &"a".repeat(max))).is_ok(), "{name}");
        assert_eq!(
            errors(&with(name, &"a".repeat(max + 1))),
            [(name, Rule::AtMost(max))]
        );
    }
    for (name, max) in [("return_url", 256), ("notify_url", 200), ("from_url", 256)] {
        assert!(parse(&with(name, &url(max))).is_ok(), "{name}");
        assert_eq!(
            errors(&with(name, &url(max + 1))),
            [(name, Rule::AtMost(max))]
        );
    }
    assert!(parse(&with("sign", &"A".repeat(512))).is_ok());
    assert_eq!(
        errors(&with("sign", &"A".repeat(516))),
        [("sign", Rule::AtMost(512))]
    );
    assert!(parse(&with("money", "1234567890123.45")).is_ok());
    assert_eq!(
        errors(&with("money", "12345678901234.56")),
        [("money", Rule::AtMost(16))]
    );
    for (name, max) in [
        ("version", 8),
        ("sign_type", 8),
        ("timestamp", 14),
        ("cash_type", 2),
        ("lang", 8),
    ] {
        assert_eq!(
            errors(&with(name, &"1".repeat(max + 1))),
            [(name, Rule::AtMost(max))]
        );
    }
    assert!(parse(&with("note", &"好".repeat(1024))).is_ok());
    assert_eq!(
        errors(&with("note", &"好".repeat(1025))),
        [(UNKNOWN_FIELD, Rule::AtMost(1024))]
    );
}

#[test]
fn malformed_fields_are_refused_by_their_rule() {
    for (name, value, rule) in [
        ("version", "2.0", Rule::OneOf("1.0")),
        ("sign_type", "RSA", Rule::OneOf("RSA2")),
        ("timestamp", "20261322120000", Rule::Time),
        ("nonce", "a b", Rule::Token),
        ("nonce", "a&b", Rule::Token),
        ("sign", "A A=", Rule::Base64),
        ("partner_id", "p 1", Rule::Id),
        ("htouhui_user_id", "1&key_id=k", Rule::Id),
        ("third_party_user_id", "用户", Rule::Id),
        ("out_order_no", "a\"b", Rule::Id),
        ("money", "1.234", Rule::Yuan),
        ("money", "1,000.00", Rule::Yuan),
        ("money", "-1.00", Rule::Yuan),
        ("money", "0.00", Rule::Positive),
        ("cash_type", "T0", Rule::OneOf("D0, D1, T1, DM")),
        ("lang", "fr", Rule::OneOf("zh-CN, en")),
        ("from_url", "http://shop.example/", Rule::HttpsUrl),
        (
            "return_url",
            "https://shop.example/?money=1",
            Rule::FreeOfOurNames,
        ),
        (
            "return_url",
            "https://shop.example/?%6Dessage=1",
            Rule::FreeOfOurNames,
        ),
        (
            "return_url",
            "https://shop.example/?a=1&sign=1",
            Rule::FreeOfOurNames,
        ),
        (
            "notify_url",
            "https://shop.example/?a=1&out_order_no=1",
            Rule::Unambiguous,
        ),
        (
            "notify_url",
            "https://shop.example/n&out_order_no=1",
            Rule::Unambiguous,
        ),
    ] {
        assert_eq!(errors(&with(name, value)), [(name, rule)], "{name}={value}");
    }
}

#[test]
fn repeated_misspelt_and_too_many_fields_are_refused() {
    let mut twice = good();
    twice.push(("money".to_owned(), "100.00".to_owned()));
    twice.push(("note".to_owned(), "1".to_owned()));
    twice.push(("note".to_owned(), "1".to_owned()));
    assert_eq!(
        errors(&twice),
        [("money", Rule::Once), (UNKNOWN_FIELD, Rule::Once)]
    );
    for name in ["", "a b", "a=b", "名", &"n".repeat(65)] {
        assert_eq!(
            errors(&with(name, "1")),
            [(UNKNOWN_FIELD, Rule::Name)],
            "{name}"
        );
    }
    let mut many = good();
    many.extend((many.len()..65).map(|at| (format!("n{at}"), "1".to_owned())));
    assert_eq!(errors(&many), [(UNKNOWN_FIELD, Rule::AtMostFields(64))]);
    many.pop();
    assert!(parse(&many).is_ok());
}

/// `sign` sorts between them and is not in the signed text, so it is no border either.
#[test]
fn a_field_behind_sign_could_still_be_the_end_of_return_url() {
    for name in ["session", "sign_note", "shop"] {
        assert_eq!(
            errors(&with(name, "1")),
            [("return_url", Rule::Unambiguous)],
            "{name}"
        );
    }
    for name in ["order", "remark", "signs", "zone"] {
        assert!(parse(&with(name, "1")).is_ok(), "{name}");
    }
}

#[test]
fn errors_never_repeat_what_was_sent() {
    let form: Form = good()
        .into_iter()
        .map(|(name, _)| (name, "四\u{202e}6222021234567890<script>".to_owned()))
        .chain([("6222021234567890 ".to_owned(), "1".to_owned())])
        .collect();
    for error in parse(&form).unwrap_err() {
        let shown = format!(
            "{error}{error:?}{}{}{}",
            error.rule.zh(),
            error.rule.en(),
            error.code().as_str()
        );
        assert!(
            !shown.contains("6222") && !shown.contains("script"),
            "{shown}"
        );
    }
}

#[test]
fn only_the_form_that_was_signed_verifies() {
    let form = signed(with("note", "unknown fields are signed too"));
    let call = parse(&form).unwrap();
    assert_eq!(
        call.verify(&key_set(&ours()), noon()).unwrap().as_str(),
        "k1"
    );
    assert_eq!(
        call.verify(&key_set(&theirs()), noon()),
        Err(SignatureError::Mismatch)
    );
    for (at, (name, _)) in form.iter().enumerate() {
        let mut less = form.clone();
        less.remove(at);
        if let Ok(call) = parse(&less) {
            let keys = key_set(&ours());
            let verdict = call.verify(&keys, noon());
            assert_eq!(verdict, Err(SignatureError::Mismatch), "without {name}");
        }
    }
}

#[test]
fn clock_and_hosts_are_checked_against_what_we_know() {
    let call = parse(&good()).unwrap();
    assert_eq!(
        call.check_clock(noon() + SignedDuration::from_mins(10)),
        Ok(())
    );
    let late = noon() + SignedDuration::from_secs(601);
    assert_eq!(call.check_clock(late), Err(ErrorCode::TimestampOutOfRange));
    assert!(
        call.foreign_hosts(&["other.example", "SHOP.example"])
            .is_empty()
    );
    let foreign = call.foreign_hosts(&["example", "www.shop.example", ""]);
    assert_eq!(foreign, ["return_url", "notify_url", "from_url"]);
}

#[test]
fn a_fingerprint_follows_what_is_wanted_and_not_when_it_was_asked() {
    let first = parse(&good()).unwrap().fingerprint();
    for (name, value) in [
        ("nonce", "other"),
        ("timestamp", "20261122120001"),
        ("sign", "AAAB"),
        ("key_id", "k2"),
        ("money", "100"),
        ("lang", "zh-CN"),
    ] {
        assert_eq!(
            parse(&with(name, value)).unwrap().fingerprint(),
            first,
            "{name}"
        );
    }
    for (name, value) in [
        ("money", "100.01"),
        ("partner_id", "p2"),
        ("third_party_user_id", "u"),
        ("htouhui_user_id", "1"),
        ("return_url", "https://shop.example/"),
        ("out_order_no", "A"),
        ("notify_url", "https://shop.example/"),
        ("from_url", "https://shop.example/"),
        ("cash_type", "D0"),
        ("lang", "en"),
    ] {
        assert_ne!(
            parse(&with(name, value)).unwrap().fingerprint(),
            first,
            "{name}"
        );
    }
}

proptest! {
    #[test]
    fn no_form_makes_the_parser_panic(
        form in proptest::collection::vec((
            prop_oneof![
                "[a-z_]{0,8}",
                Just("return_url".to_owned()),
                Just("money".to_owned()),
                any::<String>(),
            ],
            prop_oneof![any::<String>(), "https://[ -~]{0,20}", "[0-9.]{0,18}"],
        ), 0..20),
    ) {
        let errors = parse(&form).map(|_| ()).unwrap_err();
        prop_assert!(!errors.is_empty());
    }
}
