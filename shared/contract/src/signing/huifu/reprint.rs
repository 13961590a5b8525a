//! Prints a JSON object as Rule R wants it.
//!
//! Values are never turned into numbers or maps: `1.00` must stay `1.00`, and nested members keep
//! their order. Only strings are read and written again, because their escapes differ between
//! clients (`\/`, `\uXXXX`) while the signed text has one spelling.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Why a text has no Rule R form. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReprintError {
    /// Not JSON, not an object, or a first-level name twice.
    #[error("not a JSON object in which each name occurs once")]
    NotAnObject,
    /// A string that is not Unicode: half of a surrogate pair.
    #[error("a string in the JSON object is not Unicode")]
    NotUnicode,
}

/// The Rule R text of the JSON object in `data`.
pub fn reprint(data: &str) -> Result<String, ReprintError> {
    let members: Members<'_> = serde_json::from_str(data).map_err(|_| ReprintError::NotAnObject)?;
    let mut text = String::with_capacity(data.len());
    text.push('{');
    for (name, value) in &members.0 {
        if value.get() == "null" {
            continue;
        }
        if text.len() > 1 {
            text.push(',');
        }
        push_string(&mut text, name);
        text.push(':');
        push_compact(&mut text, value.get())?;
    }
    text.push('}');
    Ok(text)
}

/// `BTreeMap<String, _>` sorts by UTF-8 bytes, as Rule R does.
struct Members<'a>(BTreeMap<String, &'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Once;

        impl<'de> Visitor<'de> for Once {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object in which each name occurs once")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = BTreeMap::new();
                while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                    if members.insert(name, value).is_some() {
                        return Err(A::Error::custom("a name occurs twice"));
                    }
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Once)
    }
}

/// Copies valid JSON without the white space between its tokens, each string written afresh. A
/// scan is enough, and safe at any depth: outside of strings, white space never separates tokens
/// that would otherwise join.
fn push_compact(text: &mut String, json: &str) -> Result<(), ReprintError> {
    let mut rest = json;
    while let Some(start) = rest.find('"') {
        push_without_space(text, &rest[..start]);
        let end = start + string_length(&rest[start..]);
        let value: String =
            serde_json::from_str(&rest[start..end]).map_err(|_| ReprintError::NotUnicode)?;
        push_string(text, &value);
        rest = &rest[end..];
    }
    push_without_space(text, rest);
    Ok(())
}

fn push_without_space(text: &mut String, json: &str) {
    text.extend(
        json.chars()
            .filter(|character| !character.is_ascii_whitespace()),
    );
}

/// How many bytes the string at the beginning of `json` takes, both quotes included.
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

/// serde_json escapes exactly what Rule R escapes: `"`, `\` and control characters below U+0020.
fn push_string(text: &mut String, value: &str) {
    let printed =
        serde_json::to_string(value).expect("a Rust string can always be printed as JSON");
    text.push_str(&printed);
}
