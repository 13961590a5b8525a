//! Several keys of one owner, so that a new one can be tried before the old one is retired.
//!
//! A signature that names its key is checked with that key alone: trying others would let a
//! retired key live on under another name. One that names none is checked with every active key.

use jiff::Timestamp;

use super::public::decode_signature;
use super::{PublicKey, SignatureError};
use crate::ids::KeyId;

/// The most keys one owner may have: each unnamed signature may cost as many verifications.
pub const MAX_KEYS: usize = 8;

/// One key with its name and the time in which it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredKey {
    /// The name that signatures carry as `key_id`.
    pub key_id: KeyId,
    /// The key itself.
    pub key: PublicKey,
    /// The first moment at which it counts.
    pub not_before: Timestamp,
    /// The first moment at which it no longer counts; `None` while nobody retired it.
    pub retired_at: Option<Timestamp>,
}

impl RegisteredKey {
    /// Whether a signature made with this key counts at `now`.
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.not_before <= now && self.retired_at.is_none_or(|retired_at| now < retired_at)
    }
}

/// Why keys cannot stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// More than [`MAX_KEYS`].
    #[error("more than {MAX_KEYS} keys for one owner")]
    TooMany,
    /// Two keys of one name.
    #[error("two keys with the same key_id")]
    SameName,
}

/// The keys of one owner, at most [`MAX_KEYS`], each name once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeySet(Vec<RegisteredKey>);

impl KeySet {
    /// Puts keys together; retired ones may be among them.
    pub fn new(keys: Vec<RegisteredKey>) -> Result<Self, KeySetError> {
        if keys.len() > MAX_KEYS {
            return Err(KeySetError::TooMany);
        }
        let repeated = |(at, key): (usize, &RegisteredKey)| {
            keys[..at]
                .iter()
                .any(|earlier| earlier.key_id == key.key_id)
        };
        if keys.iter().enumerate().any(repeated) {
            return Err(KeySetError::SameName);
        }
        Ok(Self(keys))
    }

    /// The keys that count at `now`.
    pub fn active(&self, now: Timestamp) -> impl Iterator<Item = &RegisteredKey> {
        self.0.iter().filter(move |key| key.is_active(now))
    }

    /// Every key, retired ones too.
    pub fn all(&self) -> &[RegisteredKey] {
        &self.0
    }

    /// Says which key made `signature` (standard Base64) over `text`: the one named by `key_id`,
    /// or else any that is active at `now`.
    pub fn verify(
        &self,
        key_id: Option<&str>,
        text: &[u8],
        signature: &str,
        now: Timestamp,
    ) -> Result<&KeyId, SignatureError> {
        let signature = decode_signature(signature)?;
        let Some(named) = key_id else {
            return self.verify_unnamed(text, &signature, now);
        };
        let registered = self
            .0
            .iter()
            .find(|registered| registered.key_id.as_str() == named)
            .ok_or(SignatureError::UnknownKey)?;
        if !registered.is_active(now) {
            return Err(SignatureError::RetiredKey);
        }
        registered.key.verify_decoded(text, &signature)?;
        Ok(&registered.key_id)
    }

    fn verify_unnamed(
        &self,
        text: &[u8],
        signature: &[u8],
        now: Timestamp,
    ) -> Result<&KeyId, SignatureError> {
        let mut refusal = SignatureError::UnknownKey;
        for registered in self.active(now) {
            match registered.key.verify_decoded(text, signature) {
                Ok(()) => return Ok(&registered.key_id),
                Err(error) => refusal = error,
            }
        }
        Err(refusal)
    }
}
