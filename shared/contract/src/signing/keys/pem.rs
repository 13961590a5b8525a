//! The armour around a key: PEM, bare Base64, or none.
//!
//! People paste keys from consoles and mails, with lost line breaks and Windows line ends, so only
//! the label and the Base64 letters count; the strict 64-column layout of RFC 7468 does not.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use rsa::pkcs8::der::zeroize::Zeroizing;

use super::KeyError;

/// A PKCS#8 PEM of 4096 bits is about 3,300 characters; anything near this is something else.
const MAX_TEXT: usize = 16 * 1024;

/// Padding is often lost when a key is copied, and adds nothing to it.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The bytes inside and the label around them, if there was one. The bytes are wiped when dropped.
pub(super) struct Unarmoured<'a> {
    pub(super) label: Option<&'a str>,
    pub(super) der: Zeroizing<Vec<u8>>,
}

/// Takes the armour off; what the bytes mean is for the caller to find out.
pub(super) fn unarmour(text: &str) -> Result<Unarmoured<'_>, KeyError> {
    if text.len() > MAX_TEXT {
        return Err(KeyError::TooLong);
    }
    let text = text.trim();
    let (label, body) = match text.strip_prefix("-----BEGIN ") {
        None => (None, text),
        Some(rest) => {
            let (label, rest) = rest.split_once("-----").ok_or(KeyError::Unreadable)?;
            let end = format!("-----END {label}-----");
            let body = rest
                .strip_suffix(end.as_str())
                .ok_or(KeyError::Unreadable)?;
            (Some(label), body)
        }
    };
    let letters: Zeroizing<Vec<u8>> = Zeroizing::new(
        body.bytes()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect(),
    );
    if letters.is_empty() {
        return Err(KeyError::Unreadable);
    }
    let der = LENIENT
        .decode(&*letters)
        .map_err(|_| KeyError::Unreadable)?;
    Ok(Unarmoured {
        label,
        der: Zeroizing::new(der),
    })
}
