use jiff::civil::date;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const INNER: Table = table(&[
    Field::must("amount", 6, Kind::Yuan),
    Field::may("rate", 6, Kind::Percent),
]);

const OUTER: Table = Table {
    source: "§0",
    fields: &[
        Field::ours("filled"),
        Field::new("receipts", 1, Need::Optional, Kind::NotOffered),
        Field::must("name", 4, Kind::Text),
        Field::may("wide", 4, Kind::Wide),
        Field::may("short", 9, Kind::AtLeast(4)),
        Field::may("code", 6, Kind::Digits(6)),
        Field::may("flag", 1, Kind::OneOf(&["Y", "N"])),
        Field::new("said", 9, Need::When("flag", &["Y"]), Kind::Login),
        Field::new("deep", 9, Need::When("one.rate", &["1.00"]), Kind::Email),
        Field::may("begin", 8, Kind::Date),
        Field::may("end", 8, Kind::Date),
        Field::may("at", 6, Kind::Time),
        Field::may("owner", 18, Kind::HuifuId),
        Field::may("cert_type", 2, Kind::Digits(2)),
        Field::may("cert_no", 32, Kind::Text),
        Field::may("picture", 64, Kind::Picture),
        Field::may("one", 1, Kind::Object(&INNER)),
        Field::may("many", 2, Kind::List(&INNER)),
        Field::may("free", 1, Kind::FreeObject),
        Field::may("frees", 2, Kind::FreeList),
    ],
    validities: &[("begin", "end")],
    certificates: &[Certificate {
        cert_type: Some("cert_type"),
        number: "cert_no",
        of_age: true,
    }],
};

const fn table(fields: &'static [Field]) -> Table {
    Table {
        source: "§1",
        fields,
        validities: &[],
        certificates: &[],
    }
}

fn errors(form: &Value) -> Vec<FieldError> {
    let (_, checker) = check(&OUTER, form, Some(date(2026, 11, 24)));
    checker.into_errors()
}

/// What is wrong with a form that has a name and these members.
fn wrong(members: Value) -> Vec<(String, FieldRule)> {
    let mut form = json!({"name": "x"});
    for (name, value) in members.as_object().unwrap() {
        form[name] = value.clone();
    }
    let found = errors(&form).into_iter();
    found.map(|error| (error.path, error.rule)).collect()
}

fn refused(members: Value, path: &str, rule: FieldRule) {
    let said = members.to_string();
    assert_eq!(wrong(members), [(path.to_owned(), rule)], "{said}");
}

#[test]
fn every_error_is_reported_at_once_with_its_path_and_source() {
    let form = json!({
        "filled": "x", "receipts": {}, "unknown_field": 1, "6222020000000001234": "x",
        "code": "12345", "one": {"rate": "1"}, "many": [{"amount": "1.00"}, {"amount": 1}, 7],
    });
    let said: Vec<String> = errors(&form).iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "(unknown field): is not a field of this interface (§0)",
            "unknown_field: is not a field of this interface (§0)",
            "filled: is filled in by us; leave it out (§0)",
            "receipts: is not offered (§0)",
            "name: is required (§0)",
            "code: has at least 6 characters (§0)",
            "one.amount: is required (§1)",
            "one.rate: must be a percentage with two decimals, 0.00 to 100.00 (§1)",
            "many: has at most 2 entries (§0)",
        ]
    );
    refused(
        json!({"many": [{"amount": "1.00"}, {"amount": 1}]}),
        "many[1].amount",
        TEXT,
    );
    refused(json!({"many": [{"amount": "1.00"}, 7]}), "many[1]", OBJECT);
    assert_eq!(errors(&json!([])).len(), 1);
}

const TEXT: FieldRule = FieldRule::WrongType(Json::Text);
const OBJECT: FieldRule = FieldRule::WrongType(Json::Object);

