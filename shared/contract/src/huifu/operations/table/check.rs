//! The engine that reads JSON by a table: all errors at once, and what was right of it.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::shape::{self, broken};
use super::{Certificate, Field, FieldError, FieldRule, ID_CARD, Json, Kind, Members, Need};
use super::{Part, Table};
use crate::huifu::ReqDate;
use crate::partner::rule::UNKNOWN_FIELD;

/// Names of one object that are not in its table and are complained about.
const MOST_UNKNOWN: usize = 20;

/// Reads `form` by `table`. The members are complete only if no error was added.
pub(in crate::huifu::operations) fn check(
    table: &'static Table,
    form: &Value,
    today: Option<Date>,
) -> (Members, Checker) {
    let mut checker = Checker {
        today,
        errors: Vec::new(),
    };
    let members = checker.object(table, form, form, String::new());
    (members, checker)
}

/// What was found so far.
#[derive(Debug)]
pub(in crate::huifu::operations) struct Checker {
    /// The day on which the form came in; `None` for a form that passed before.
    today: Option<Date>,
    errors: Vec<FieldError>,
}

impl Checker {
    pub(in crate::huifu::operations) fn refuse(
        &mut self,
        path: impl Into<String>,
        rule: FieldRule,
        source: &'static str,
    ) {
        self.errors.push(FieldError {
            path: path.into(),
            rule,
            source,
        });
    }

    /// Whether this part of `path` was refused, or without a name that itself: then it is there,
    /// whatever the members say.
    pub(in crate::huifu::operations) fn has_refused(&self, path: &str, name: &str) -> bool {
        let path = if name.is_empty() {
            path.to_owned()
        } else {
            join(path, name)
        };
        self.errors.iter().any(|error| error.path == path)
    }

    pub(in crate::huifu::operations) fn into_errors(self) -> Vec<FieldError> {
        self.errors
    }

    fn object(&mut self, table: &'static Table, root: &Value, at: &Value, path: String) -> Members {
        let mut members = Members::default();
        let Value::Object(given) = at else {
            self.refuse(path, FieldRule::WrongType(Json::Object), table.source);
            return members;
        };
        let unknown = given.keys().filter(|name| table.field(name).is_none());
        let unknown: BTreeSet<&String> = unknown.collect();
        for name in unknown.into_iter().take(MOST_UNKNOWN) {
            let path = join(&path, repeatable(name));
            self.refuse(path, FieldRule::Unknown, table.source);
        }
        for field in table.fields {
            let path = join(&path, field.name);
            match given.get(field.name).filter(|value| is_value(value)) {
                None => {
                    if let Some(rule) = missing(field.need, root, given) {
                        self.refuse(path, rule, table.source);
                    }
                }
                Some(value) => {
                    if let Some(part) = self.part(field, table.source, root, value, path) {
                        members.insert(field.name, part);
                    }
                }
            }
        }
        self.validities(table, &members, &path);
        self.certificates(table, &members, &path);
        members
    }

    fn part(
        &mut self,
        field: &'static Field,
        source: &'static str,
        root: &Value,
        value: &Value,
        path: String,
    ) -> Option<Part> {
        match (&field.kind, value) {
            (Kind::Ours, _) => self.refuse(path, FieldRule::FilledByUs, source),
            (Kind::NotOffered, _) => self.refuse(path, FieldRule::NotOffered, source),
            (Kind::Object(table), _) => {
                return Some(Part::Object(self.object(table, root, value, path)));
            }
            (Kind::List(_) | Kind::FreeList, Value::Array(list)) if list.len() > field.max => {
                self.refuse(path, FieldRule::AtMostEntries(field.max), source);
            }
            (Kind::List(table), Value::Array(list)) => {
                let entries = list.iter().enumerate().map(|(index, entry)| {
                    self.object(table, root, entry, format!("{path}[{index}]"))
                });
                return Some(Part::List(entries.collect()));
            }
            (Kind::FreeObject, Value::Object(_)) | (Kind::FreeList, Value::Array(_)) => {
                match broken_free(value) {
                    Some(rule) => self.refuse(path, rule, source),
                    None => return Some(Part::Free(value.clone())),
                }
            }
            (Kind::List(_) | Kind::FreeList, _) => {
                self.refuse(path, FieldRule::WrongType(Json::List), source);
            }
            (Kind::FreeObject, _) => {
                self.refuse(path, FieldRule::WrongType(Json::Object), source);
            }
            (kind, Value::String(text)) => match broken(text, field.max, kind) {
                Some(rule) => self.refuse(path, rule, source),
                None => return Some(text_part(kind, text)),
            },
            (
                _,
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::Array(_)
                | Value::Object(_),
            ) => self.refuse(path, FieldRule::WrongType(Json::Text), source),
        }
        None
    }

