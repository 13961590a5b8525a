use proptest::prelude::*;

use super::*;

#[test]
fn nulls_go_empty_values_stay_and_only_the_first_level_is_sorted() {
    let wire = r#" { "b" : { "z":1 , "a" : [ 1 , "x y" ] } , "a":"", "c":null,"B":[],"d":{} } "#;
    assert_eq!(
        reprint(wire).unwrap(),
        r#"{"B":[],"a":"","b":{"z":1,"a":[1,"x y"]},"d":{}}"#
    );
}

#[test]
fn strings_are_written_afresh_and_numbers_stay_as_they_are_spelt() {
    let wire = r#"{"s":"\u624b\/\u0041\ud83d\ude00\"\\\n\u0008\u000c\u001f","n":[1.00,-0,1E+5,12345678901234567890123]}"#;
    assert_eq!(
        reprint(wire).unwrap(),
        r#"{"n":[1.00,-0,1E+5,12345678901234567890123],"s":"手/A😀\"\\\n\b\f\u001f"}"#
    );
    assert_eq!(reprint(r#"{"\u0061":"x"}"#).unwrap(), r#"{"a":"x"}"#);
}

#[test]
fn what_is_not_an_object_with_unique_names_has_no_text() {
    for bad in [
        "",
        "[]",
        "1",
        "null",
        "{",
        r#"{"a":1}{}"#,
        r#"{"a":1,"a":2}"#,
        r#"{"a":1,"\u0061":null}"#,
    ] {
        assert_eq!(reprint(bad), Err(ReprintError::NotAnObject), "{bad}");
    }
    assert_eq!(
        reprint(r#"{"a":["\ud800"]}"#),
        Err(ReprintError::NotUnicode)
    );
}

#[test]
fn depth_costs_no_stack() {
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(reprint(&deep).as_ref(), Ok(&deep));
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            proptest::collection::btree_map(any::<String>(), inner, 0..4)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn white_space_and_escapes_do_not_change_the_text(
        members in proptest::collection::btree_map("\\PC{0,6}", json(), 0..6),
    ) {
        let object = serde_json::Value::Object(members.clone().into_iter().collect());
        let compact = reprint(&object.to_string()).unwrap();
        let spacious = serde_json::to_string_pretty(&object).unwrap();
        prop_assert_eq!(&reprint(&spacious).unwrap(), &compact);
        let escaped: String = object.to_string().chars().flat_map(|character| {
            let mut units = [0; 2];
            let escape = |unit: &u16| format!("\\u{unit:04X}");
            if character.is_ascii() {
                vec![character.to_string()]
            } else {
                character.encode_utf16(&mut units).iter().map(escape).collect()
            }
        }).collect();
        prop_assert_eq!(&reprint(&escaped).unwrap(), &compact);
        prop_assert_eq!(reprint(&compact).unwrap(), compact.clone());
        let kept: serde_json::Value = serde_json::from_str(&compact).unwrap();
        let expected: serde_json::Map<_, _> =
            members.into_iter().filter(|(_, value)| !value.is_null()).collect();
        prop_assert_eq!(kept, serde_json::Value::Object(expected));
    }
}