#[test]
fn lengths_are_characters_and_chinese_ones_count_twice_only_where_huifu_says_so() {
    assert_eq!(
        wrong(json!({"name": "海投汇付", "wide": "汇付", "short": "abcd"})),
        []
    );
    refused(json!({"name": "海投汇付x"}), "name", FieldRule::AtMost(4));
    refused(json!({"wide": "汇付x"}), "wide", FieldRule::AtMostWide(4));
    refused(json!({"short": "abc"}), "short", FieldRule::AtLeast(4));
    refused(json!({"name": "a\u{7f}"}), "name", FieldRule::NoControls);
    refused(json!({"name": "a\n"}), "name", FieldRule::NoControls);
}

#[test]
fn what_is_null_or_empty_is_not_there() {
    let nothing = json!({"wide": null, "short": "", "many": [], "code": "", "flag": null});
    assert_eq!(wrong(nothing), []);
    let empty = errors(&json!({"name": ""}));
    assert_eq!(empty[0].rule, FieldRule::Required);
}

#[test]
fn a_field_is_asked_for_when_another_says_so() {
    let said = FieldRule::RequiredWhen("flag", &["Y"]);
    refused(json!({"flag": "Y"}), "said", said);
    assert_eq!(wrong(json!({"flag": "N"})), []);
    let deep = FieldRule::RequiredWhen("one.rate", &["1.00"]);
    refused(
        json!({"one": {"amount": "1.00", "rate": "1.00"}}),
        "deep",
        deep,
    );
    // One that is there and broken is not missing as well.
    refused(
        json!({"flag": "Y", "said": "a b"}),
        "said",
        FieldRule::Login,
    );
}

#[test]
fn each_kind_takes_what_it_says() {
    let good = json!({
        "flag": "N", "said": "a_1", "deep": "a@b.c", "begin": "20200229", "at": "003001",
        "owner": "6666000021291985", "picture": "M01KASGXE00000000000000000A",
        "one": {"amount": "999.99", "rate": "100.00"}, "free": {"a": [1, {"b": "c"}]},
        "frees": [1, "x"],
    });
    assert_eq!(wrong(good), []);
    for (name, bad, rule) in [
        ("code", "12345a", FieldRule::Digits),
        ("code", "１２３４５６", FieldRule::Digits),
        ("flag", "y", FieldRule::OneOf(&["Y", "N"])),
        ("said", "a-1", FieldRule::Login),
        ("deep", "a@", FieldRule::Email),
        ("deep", "a@b@c", FieldRule::Email),
        ("begin", "20210229", FieldRule::Date),
        ("begin", "2021011", FieldRule::Date),
        ("at", "003000", FieldRule::Time),
        ("at", "240000", FieldRule::Time),
        ("at", "12345", FieldRule::Time),
        ("owner", "66-6", FieldRule::HuifuId),
        ("picture", "57cc7f00-600a-33ab-b614", FieldRule::Picture),
    ] {
        refused(json!({ name: bad }), name, rule);
    }
    for (amount, rate) in [
        ("1", "1"),
        ("1.0", "0.5"),
        ("-1.00", "100.01"),
        ("01.00", "1e00"),
    ] {
        let broken = wrong(json!({"one": {"amount": amount, "rate": rate}}));
        let paths: Vec<&str> = broken.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, ["one.amount", "one.rate"], "{amount} {rate}");
    }
    refused(
        json!({"one": {"amount": "1000.00"}}),
        "one.amount",
        FieldRule::AtMost(6),
    );
    for (name, value, rule) in [
        ("name", json!(1), TEXT),
        ("one", json!("{}"), OBJECT),
        ("many", json!({}), FieldRule::WrongType(Json::List)),
        ("free", json!([1]), OBJECT),
        ("free", json!({"a": "\u{1}"}), FieldRule::NoControls),
        (
            "free",
            json!({"a": "x".repeat(4_000)}),
            FieldRule::AtMost(4_000),
        ),
        ("frees", json!([1, 2, 3]), FieldRule::AtMostEntries(2)),
    ] {
        refused(json!({ name: value }), name, rule);
    }
}

