//! JSON inside of a string, which is how Huifu nests.
//!
//! Its pages say String for some of these and Object for others, and contradict themselves
//! (huifu-api.md §3.11), so both are read: the text is kept as it came, and a method reads it.

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _};
use serde_json::value::RawValue;

/// A nested part that cannot be read. It does not repeat the part, which may name people.
#[derive(Debug, thiserror::Error)]
#[error("{field} of Huifu's answer cannot be read")]
pub struct NestedError {
    /// Huifu's name of the part.
    pub field: &'static str,
    /// Where in it reading stopped.
    #[source]
    pub cause: NestedCause,
}

/// Where reading a nested part stopped: serde's own message may repeat a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}")]
pub struct NestedCause {
    line: usize,
    column: usize,
}

/// The text of a nested part, whether it came as a string or as itself.
pub(super) fn nested<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    let Some(raw) = Option::<&RawValue>::deserialize(deserializer)? else {
        return Ok(None);
    };
    let json = raw.get();
    let text = match json.as_bytes().first() {
        Some(b'"') => serde_json::from_str(json).map_err(D::Error::custom)?,
        Some(b'{' | b'[') => json.to_owned(),
        _ => return Err(D::Error::custom("expected a nested part")),
    };
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// Reads a nested part; one that is absent is empty.
pub(super) fn read<T: DeserializeOwned + Default>(
    field: &'static str,
    text: Option<&str>,
) -> Result<T, NestedError> {
    let Some(text) = text else {
        return Ok(T::default());
    };
    serde_json::from_str(text).map_err(|error| NestedError {
        field,
        cause: NestedCause {
            line: error.line(),
            column: error.column(),
        },
    })
}
