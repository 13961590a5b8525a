//! `/.well-known/jwks.json`: the keys with which partners verify us.
//!
//! It shows more keys than sign: a new key is published before it signs for the first time, an old
//! one until nothing it signed is on its way any more. Partners may keep the answer for five
//! minutes, so a new key must be published at least that long before it signs.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use contract::signing::keys::{self, Jwk, PublicKey, RegisteredKey};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::front::Front;

/// Members of a set at most: a partner fetches all of them.
const MAX_PUBLISHED: usize = 16;

/// A public key of ours that does not sign here: announced, or on its way out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PublishedKey {
    kid: String,
    kty: String,
    n: String,
    e: String,
}

/// Why a file is not a set of keys that can be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeySetProblem {
    #[error("it is not a JSON Web Key Set of RSA keys with kid, n and e")]
    Unreadable,
    #[error("a key in it is not an RSA key of 2048 to 4096 bits")]
    NotAKey,
    #[error("it holds more than {MAX_PUBLISHED} keys")]
    TooMany,
}

#[derive(Deserialize)]
struct KeySetFile {
    keys: Vec<PublishedKey>,
}

/// The document: a JSON Web Key Set (RFC 7517).
#[derive(JsonSchema, Serialize)]
pub(crate) struct KeySet {
    /// The key that signs first, then the others.
    keys: Vec<Jwk>,
}

/// Reads a JSON Web Key Set (RFC 7517) of RSA public keys.
pub(crate) fn read_key_set(text: &str) -> Result<Vec<PublishedKey>, KeySetProblem> {
    let file: KeySetFile = serde_json::from_str(text).map_err(|_| KeySetProblem::Unreadable)?;
    if file.keys.len() > MAX_PUBLISHED {
        return Err(KeySetProblem::TooMany);
    }
    if file.keys.iter().all(PublishedKey::is_usable) {
        Ok(file.keys)
    } else {
        Err(KeySetProblem::NotAKey)
    }
}

impl PublishedKey {
    fn is_usable(&self) -> bool {
        let length = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).map(|bytes| bytes.len());
        let modulus = length(&self.n).is_ok_and(|bytes| (256..=512).contains(&bytes));
        let exponent = length(&self.e).is_ok_and(|bytes| (1..=8).contains(&bytes));
        self.kty == "RSA" && !self.kid.is_empty() && modulus && exponent
    }

    /// `None` for a name that signatures of ours cannot carry, or numbers that are no key.
    fn registered(&self) -> Option<RegisteredKey> {
        Some(RegisteredKey {
            key_id: self.kid.parse().ok()?,
            key: PublicKey::from_jwk(&self.n, &self.e).ok()?,
            not_before: Timestamp::MIN,
            retired_at: None,
        })
    }

    fn to_jwk(&self) -> Jwk {
        Jwk {
            kty: "RSA",
            usage: "sig",
            alg: "RS256",
            kid: self.kid.clone(),
            n: self.n.clone(),
            e: self.e.clone(),
        }
    }
}

/// The document: the signing key first, then the others; a name occurs once.
pub(crate) fn document(signing: Jwk, published: &[PublishedKey]) -> String {
    let others = published
        .iter()
        .filter(|key| key.kid != signing.kid)
        .map(PublishedKey::to_jwk);
    let set = KeySet {
        keys: std::iter::once(signing.clone()).chain(others).collect(),
    };
    serde_json::to_string(&set).expect("a key set is texts, which always print as JSON")
}

/// The same keys, as many as a set may hold: the signing one first, a name once.
pub(crate) fn key_set(signing: RegisteredKey, published: &[PublishedKey]) -> keys::KeySet {
    let mut known = vec![signing];
    for key in published {
        let registered = key.registered();
        let is_new = |new: &RegisteredKey| known.iter().all(|key| key.key_id != new.key_id);
        known.extend(registered.filter(is_new));
    }
    known.truncate(keys::MAX_KEYS);
    keys::KeySet::new(known).expect("each name is there once, and there are no more than may be")
}

/// Answers the document.
pub(crate) async fn jwks(State(front): State<Arc<Front>>) -> Response {
    let mut response = front.jwks.clone().into_response();
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/jwk-set+json"),
    );
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=300"),
    );
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(n: &str, kty: &str) -> String {
        format!(r#"{{"keys":[{{"kid":"old","kty":"{kty}","n":"{n}","e":"AQAB","use":"sig"}}]}}"#)
    }

    #[test]
    fn a_set_of_rsa_keys_is_read_and_shown_after_the_signing_key() {
        let n = BASE64_URL_SAFE_NO_PAD.encode([0xc1; 256]);
        let published = read_key_set(&set(&n, "RSA")).unwrap();
        let signing = Jwk {
            kid: "new".to_owned(),
            ..published[0].to_jwk()
        };
        let shown: serde_json::Value =
            serde_json::from_str(&document(signing, &published)).unwrap();
        assert_eq!(shown["keys"][0]["kid"], "new");
        assert_eq!(shown["keys"][1]["kid"], "old");
        let same_name = document(published[0].to_jwk(), &published);
        assert_eq!(same_name.matches("\"kid\"").count(), 1);
    }

    #[test]
    fn what_is_no_public_rsa_key_is_not_published() {
        let n = BASE64_URL_SAFE_NO_PAD.encode([0xc1; 256]);
        assert_eq!(read_key_set("{}"), Err(KeySetProblem::Unreadable));
        assert_eq!(read_key_set(&set(&n, "EC")), Err(KeySetProblem::NotAKey));
        assert_eq!(
            read_key_set(&set("AQAB", "RSA")),
            Err(KeySetProblem::NotAKey)
        );
    }
}
