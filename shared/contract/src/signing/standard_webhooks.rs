//! The three headers by which a library of the Standard Webhooks specification knows a notice.
//!
//! They stand beside the signature in the form and say the same of it: who sent exactly these
//! bytes, under which id, and when. The signed text is `id.timestamp.body`: the id is the
//! `notice_id`, the timestamp is this sending's in seconds since 1970, the body is as it is posted.
//! While secrets overlap, each signs, and the signatures stand in one header, a space between them.
//!
//! Unlike the form's signature this one is made with a secret that both sides have, so it proves
//! nothing to a third: whoever can verify it can make it. It is for partners whose framework speaks
//! it already. Only the headers bear the standard's words; what is sent stays a notice.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

/// The header with the `notice_id`.
pub const ID: &str = "webhook-id";
/// The header with the time of this sending, in seconds since 1970.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// The header with the signatures.
pub const SIGNATURE: &str = "webhook-signature";

/// What a secret begins with, so that it is known for one wherever it turns up.
pub const SECRET_PREFIX: &str = "whsec_";
/// The signatures of secrets begin with this; those of key pairs, which we do not make, with
/// `v1a,`.
const VERSION: &str = "v1";

/// A secret that we share with one partner: 24 to 64 bytes, written `whsec_` and standard Base64.
/// Its text is [`NoticeSecret::expose`]; nothing else prints it.
#[derive(Clone, PartialEq, Eq)]
pub struct NoticeSecret(Box<[u8]>);

/// A text that is no secret. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret is whsec_ and 24 to 64 bytes in standard Base64")]
pub struct InvalidNoticeSecret;

/// Why headers are not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StandardError {
    /// The time is no number of seconds, or is further off than was allowed.
    #[error("webhook-timestamp is missing, malformed or too far from now")]
    Timestamp,
    /// None of the signatures was made with one of the secrets over this id, time and body.
    #[error("no signature in webhook-signature holds")]
    Signature,
}

impl NoticeSecret {
    /// The shortest that the specification allows, in bytes.
    pub const MIN_BYTES: usize = 24;
    /// The longest.
    pub const MAX_BYTES: usize = 64;

    /// A secret of these bytes, which must be random.
    pub fn new(bytes: &[u8]) -> Result<Self, InvalidNoticeSecret> {
        if (Self::MIN_BYTES..=Self::MAX_BYTES).contains(&bytes.len()) {
            Ok(Self(bytes.into()))
        } else {
            Err(InvalidNoticeSecret)
        }
    }

    /// The text that the partner is given, once.
    pub fn expose(&self) -> String {
        format!("{SECRET_PREFIX}{}", STANDARD.encode(&self.0))
    }

    fn key(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &self.0)
    }
}

impl FromStr for NoticeSecret {
    type Err = InvalidNoticeSecret;

    fn from_str(text: &str) -> Result<Self, InvalidNoticeSecret> {
        let encoded = text
            .strip_prefix(SECRET_PREFIX)
            .ok_or(InvalidNoticeSecret)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| InvalidNoticeSecret)?;
        Self::new(&bytes)
    }
}

impl fmt::Debug for NoticeSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("NoticeSecret(***)")
    }
}

/// The headers of one sending, in the order of the specification; none for a partner without a
/// secret.
pub fn headers(
    secrets: &[NoticeSecret],
    id: &str,
    at: Timestamp,
    body: &[u8],
) -> Vec<(&'static str, String)> {
    if secrets.is_empty() {
        return Vec::new();
    }
    let timestamp = at.as_second().to_string();
    let text = signed_text(id, &timestamp, body);
    let signatures: Vec<String> = secrets
        .iter()
        .map(|secret| {
            let tag = hmac::sign(&secret.key(), &text);
            format!("{VERSION},{}", STANDARD.encode(tag.as_ref()))
        })
        .collect();
    vec![
        (ID, id.to_owned()),
        (TIMESTAMP, timestamp),
        (SIGNATURE, signatures.join(" ")),
    ]
}

/// What a partner does with the three values: whether one of `secrets` signed exactly this, at most
/// `tolerance_seconds` from `now`. Signatures of other versions are passed over, as the
/// specification asks.
pub fn verify(
    secrets: &[NoticeSecret],
    (id, timestamp, signatures): (&str, &str, &str),
    body: &[u8],
    now: Timestamp,
    tolerance_seconds: u64,
) -> Result<(), StandardError> {
    let at: i64 = timestamp.parse().map_err(|_| StandardError::Timestamp)?;
    if now.as_second().abs_diff(at) > tolerance_seconds {
        return Err(StandardError::Timestamp);
    }
    let text = signed_text(id, timestamp, body);
    let holds = signatures
        .split(' ')
        .filter_map(|signature| signature.split_once(','))
        .filter(|(version, _)| *version == VERSION)
        .filter_map(|(_, encoded)| STANDARD.decode(encoded).ok())
        // Each comparison takes as long for a signature that differs early as for one that differs
        // late.
        .any(|tag| {
            let made_with =
                |secret: &NoticeSecret| hmac::verify(&secret.key(), &text, &tag).is_ok();
            secrets.iter().any(made_with)
        });
    if holds {
        Ok(())
    } else {
        Err(StandardError::Signature)
    }
}

/// `id.timestamp.body`. The first two have no dot in them, so nothing can be moved across one.
fn signed_text(id: &str, timestamp: &str, body: &[u8]) -> Vec<u8> {
    let mut text = format!("{id}.{timestamp}.").into_bytes();
    text.extend_from_slice(body);
    text
}

#[cfg(test)]
mod tests;
