//! The text that partners sign in forms, and that we sign in answers and notices (version 1.0).
//!
//! Every field that is sent except `sign`, empty values left out, sorted by name in byte order,
//! `name=value` joined with `&`, values as they are (not URL-encoded), UTF-8. Unknown fields are
//! signed too.
//!
//! Because values are not encoded, a value may itself contain `&name=`, so that two different forms
//! have one signed text: `a=1&b=2` is both {a: "1&b=2"} and {a: "1", b: "2"}. The form travels
//! through the user's browser, so the user could move such a border without breaking the
//! signature: hide `out_order_no` in the tail of `notify_url`, or cut a URL short. Whoever reads a
//! signed form therefore refuses it unless [`check_unambiguous`] holds; after that no other form
//! that would be accepted has the same text.

mod unambiguous;

use jiff::Timestamp;

use super::SignatureError;
use super::keys::{KeySet, PrivateKey};
use crate::ids::KeyId;

pub use unambiguous::{Ambiguous, Names, check_unambiguous};

/// The field that carries the signature, and is therefore not signed.
pub const SIGN: &str = "sign";

/// Why fields have no signed text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// A name that occurs twice: which of the two values counts would be a matter of taste.
    #[error("a field name occurs twice")]
    Repeated,
    /// A name that is empty or contains `&` or `=`.
    #[error("a field name is empty or contains & or =")]
    BadName,
}

/// Why signed fields are not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// They have no signed text.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The signature does not hold.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

/// The signed text of `fields`, in whatever order they come; `sign` may be among them.
pub fn signed_text<N: AsRef<str>, V: AsRef<str>>(fields: &[(N, V)]) -> Result<String, TextError> {
    let mut sorted: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_ref(), value.as_ref()))
        .collect();
    sorted.sort_unstable();
    if sorted.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return Err(TextError::Repeated);
    }
    let bad_name = |name: &str| name.is_empty() || name.contains(['&', '=']);
    if sorted.iter().any(|(name, _)| bad_name(name)) {
        return Err(TextError::BadName);
    }
    let signed: Vec<String> = sorted
        .iter()
        .filter(|(name, value)| *name != SIGN && !value.is_empty())
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    Ok(signed.join("&"))
}

/// Our signature over `fields`: the value of the field `sign`.
pub fn sign<N: AsRef<str>, V: AsRef<str>>(
    fields: &[(N, V)],
    key: &PrivateKey,
) -> Result<String, TextError> {
    Ok(key.sign(signed_text(fields)?.as_bytes()))
}

/// Says which of `keys` signed `fields`, whose `sign` and `key_id` are among them.
pub fn verify<'keys, N: AsRef<str>, V: AsRef<str>>(
    fields: &[(N, V)],
    keys: &'keys KeySet,
    now: Timestamp,
) -> Result<&'keys KeyId, VerifyError> {
    let text = signed_text(fields)?;
    let value_of = |wanted: &str| {
        fields
            .iter()
            .find(|(name, _)| name.as_ref() == wanted)
            .map(|(_, value)| value.as_ref())
            .filter(|value| !value.is_empty())
    };
    let sign = value_of(SIGN).ok_or(SignatureError::MissingSignature)?;
    Ok(keys.verify(value_of("key_id"), text.as_bytes(), sign, now)?)
}

#[cfg(test)]
mod tests;
