//! The envelope around `data`, out and in (huifu-api.md §1).
//!
//! The `data` that leaves is the very text that was signed. An answer without a signature is not
//! an answer: whoever stands between us and Huifu can write one.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::signing::SignatureError;
use crate::signing::huifu::{sign_data, verify_answer};
use crate::signing::keys::{PrivateKey, PublicKey};

/// Who calls Huifu: from its console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// `sys_id`: the channel's or the merchant's huifu_id, at most 32 characters.
    pub sys_id: String,
    /// `product_id`, at most 32 characters.
    pub product_id: String,
}

#[derive(Serialize)]
struct Outgoing<'a> {
    sys_id: &'a str,
    product_id: &'a str,
    sign: &'a str,
    data: &'a RawValue,
}

/// The JSON body of a request.
pub fn seal<T: Serialize>(data: &T, caller: &Caller, key: &PrivateKey) -> String {
    let data = serde_json::to_string(data).expect("our own requests can be printed as JSON");
    let signed =
        sign_data(&data, key).expect("a request prints as an object whose names occur once");
    let envelope = Outgoing {
        sys_id: &caller.sys_id,
        product_id: &caller.product_id,
        sign: &signed.sign,
        data: &signed.text,
    };
    serde_json::to_string(&envelope).expect("an envelope of texts can be printed as JSON")
}

#[derive(Deserialize)]
struct Incoming<'a> {
    #[serde(borrow)]
    data: &'a RawValue,
    sign: Option<String>,
}

/// Why an answer says nothing. For money each of them means: outcome unknown.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// Not `{"data":{…},"sign":"…"}`, or its `data` is not what was expected.
    #[error("Huifu's answer cannot be read")]
    Unreadable(#[source] serde_json::Error),
    /// Not signed, or not by Huifu.
    #[error("Huifu's answer is not signed by Huifu")]
    Signature(#[source] SignatureError),
}

/// Verifies an answer, then reads its `data`.
pub fn open<T: for<'data> Deserialize<'data>>(
    body: &str,
    key: &PublicKey,
) -> Result<T, EnvelopeError> {
    let envelope: Incoming<'_> = serde_json::from_str(body).map_err(EnvelopeError::Unreadable)?;
    let sign = envelope.sign.unwrap_or_default();
    verify_answer(envelope.data.get(), &sign, key).map_err(EnvelopeError::Signature)?;
    serde_json::from_str(envelope.data.get()).map_err(EnvelopeError::Unreadable)
}

/// As [`open`], for the one interface whose answers may come without a signature (pictures). One
/// that is there must hold.
pub fn open_even_unsigned<T: for<'data> Deserialize<'data>>(
    body: &str,
    key: &PublicKey,
) -> Result<T, EnvelopeError> {
    match open(body, key) {
        Err(EnvelopeError::Signature(SignatureError::MissingSignature)) => {
            let envelope: Incoming<'_> =
                serde_json::from_str(body).map_err(EnvelopeError::Unreadable)?;
            serde_json::from_str(envelope.data.get()).map_err(EnvelopeError::Unreadable)
        }
        opened => opened,
    }
}

#[cfg(test)]
mod tests;
