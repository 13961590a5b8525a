//! The texts that Huifu signs and verifies (huifu-api.md §2), called Rule R there.
//!
//! Requests and answers: the members of `data`, nulls dropped, sorted by name at the first level
//! only, printed compactly; nested order and the spelling of numbers stay as they were. Callbacks:
//! the text as it was received, never sorted, never printed again.
//!
//! Huifu's own clients print `data` in four different ways and sign the Rule R text, so what is on
//! the wire is often not what was signed. We send the signed text itself, which every reader
//! understands.

mod reprint;

use serde_json::value::RawValue;

use super::SignatureError;
use super::keys::{PrivateKey, PublicKey};

pub use reprint::{ReprintError, reprint};

/// A request's `data` with our signature over it. The text is what was signed and what is sent.
#[derive(Debug)]
pub struct SignedData {
    /// The Rule R text.
    pub text: Box<RawValue>,
    /// Standard Base64.
    pub sign: String,
}

/// Signs the `data` of a request: `data` is the text of a JSON object.
pub fn sign_data(data: &str, key: &PrivateKey) -> Result<SignedData, ReprintError> {
    let text = reprint(data)?;
    let sign = key.sign(text.as_bytes());
    let text = RawValue::from_string(text).map_err(|_| ReprintError::NotAnObject)?;
    Ok(SignedData { text, sign })
}

/// Says whether Huifu signed the `data` of an answer: over the text as received (as its Go client
/// reads it), or else over the Rule R text (as its other clients do).
pub fn verify_answer(data: &str, sign: &str, key: &PublicKey) -> Result<(), SignatureError> {
    match key.verify(data.as_bytes(), sign) {
        Err(SignatureError::Mismatch) => {
            let reprinted = reprint(data).map_err(|_| SignatureError::Mismatch)?;
            key.verify(reprinted.as_bytes(), sign)
        }
        held @ (Ok(()) | Err(_)) => held,
    }
}

/// Says whether Huifu signed the business text of a callback (`resp_data` or `data`), which must be
/// exactly as it came out of the form.
pub fn verify_callback(text: &str, sign: &str, key: &PublicKey) -> Result<(), SignatureError> {
    key.verify(text.as_bytes(), sign)
}

#[cfg(test)]
mod tests;
