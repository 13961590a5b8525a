//! The limits of Huifu's fields, checked before anything is signed, and on everything received.

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use serde_json::value::RawValue;

/// What a text field must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextRule {
    /// 1 to so many characters.
    Length(usize),
    /// No control characters: Huifu's own clients disagree on how they are escaped
    /// (huifu-api.md §2).
    NoControls,
    /// An address that Huifu calls: http or https, no query, no fragment, port 80, 443 or
    /// 8000-9005 unless it is on this machine (huifu-api.md §4).
    CallbackUrl,
    /// At least 0.01.
    Positive,
    /// One of the values that Huifu's table lists.
    Listed,
}

/// A field outside of its limit. It never holds the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field} breaks Huifu's limit: {rule:?}")]
pub struct LimitError {
    /// Huifu's name of the field.
    pub field: &'static str,
    /// Its limit.
    pub rule: TextRule,
}

pub(super) fn check_text(field: &'static str, text: &str, max: usize) -> Result<(), LimitError> {
    if !(1..=max).contains(&text.chars().count()) {
        return Err(LimitError {
            field,
            rule: TextRule::Length(max),
        });
    }
    if text.chars().any(char::is_control) {
        return Err(LimitError {
            field,
            rule: TextRule::NoControls,
        });
    }
    Ok(())
}

/// A received text, cut to nothing when it is null, empty or absent, refused when it is over its
/// limit. Huifu's tables say String everywhere; a number is read in its own spelling all the same,
/// because a signed statement about money must not get lost over quotation marks. Control
/// characters are left out for the same reason: PostgreSQL stores no NUL, and none of them says
/// anything.
pub(super) fn received<'de, D: Deserializer<'de>, const MAX: usize>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    let Some(raw) = Option::<&RawValue>::deserialize(deserializer)? else {
        return Ok(None);
    };
    let json = raw.get();
    let mut text = match json.as_bytes().first() {
        Some(b'"') => serde_json::from_str(json).map_err(D::Error::custom)?,
        Some(b'-' | b'0'..=b'9') => json.to_owned(),
        _ => return Err(D::Error::custom("expected a string")),
    };
    text.retain(|character: char| !character.is_control());
    if text.chars().count() > MAX {
        return Err(D::Error::custom("a string is longer than Huifu's limit"));
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}
