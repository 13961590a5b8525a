//! The signature header of the server-to-server API, for requests and for our answers.
//!
//! `Authorization: TIXIAN-RSA2 partner_id="…",key_id="…",timestamp="…",nonce="…",signature="…"`.
//! The signed text has five lines, each ended by `\n`, the last too: method, path with query,
//! timestamp, nonce, body. A body is taken byte for byte and may contain line ends: it is the last
//! part, so nothing can be moved across its border.
//!
//! Our answers carry the same header over the same five lines: the method and path that were *asked
//! for*, the time of the answer, the nonce of the question, and the answer's body. So an answer
//! cannot be shown as the answer to another question. It cannot pass for a request either: a
//! request is verified with the partner's keys, an answer with ours.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use super::SignatureError;
use super::keys::{KeySet, PrivateKey};
use crate::ids::{KeyId, PartnerId};
use crate::partner::time::{WireTime, WireTimeError};

/// The scheme in front of the parameters.
pub const SCHEME: &str = "TIXIAN-RSA2";

/// Five parameters at their longest are about 700 characters.
const MAX_HEADER: usize = 1024;
const MAX_NONCE: usize = 32;
/// 4096 bits in Base64 are 684 characters.
const MAX_SIGNATURE: usize = 684;

/// A parsed header. Parsed does not mean verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization {
    /// Who signed, or whom the answer is for.
    pub partner_id: PartnerId,
    /// With which key.
    pub key_id: KeyId,
    /// When.
    pub timestamp: WireTime,
    /// Used once; 1 to 32 letters, digits, `-` or `_`.
    pub nonce: String,
    /// Standard Base64.
    pub signature: String,
}

/// Why a header cannot be read. It does not repeat the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Longer than any good one.
    #[error("the Authorization header is too long")]
    TooLong,
    /// Another scheme, or none.
    #[error("the Authorization header does not begin with {SCHEME}")]
    Scheme,
    /// Not `name="value"` joined with commas, or a name twice, or an unknown one.
    #[error("the Authorization header is not a list of name=\"value\"")]
    Malformed,
    /// A parameter that is not there.
    #[error("the Authorization header has no {0}")]
    Missing(&'static str),
    /// A parameter that is too long or has characters it may not have.
    #[error("{0} in the Authorization header is malformed")]
    Parameter(&'static str),
}

/// A request or an answer as it is signed.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// The request's method, in capitals, as on the wire.
    pub method: &'a str,
    /// Path with query, as on the request line (`/v1/withdrawals/query`).
    pub path_and_query: &'a str,
    /// Byte for byte.
    pub body: &'a [u8],
}

impl Signed<'_> {
    /// The signed text.
    pub fn text(&self, timestamp: WireTime, nonce: &str) -> Vec<u8> {
        let Self {
            method,
            path_and_query,
            ..
        } = self;
        let head = format!("{method}\n{path_and_query}\n{timestamp}\n{nonce}\n");
        let mut text = head.into_bytes();
        text.extend_from_slice(self.body);
        text.push(b'\n');
        text
    }
}

impl Authorization {
    /// Signs: `Display` of the result is the value of the header.
    pub fn sign(
        signed: Signed<'_>,
        partner_id: PartnerId,
        timestamp: WireTime,
        nonce: String,
        (key_id, key): (KeyId, &PrivateKey),
    ) -> Self {
        let signature = key.sign(&signed.text(timestamp, &nonce));
        Self {
            partner_id,
            key_id,
            timestamp,
            nonce,
            signature,
        }
    }

    /// Says whether the named key signed exactly this. Clock and nonce are the caller's to check.
    pub fn verify(
        &self,
        signed: Signed<'_>,
        keys: &KeySet,
        now: Timestamp,
    ) -> Result<(), SignatureError> {
        let text = signed.text(self.timestamp, &self.nonce);
        keys.verify(Some(self.key_id.as_str()), &text, &self.signature, now)?;
        Ok(())
    }
}

impl fmt::Display for Authorization {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            partner_id,
            key_id,
            timestamp,
            nonce,
            signature,
        } = self;
        write!(
            formatter,
            "{SCHEME} partner_id=\"{partner_id}\",key_id=\"{key_id}\","
        )?;
        write!(
            formatter,
            "timestamp=\"{timestamp}\",nonce=\"{nonce}\",signature=\"{signature}\""
        )
    }
}

/// Reads the value of the header: the scheme, one space, then the five parameters in any order,
/// each once, joined with a comma that one space may follow.
impl FromStr for Authorization {
    type Err = HeaderError;

    fn from_str(header: &str) -> Result<Self, HeaderError> {
        if header.len() > MAX_HEADER {
            return Err(HeaderError::TooLong);
        }
        let list = header
            .strip_prefix(SCHEME)
            .and_then(|rest| rest.strip_prefix(' '))
            .ok_or(HeaderError::Scheme)?;
        let parameters = Parameters::read(list)?;
        let key_id = parameters.take("key_id")?;
        let partner_id = parameters.take("partner_id")?;
        let timestamp = parameters.take("timestamp")?;
        let nonce = parameters.take("nonce")?;
        let signature = parameters.take("signature")?;
        if !is_nonce(nonce) {
            return Err(HeaderError::Parameter("nonce"));
        }
        if !is_signature(signature) {
            return Err(HeaderError::Parameter("signature"));
        }
        Ok(Self {
            partner_id: partner_id
                .parse()
                .map_err(|_| HeaderError::Parameter("partner_id"))?,
            key_id: key_id
                .parse()
                .map_err(|_| HeaderError::Parameter("key_id"))?,
            timestamp: timestamp
                .parse()
                .map_err(|_: WireTimeError| HeaderError::Parameter("timestamp"))?,
            nonce: nonce.to_owned(),
            signature: signature.to_owned(),
        })
    }
}

struct Parameters<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Parameters<'a> {
    const NAMES: [&'static str; 5] = ["partner_id", "key_id", "timestamp", "nonce", "signature"];

    fn read(list: &'a str) -> Result<Self, HeaderError> {
        let mut read: Vec<(&str, &str)> = Vec::with_capacity(Self::NAMES.len());
        let mut rest = list;
        loop {
            let (name, quoted) = rest.split_once("=\"").ok_or(HeaderError::Malformed)?;
            let (value, tail) = quoted.split_once('"').ok_or(HeaderError::Malformed)?;
            let known = Self::NAMES.contains(&name);
            if !known || read.iter().any(|(earlier, _)| *earlier == name) {
                return Err(HeaderError::Malformed);
            }
            read.push((name, value));
            if tail.is_empty() {
                return Ok(Self(read));
            }
            let next = tail.strip_prefix(',').ok_or(HeaderError::Malformed)?;
            rest = next.strip_prefix(' ').unwrap_or(next);
        }
    }

    fn take(&self, wanted: &'static str) -> Result<&'a str, HeaderError> {
        self.0
            .iter()
            .find(|(name, _)| *name == wanted)
            .map(|(_, value)| *value)
            .filter(|value| !value.is_empty())
            .ok_or(HeaderError::Missing(wanted))
    }
}

/// Whether `text` may be a nonce: 1 to 32 letters, digits, `-` or `_`.
pub fn is_nonce(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=MAX_NONCE).contains(&text.len()) && text.bytes().all(allowed)
}

fn is_signature(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    text.len() <= MAX_SIGNATURE && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests;
