//! Reads the bodies of API calls: one JSON object, field by field, remembering everything that is
//! wrong.
//!
//! A name that occurs twice in an object makes the whole body malformed: readers disagree about
//! which of the two counts, and this one decides about money.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::field_problem::{BodyError, FieldProblem};
use super::rule::{FieldError, Rule, UNKNOWN_FIELD};

/// Names that are not in the contract and are complained about: one mistake makes a few of them,
/// and a body of nothing else would make an answer many times its size.
const MOST_UNKNOWN: usize = 20;

/// Problems that one answer lists; whoever has put these right hears of the others.
const MOST_PROBLEMS: usize = 100;

/// The members of a body, and what was found wrong with them so far.
pub(super) struct Fields {
    members: Map<String, Value>,
    problems: Vec<FieldProblem>,
}

impl Fields {
    /// Reads a body that may have these fields and no others.
    pub(super) fn of(body: &[u8], known: &[&str]) -> Result<Self, BodyError> {
        let Value::Object(members) = read(body)? else {
            return Err(BodyError::Malformed);
        };
        let unknown = members.keys().map(String::as_str);
        let mut unknown: Vec<&str> = unknown.filter(|name| !known.contains(name)).collect();
        // In one order whatever serde_json was built with, and so the same ones of very many.
        unknown.sort_unstable();
        unknown.truncate(MOST_UNKNOWN);
        let problems = unknown.into_iter().map(|name| FieldProblem {
            field: repeatable(name).to_owned(),
            ..FieldError {
                field: UNKNOWN_FIELD,
                rule: Rule::Unknown,
            }
            .into()
        });
        Ok(Self {
            problems: problems.collect(),
            members,
        })
    }

    /// A text that must be there; `None` when a problem was noted.
    pub(super) fn required<T>(
        &mut self,
        field: &'static str,
        max: usize,
        parse: impl FnOnce(&str) -> Result<T, Rule>,
    ) -> Option<T> {
        let read = self.optional(field, max, parse)?;
        if read.is_none() {
            self.refuse(field, Rule::Required);
        }
        read
    }

    /// A text that may be there; empty and `null` are the same as absent. The outer `None` means
    /// that a problem was noted.
    pub(super) fn optional<T>(
        &mut self,
        field: &'static str,
        max: usize,
        parse: impl FnOnce(&str) -> Result<T, Rule>,
    ) -> Option<Option<T>> {
        let read = match self.members.get(field) {
            None | Some(Value::Null) => return Some(None),
            Some(Value::String(text)) if text.is_empty() => return Some(None),
            // Bytes first: counting the characters of a picture would take a while.
            Some(Value::String(text)) if text.len() > max && text.chars().count() > max => {
                Err(Rule::AtMost(max))
            }
            Some(Value::String(text)) => parse(text),
            Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                Err(Rule::Text)
            }
        };
        match read {
            Ok(value) => Some(Some(value)),
            Err(rule) => {
                self.refuse(field, rule);
                None
            }
        }
    }

    /// An object that must be there.
    pub(super) fn object(&mut self, field: &'static str) -> Option<Value> {
        let read = self.optional_object(field)?;
        if read.is_none() {
            self.refuse(field, Rule::Required);
        }
        read
    }

    /// An object that may be there; the outer `None` means that a problem was noted.
    pub(super) fn optional_object(&mut self, field: &'static str) -> Option<Option<Value>> {
        match self.members.get(field) {
            Some(object @ Value::Object(_)) => Some(Some(object.clone())),
            None | Some(Value::Null) => Some(None),
            Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
                self.refuse(field, Rule::Object);
                None
            }
        }
    }

    pub(super) fn refuse(&mut self, field: &'static str, rule: Rule) {
        self.problems.push(FieldError { field, rule }.into());
    }

    /// Adds problems that somebody else found.
    pub(super) fn refuse_all(&mut self, problems: impl IntoIterator<Item = FieldProblem>) {
        self.problems.extend(problems);
    }

    /// What was read, if nothing was wrong.
    pub(super) fn finish<T>(self, read: Option<T>) -> Result<T, BodyError> {
        match read {
            Some(read) if self.problems.is_empty() => Ok(read),
            Some(_) | None => {
                let mut problems = self.problems;
                problems.truncate(MOST_PROBLEMS);
                Err(BodyError::Fields(problems))
            }
        }
    }
}