#[test]
fn a_validity_runs_forwards_and_through_today() {
    assert_eq!(wrong(json!({"begin": "20261124", "end": "20261124"})), []);
    let before = FieldRule::NotBefore("begin");
    let form = json!({"begin": "20250102", "end": "20250101"});
    assert!(wrong(form.clone()).contains(&("end".to_owned(), before)));
    refused(
        json!({"begin": "20261125"}),
        "begin",
        FieldRule::NotInFuture,
    );
    refused(json!({"end": "20261123"}), "end", FieldRule::NotExpired);
    // A form that passed before is not refused because a day went by.
    let (_, checker) = check(&OUTER, &json!({"name": "x", "end": "20261123"}), None);
    assert_eq!(checker.into_errors(), []);
}

#[test]
fn an_id_card_has_a_right_check_digit_and_an_owner_of_age() {
    let id = |number: &str| json!({"cert_type": "00", "cert_no": number});
    for good in [
        "11010519900307005X",
        "110105200811240016",
        "110105194511250011",
    ] {
        assert_eq!(wrong(id(good)), [], "{good}");
    }
    for bad in [
        "11010519900307005x",
        "110105199003070051",
        "1101051990030700",
        "11010519901307005X",
        "11010519900307０05X",
    ] {
        refused(id(bad), "cert_no", FieldRule::IdCard);
    }
    for (too_young_or_old, born) in [("110105200811250011", "17"), ("110105194511240016", "81")] {
        assert_eq!(wrong(id(too_young_or_old))[0].1, FieldRule::OfAge, "{born}");
    }
    // Of a passport nothing is known.
    assert_eq!(
        wrong(json!({"cert_type": "01", "cert_no": "E12345678"})),
        []
    );
}

#[test]
fn two_lists_of_fields_make_one() {
    const BOTH: [Field; 3] = joined::<1, 2, 3>(
        &[Field::ours("a")],
        &[
            Field::must("b", 1, Kind::Text),
            Field::may("c", 1, Kind::Text),
        ],
    );
    assert_eq!(BOTH.map(|field| field.name), ["a", "b", "c"]);
}

fn json() -> impl Strategy<Value = Value> {
    let names = OUTER.fields.iter().map(|field| field.name.to_owned());
    let name = prop_oneof![
        proptest::sample::select(names.collect::<Vec<_>>()),
        Just("amount".to_owned()),
        any::<String>(),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
        "[0-9X]{0,18}".prop_map(Into::into),
        "[0-9]{1,3}\\.[0-9]{2}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 64, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(name.clone(), inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_is_read_without_a_panic_and_what_passes_passes_again(form in json()) {
        let (members, checker) = check(&OUTER, &form, Some(date(2026, 11, 24)));
        if checker.into_errors().is_empty() {
            let Ok(canonical) = members.to_json(&|id| Ok::<_, ()>(id.to_string())) else {
                unreachable!("the picture's own number is always there");
            };
            let (again, checker) = check(&OUTER, &canonical, Some(date(2026, 11, 24)));
            prop_assert!(checker.into_errors().is_empty());
            prop_assert_eq!(again, members);
        }
    }

    #[test]
    fn an_error_never_repeats_a_value(secret in "S[0-9A-Z]{11}") {
        let form = json!({
            "name": secret, secret.clone(): secret, "code": secret, "flag": secret,
            "begin": secret, "one": {"amount": secret, secret.clone(): 1}, "many": [secret],
            "cert_type": "00", "cert_no": secret, "free": {"a": format!("{secret}\n")},
        });
        let found = errors(&form);
        prop_assert!(found.len() > 8);
        for error in found {
            let said = format!("{error} {error:?} {}", error.rule.zh());
            prop_assert!(!said.contains(&secret), "{}", said);
        }
    }
}
