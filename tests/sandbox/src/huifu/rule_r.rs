//! Rule R: the text a request's signature is made over (huifu-api.md §2).
//!
//! Huifu cannot verify the bytes of `data` as they came: its own clients sign one text and post
//! another (spaces, `\uXXXX`, `\/`, hash order). So the members are sorted and printed again.
//! Only the first level is sorted; inner objects keep their order, numbers their spelling, and
//! only first-level nulls go. This is a second reading: our services have their own.

use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// The members of `data`, by name in byte order, each as the JSON text that was sent.
pub(crate) type Members<'a> = BTreeMap<String, &'a RawValue>;

/// `data` is not a JSON object.
#[derive(Debug, thiserror::Error)]
#[error("data is not a JSON object")]
pub struct NotAnObject(#[source] serde_json::Error);

/// The text that was signed for `data`, a JSON object as it stood in the request.
pub fn signed_text(data: &str) -> Result<String, NotAnObject> {
    Ok(signed_text_of(&members(data)?))
}

pub(crate) fn members(data: &str) -> Result<Members<'_>, NotAnObject> {
    serde_json::from_str(data).map_err(NotAnObject)
}

pub(crate) fn signed_text_of(members: &Members<'_>) -> String {
    let mut text = String::from("{");
    for (name, value) in members.iter().filter(|(_, value)| value.get() != "null") {
        if text.len() > 1 {
            text.push(',');
        }
        push_string(&mut text, name);
        text.push(':');
        push_compact(&mut text, value.get());
    }
    text.push('}');
    text
}

/// Copies valid JSON without white space, each string printed again in its shortest spelling.
fn push_compact(text: &mut String, json: &str) {
    let mut rest = json;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => {
                let length = string_length(rest);
                let decoded: String = serde_json::from_str(&rest[..length])
                    .expect("a RawValue was parsed before, so each string in it is valid");
                push_string(text, &decoded);
                length
            }
            ' ' | '\t' | '\r' | '\n' => 1,
            other => {
                text.push(other);
                other.len_utf8()
            }
        };
        rest = &rest[length..];
    }
}

/// The length in bytes of the string literal that `json` starts with, both quotes included.
fn string_length(json: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in json.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    json.len()
}

/// serde_json prints strings as Rule R wants them: raw UTF-8, `/` as it is, `\b \f \n \r \t`
/// short, other controls as `\u00xx`.
fn push_string(text: &mut String, value: &str) {
    text.push_str(&serde_json::to_string(value).expect("a string always has a JSON text"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(data: &str, expected: &str) {
        assert_eq!(signed_text(data).unwrap(), expected);
    }

    #[test]
    fn the_first_level_is_sorted_and_inner_objects_are_not() {
        check(
            r#"{ "b" : {"z": 1, "a": [ {"y":1, "x":2} ] }, "B":"", "a":"1" }"#,
            r#"{"B":"","a":"1","b":{"z":1,"a":[{"y":1,"x":2}]}}"#,
        );
    }

    #[test]
    fn nulls_go_at_the_first_level_only_and_empty_values_stay() {
        check(
            r#"{"a":null,"b":"","c":{},"d":[],"e":{"f":null}}"#,
            r#"{"b":"","c":{},"d":[],"e":{"f":null}}"#,
        );
    }

    #[test]
    fn numbers_keep_their_spelling() {
        check(
            r#"{"a":1.00,"b":1E5,"c":12345678901234567890123,"d":-0.0}"#,
            r#"{"a":1.00,"b":1E5,"c":12345678901234567890123,"d":-0.0}"#,
        );
    }

    #[test]
    fn strings_are_printed_again() {
        check(
            r#"{"a":"\u63d0\u73b0 \ud83d\ude00 \/ \u0001 \u000a \" \\","b":"\u007f<&>' : , "}"#,
            "{\"a\":\"提现 😀 / \\u0001 \\n \\\" \\\\\",\"b\":\"\u{7f}<&>' : , \"}",
        );
    }

    #[test]
    fn what_is_no_object_has_no_signed_text() {
        for data in ["", "[]", "\"{}\"", "null", "{\"a\":}", "{} {}"] {
            assert!(signed_text(data).is_err(), "{data:?}");
        }
    }
}