/// A name that is not in the contract is repeated only if it looks like a name of a field: somebody
/// mistyped it. Anything else may be a card number in the wrong place.
pub(super) fn repeatable(name: &str) -> &str {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    if (1..=32).contains(&name.len()) && name.bytes().all(plain) {
        name
    } else {
        UNKNOWN_FIELD
    }
}

/// One JSON value whose objects have no name twice, and nothing after it.
fn read(body: &[u8]) -> Result<Value, BodyError> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = Strict
        .deserialize(&mut reader)
        .map_err(|_| BodyError::Malformed)?;
    reader.end().map_err(|_| BodyError::Malformed)?;
    Ok(value)
}

struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut read = Vec::new();
        while let Some(value) = list.next_element_seed(Self)? {
            read.push(value);
        }
        Ok(Value::Array(read))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut read = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(Self)?;
            if read.insert(name, value).is_some() {
                return Err(A::Error::custom("a name occurs twice"));
            }
        }
        Ok(Value::Object(read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_occurs_twice_makes_the_body_malformed_wherever_it_is() {
        let read = |body: &str| read(body.as_bytes()).is_ok();
        assert!(read(
            r#"{"a":[{"b":1,"c":null},{"b":-2.5}],"d":true,"e":"x"}"#
        ));
        for bad in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":[{"b":{"c":1,"c":2}}]}"#,
            r#"{"a":1}{"#,
            r#"{"a":1"#,
            "",
        ] {
            assert!(!read(bad), "{bad}");
        }
        assert!(!read(&"[".repeat(200_000)), "depth ends somewhere");
    }

    #[test]
    fn a_body_of_nothing_but_mistakes_is_answered_with_a_hundred_at_most() {
        let names: Vec<String> = (0..1_000).map(|at| format!("\"n{at}\":1")).collect();
        let body = format!("{{{}}}", names.join(","));
        let mut fields = Fields::of(body.as_bytes(), &["a"]).unwrap();
        let problem = FieldProblem::from(FieldError {
            field: "a",
            rule: Rule::Text,
        });
        fields.refuse_all(vec![problem; 1_000]);
        let Err(BodyError::Fields(problems)) = fields.finish(Some(())) else {
            panic!("problems were found");
        };
        let unknown = problems.iter().filter(|one| one.field == UNKNOWN_FIELD);
        assert_eq!((unknown.count(), problems.len()), (20, 100));
    }

    #[test]
    fn everything_wrong_is_said_at_once_and_no_value_is_repeated() {
        let body = r#"{"a":"secret","b":7,"mistyped":"secret","6222021122334455":"secret"}"#;
        let mut fields = Fields::of(body.as_bytes(), &["a", "b", "c", "d"]).unwrap();
        let too_long = fields.required("a", 5, |text| Ok(text.to_owned()));
        assert_eq!(too_long, None);
        assert_eq!(fields.optional("b", 5, |_| Ok(())), None);
        assert_eq!(fields.optional("c", 5, |_| Ok(())), Some(None));
        assert_eq!(fields.object("d"), None);
        let Err(BodyError::Fields(problems)) = fields.finish(Some(())) else {
            panic!("problems were found");
        };
        let said: Vec<String> = problems
            .iter()
            .map(|problem| format!("{} {}", problem.field, problem.rule))
            .collect();
        assert_eq!(
            said,
            [
                "(unknown field) is not a field of this interface",
                "mistyped is not a field of this interface",
                "a has at most 5 characters",
                "b must be a string",
                "d is required",
            ]
        );
        let printed = serde_json::to_string(&problems).unwrap();
        assert!(
            !printed.contains("secret") && !printed.contains("6222"),
            "{printed}"
        );
    }
}