    fn validities(&mut self, table: &Table, members: &Members, path: &str) {
        for (begin_name, end_name) in table.validities {
            let day = |name| members.text(name)?.parse::<ReqDate>().ok();
            let (begin, end) = (day(begin_name), day(end_name));
            if let (Some(begin), Some(end)) = (begin, end)
                && end < begin
            {
                let rule = FieldRule::NotBefore(begin_name);
                self.refuse(join(path, end_name), rule, table.source);
            }
            let Some(today) = self.today else { continue };
            if begin.is_some_and(|begin| begin.date() > today) {
                self.refuse(join(path, begin_name), FieldRule::NotInFuture, table.source);
            }
            if end.is_some_and(|end| end.date() < today) {
                self.refuse(join(path, end_name), FieldRule::NotExpired, table.source);
            }
        }
    }

    fn certificates(&mut self, table: &Table, members: &Members, path: &str) {
        for certificate in table.certificates {
            if let Some(rule) = broken_certificate(certificate, members, self.today) {
                self.refuse(join(path, certificate.number), rule, table.source);
            }
        }
    }
}

fn broken_certificate(
    certificate: &Certificate,
    members: &Members,
    today: Option<Date>,
) -> Option<FieldRule> {
    let is_id_card = certificate
        .cert_type
        .is_none_or(|field| members.text(field) == Some(ID_CARD));
    let number = members.text(certificate.number).filter(|_| is_id_card)?;
    let Some(born) = shape::born(number) else {
        return Some(FieldRule::IdCard);
    };
    let of_age = today.is_none_or(|today| shape::of_age(born, today));
    (certificate.of_age && !of_age).then_some(FieldRule::OfAge)
}

/// Whether it is more than `null`, `""` and `[]`, which Huifu's own clients leave out.
fn is_value(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => true,
    }
}

fn missing(need: Need, root: &Value, beside: &Map<String, Value>) -> Option<FieldRule> {
    let is_one_of = |field: &str, values: &[&str]| {
        let found = match field.split_once('.') {
            Some((part, name)) => root.get(part).and_then(|part| part.get(name)),
            None => beside.get(field),
        };
        found
            .and_then(Value::as_str)
            .is_some_and(|found| values.contains(&found))
    };
    match need {
        Need::Required => Some(FieldRule::Required),
        Need::Optional => None,
        Need::When(field, values) => {
            is_one_of(field, values).then_some(FieldRule::RequiredWhen(field, values))
        }
        Need::Unless(field, values) => {
            (!is_one_of(field, values)).then_some(FieldRule::RequiredUnless(field, values))
        }
    }
}

/// The reference names no length for these; a form must end somewhere.
const LONGEST_FREE: usize = 4_000;

fn broken_free(value: &Value) -> Option<FieldRule> {
    let printed = value.to_string();
    if printed.chars().count() > LONGEST_FREE {
        return Some(FieldRule::AtMost(LONGEST_FREE));
    }
    // Printed, a control character of a string is an escape; others never come from a parser.
    has_controls(value).then_some(FieldRule::NoControls)
}

fn has_controls(value: &Value) -> bool {
    let controls = |text: &str| text.chars().any(char::is_control);
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
        Value::String(text) => controls(text),
        Value::Array(list) => list.iter().any(has_controls),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| controls(name) || has_controls(value)),
    }
}

fn text_part(kind: &Kind, text: &str) -> Part {
    let picture = (*kind == Kind::Picture).then(|| text.parse().ok());
    match picture.flatten() {
        Some(id) => Part::Picture(id),
        None => Part::Text(text.to_owned()),
    }
}

/// A name that is not in the table is repeated only if it looks like a name of a field: somebody
/// mistyped it. Anything else may be a card number in the wrong place.
fn repeatable(name: &str) -> &str {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    if (1..=32).contains(&name.len()) && name.bytes().all(plain) {
        name
    } else {
        UNKNOWN_FIELD
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}
