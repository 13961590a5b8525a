//! Reads fields out of a form one by one and remembers everything that is wrong.

use std::collections::BTreeSet;
use std::str::FromStr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::super::rule::{FieldError, Rule, UNKNOWN_FIELD};
use super::super::seal;
use super::{BUSINESS_NAMES, known_name};
use crate::money::{Fen, MoneyError};
use crate::signing::partner::{Names, check_unambiguous};

/// Sixteen fields are ours; this leaves room for a partner's own, and none for a flood.
pub(super) const MAX_FIELDS: usize = 64;
/// For the names of unknown fields.
const MAX_NAME: usize = 64;
/// For the values of unknown fields, which we only sign.
pub(super) const MAX_UNKNOWN: usize = 1024;

pub(super) struct Reader<'form> {
    form: &'form [(String, String)],
    errors: Vec<FieldError>,
}

impl<'form> Reader<'form> {
    /// Looks at names first: too many fields, repeated ones, misspelt ones.
    pub(super) fn new(form: &'form [(String, String)]) -> Result<Self, Vec<FieldError>> {
        if form.len() > MAX_FIELDS {
            return Err(vec![FieldError {
                field: UNKNOWN_FIELD,
                rule: Rule::AtMostFields(MAX_FIELDS),
            }]);
        }
        let mut reader = Self {
            form,
            errors: Vec::new(),
        };
        let mut seen = BTreeSet::new();
        for (name, value) in form {
            let known = known_name(name);
            if !seen.insert(name.as_str()) {
                reader.refuse(known.unwrap_or(UNKNOWN_FIELD), Rule::Once);
            }
            if known.is_none() {
                reader.look_at_unknown(name, value);
            }
        }
        Ok(reader)
    }

    fn look_at_unknown(&mut self, name: &str, value: &str) {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if !(1..=MAX_NAME).contains(&name.len()) || !name.bytes().all(plain) {
            self.refuse(UNKNOWN_FIELD, Rule::Name);
        }
        if value.chars().count() > MAX_UNKNOWN {
            self.refuse(UNKNOWN_FIELD, Rule::AtMost(MAX_UNKNOWN));
        }
    }

    /// A field that must be there; `None` when an error was noted.
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

    /// A field that may be there; empty is the same as absent, as it is in the signed text. The
    /// outer `None` means that an error was noted.
    pub(super) fn optional<T>(
        &mut self,
        field: &'static str,
        max: usize,
        parse: impl FnOnce(&str) -> Result<T, Rule>,
    ) -> Option<Option<T>> {
        let sent = self.form.iter().find(|(name, _)| name == field);
        let Some(text) = sent
            .map(|(_, value)| value.as_str())
            .filter(|text| !text.is_empty())
        else {
            return Some(None);
        };
        let read = if text.chars().count() > max {
            Err(Rule::AtMost(max))
        } else {
            parse(text)
        };
        match read {
            Ok(value) => Some(Some(value)),
            Err(rule) => {
                self.refuse(field, rule);
                None
            }
        }
    }

    /// Notes a form whose signed text could be read as another form, unless the field that makes
    /// it so was refused already.
    pub(super) fn check_unambiguous(&mut self, urls: &[&str]) {
        let known: Vec<&str> = seal::NAMES.into_iter().chain(BUSINESS_NAMES).collect();
        let names = Names {
            known: &known,
            urls,
        };
        if let Err(ambiguous) = check_unambiguous(self.form, names) {
            let field = ambiguous
                .field
                .as_deref()
                .and_then(known_name)
                .unwrap_or(UNKNOWN_FIELD);
            if !self.errors.iter().any(|error| error.field == field) {
                self.refuse(field, Rule::Unambiguous);
            }
        }
    }

    fn refuse(&mut self, field: &'static str, rule: Rule) {
        let error = FieldError { field, rule };
        if !self.errors.contains(&error) {
            self.errors.push(error);
        }
    }

    pub(super) fn finish(self) -> Vec<FieldError> {
        self.errors
    }
}

/// An id that someone else chose. `&` and `=` would make the signed text ambiguous, `"` and `\`
/// would have to be escaped in the Authorization header.
pub(in crate::partner) fn id<T: FromStr>(text: &str) -> Result<T, Rule> {
    if text.contains(['&', '=', '"', '\\']) {
        return Err(Rule::Id);
    }
    text.parse().map_err(|_| Rule::Id)
}

pub(super) fn base64(text: &str) -> Result<String, Rule> {
    BASE64_STANDARD
        .decode(text)
        .map(|_| text.to_owned())
        .map_err(|_| Rule::Base64)
}

pub(in crate::partner) fn money(text: &str) -> Result<Fen, Rule> {
    match text.parse() {
        Ok(Fen::ZERO) => Err(Rule::Positive),
        Ok(amount) => Ok(amount),
        Err(MoneyError::Malformed | MoneyError::Overflow) => Err(Rule::Yuan),
        Err(MoneyError::Negative) => Err(Rule::Positive),
        Err(MoneyError::TooLong) => Err(Rule::AtMost(crate::money::MAX_CHARACTERS)),
    }
}
