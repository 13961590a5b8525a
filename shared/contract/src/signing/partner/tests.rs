use proptest::prelude::*;
use proptest::string::string_regex;

use super::*;
use crate::signing::fixtures::{key_set, noon, ours, theirs};

fn pairs<'a>(fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    fields.to_vec()
}

#[test]
fn the_text_is_sorted_joined_and_leaves_out_sign_and_empty_values() {
    let fields = pairs(&[
        ("version", "1.0"),
        ("sign", "c2lnbg=="),
        ("money", "100.00"),
        ("key_id", ""),
        ("Zeta", "大写在前"),
        ("return_url", "https://shop.example/r?a=1&b=2%20"),
        ("money_note", "a b+c"),
    ]);
    assert_eq!(
        signed_text(&fields).unwrap(),
        "Zeta=大写在前&money=100.00&money_note=a b+c\
         &return_url=https://shop.example/r?a=1&b=2%20&version=1.0"
    );
}

#[test]
fn repeated_and_misspelt_names_have_no_text() {
    for fields in [
        [("a", "1"), ("a", "2")],
        [("a", "1"), ("a", "")],
        [("sign", "x"), ("sign", "x")],
    ] {
        assert_eq!(signed_text(&fields), Err(TextError::Repeated));
    }
    for name in ["", "a=b", "a&b"] {
        assert_eq!(
            signed_text(&[(name, "1")]),
            Err(TextError::BadName),
            "{name}"
        );
    }
}

#[test]
fn a_form_verifies_with_its_key_and_no_field_of_it_may_change() {
    let mut fields = vec![("key_id", "k1".to_owned()), ("money", "1.00".to_owned())];
    fields.push(("sign", sign(&fields, &ours()).unwrap()));
    assert_eq!(
        verify(&fields, &key_set(&ours()), noon()).unwrap().as_str(),
        "k1"
    );
    let mismatch = Err(VerifyError::Signature(SignatureError::Mismatch));
    assert_eq!(verify(&fields, &key_set(&theirs()), noon()), mismatch);
    let mut added = fields.clone();
    added.push(("unknown", "field".to_owned()));
    assert_eq!(verify(&added, &key_set(&ours()), noon()), mismatch);
    let mut changed = fields.clone();
    changed[1].1 = "1.01".to_owned();
    assert_eq!(verify(&changed, &key_set(&ours()), noon()), mismatch);
    let unsigned = VerifyError::Signature(SignatureError::MissingSignature);
    assert_eq!(
        verify(&fields[..2], &key_set(&ours()), noon()),
        Err(unsigned)
    );
}

/// Required: `b`, `d` (a URL) and `f`. Optional: `e`. Everything else is unknown.
const NAMES: Names<'_> = Names {
    known: &["b", "d", "e", "f"],
    urls: &["d"],
};
const REQUIRED: [&str; 3] = ["b", "d", "f"];

fn is_acceptable(fields: &[(&str, &str)]) -> bool {
    let has = |name: &&str| {
        fields
            .iter()
            .any(|(field, value)| field == name && !value.is_empty())
    };
    signed_text(fields).is_ok()
        && REQUIRED.iter().all(has)
        && check_unambiguous(fields, NAMES).is_ok()
}

/// Every list of fields that has `text` as its signed text: all ways to keep or cut at each `&`.
fn divisions(text: &str) -> Vec<Vec<(&str, &str)>> {
    let borders: Vec<usize> = text.match_indices('&').map(|(at, _)| at).collect();
    (0..1_u32 << borders.len())
        .filter_map(|cuts| {
            let mut start = 0;
            let mut fields = Vec::new();
            for (index, &border) in borders.iter().enumerate() {
                if cuts & (1 << index) != 0 {
                    fields.push(text[start..border].split_once('=')?);
                    start = border + 1;
                }
            }
            fields.push(text[start..].split_once('=')?);
            Some(fields)
        })
        .filter(|fields| signed_text(fields).as_deref() == Ok(text))
        .collect()
}

#[test]
fn one_text_may_belong_to_two_forms_and_the_check_refuses_all_but_one() {
    let hidden = [("b", "1"), ("d", "https://x/?q&e=A-1"), ("f", "1")];
    let shown = [("b", "1"), ("d", "https://x/?q"), ("e", "A-1"), ("f", "1")];
    assert_eq!(signed_text(&hidden), signed_text(&shown));
    assert!(check_unambiguous(&hidden, NAMES).is_err());
    assert!(check_unambiguous(&shown, NAMES).is_ok());

    let query = [("b", "1"), ("d", "https://x/?q=1&dx=2"), ("f", "1")];
    let cut = [("b", "1"), ("d", "https://x/?q=1"), ("dx", "2"), ("f", "1")];
    assert_eq!(signed_text(&query), signed_text(&cut));
    assert!(check_unambiguous(&query, NAMES).is_ok());
    assert_eq!(
        check_unambiguous(&cut, NAMES),
        Err(Ambiguous {
            field: Some("d".to_owned())
        })
    );
}

#[test]
fn ordinary_urls_and_unknown_fields_are_not_refused() {
    for fields in [
        pairs(&[("d", "https://x/r?user=5&session=7&x=9")]),
        pairs(&[("d", "https://x/r"), ("dx", "1"), ("zzz", "2")]),
        pairs(&[
            ("a", "1"),
            ("b", "1"),
            ("bb", "1=2"),
            ("d", "https://x/?q"),
            ("e", "1"),
            ("ee", "1"),
        ]),
    ] {
        assert_eq!(check_unambiguous(&fields, NAMES), Ok(()), "{fields:?}");
    }
    for fields in [
        pairs(&[("b", "1&x")]),
        pairs(&[("zz", "1&x=2")]),
        pairs(&[("d", "https://x/&y?z")]),
    ] {
        assert!(check_unambiguous(&fields, NAMES).is_err(), "{fields:?}");
    }
}

/// The required fields in their order, with anything before, between and behind them.
fn mistakable() -> impl Strategy<Value = String> {
    let value = "(1|u\\?q|u\\?|u)(=2)?";
    let regex = |names: &str| string_regex(&format!("{names}={value}")).unwrap();
    let noise = || proptest::collection::vec(regex("(a|b|c|d|dd|de|e|ee|f|g)"), 0..3);
    (
        noise(),
        regex("b"),
        noise(),
        regex("d"),
        noise(),
        regex("f"),
        noise(),
    )
        .prop_map(|(first, b, second, d, third, f, last)| {
            [first, vec![b], second, vec![d], third, vec![f], last]
                .concat()
                .join("&")
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Texts are made of the very parts that could be mistaken for each other.
    #[test]
    fn no_text_belongs_to_two_acceptable_forms(text in mistakable()) {
        let accepted: Vec<_> =
            divisions(&text).into_iter().filter(|fields| is_acceptable(fields)).collect();
        prop_assert!(accepted.len() <= 1, "{} belongs to {:?}", text, accepted);
    }

    #[test]
    fn the_order_in_which_fields_are_sent_does_not_matter(
        fields in proptest::collection::btree_map("[a-z_]{1,6}", "[ -~]{0,12}", 0..8)
            .prop_map(|map| map.into_iter().collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let mut sorted = fields.clone();
        sorted.sort();
        prop_assert_eq!(signed_text(&fields), signed_text(&sorted));
    }
}
