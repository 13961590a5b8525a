//! The keys under which personal data lies in the database.
//!
//! A sealed value reads `v1.<key id>.<base64 of nonce, ciphertext and tag>` (AES-256-GCM). It is
//! bound to a context, the column and the row it stands in: moved into another row it does not
//! open. A digest reads `v1.<key id>.<base64 of HMAC-SHA256>`; it is keyed, because a bare hash of
//! a card number is found by trying them all.
//!
//! The first key seals, every key opens. So a new key is first added behind the others everywhere,
//! then moved to the front, and an old one is taken away once `opsctl keys data-usage` counts no
//! value under it.
//!
//! **Invariant:** nothing here prints a key or what was sealed.

pub mod context;
mod key;
pub mod notice_secrets;
mod parse;
mod reseal;

use std::fmt;
use std::sync::Arc;

use key::DataKey;
pub use key::DataKeyId;
pub use parse::DataKeysError;
pub use reseal::{ResealError, Resealed, Stored};

use crate::settings::{Env, Secret};

/// What every value begins with. Another way of sealing would be another version.
const VERSION: &str = "v1";

/// The keys, in the order in which they were given. Cheap to clone.
#[derive(Clone)]
pub struct DataKeys {
    keys: Arc<[DataKey]>,
}

/// Why a value does not open, or cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DataKeyError {
    /// It was not written by [`DataKeys::seal`] or [`DataKeys::digest`].
    #[error("this is no value of the form v1.<key id>.<base64>")]
    Malformed,
    /// Its key was taken away, or has not been brought yet.
    #[error("this process has no data key {key_id}: DATA_KEYS must hold it")]
    KeyMissing {
        /// The key it was sealed under.
        key_id: String,
    },
    /// It was changed, belongs to another row, or another key bears that name.
    #[error("the data key {key_id} does not open this value in this place")]
    Refused {
        /// The key it claims to be sealed under.
        key_id: String,
    },
}

impl DataKeys {
    /// Reads `DATA_KEYS`, or the file that `DATA_KEYS_FILE` names, for a `Settings::read`.
    pub fn read(env: &mut Env) -> Option<Self> {
        let text: Secret = env.required("DATA_KEYS")?;
        match Self::parse(text.expose()) {
            Ok(keys) => Some(keys),
            Err(problem) => env.refuse("DATA_KEYS", &problem.to_string()),
        }
    }

    /// The key under which everything is sealed now.
    pub fn sealing_key(&self) -> &DataKeyId {
        &self.first().id
    }

    /// The names of all keys, the sealing one first.
    pub fn ids(&self) -> impl Iterator<Item = &DataKeyId> {
        self.keys.iter().map(|key| &key.id)
    }

    /// What every value begins with that needs no sealing anew.
    pub fn current_prefix(&self) -> String {
        format!("{VERSION}.{}.", self.sealing_key())
    }

    /// Seals under the first key. The same text sealed twice reads differently each time.
    pub fn seal(&self, context: &str, plain: &[u8]) -> String {
        let key = self.first();
        written(&key.id, &key.seal(context, plain))
    }

    /// Opens what [`DataKeys::seal`] made, in the same context.
    pub fn open(&self, context: &str, sealed: &str) -> Result<Vec<u8>, DataKeyError> {
        let (key, bytes) = self.parts(sealed)?;
        key.open(context, bytes)
            .ok_or_else(|| DataKeyError::Refused {
                key_id: key.id.to_string(),
            })
    }

    /// A keyed digest under the first key: the same for the same bytes in the same context, until
    /// another key is the first. Compare with [`DataKeys::has_digest`].
    pub fn digest(&self, context: &str, bytes: &[u8]) -> String {
        let key = self.first();
        written(&key.id, key.digest(context, bytes).as_ref())
    }

    /// Whether `digest`, made under whichever key, is that of these bytes. Takes as long for one
    /// that differs early as for one that differs late.
    pub fn has_digest(
        &self,
        context: &str,
        bytes: &[u8],
        digest: &str,
    ) -> Result<bool, DataKeyError> {
        let (key, expected) = self.parts(digest)?;
        Ok(key.has_digest(context, bytes, &expected))
    }

    fn first(&self) -> &DataKey {
        self.keys
            .first()
            .expect("parse refuses a list without a key")
    }

    /// The key that a value names, and its bytes.
    fn parts(&self, value: &str) -> Result<(&DataKey, Vec<u8>), DataKeyError> {
        let mut parts = value.splitn(3, '.');
        let (Some(VERSION), Some(id), Some(encoded)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(DataKeyError::Malformed);
        };
        let id: DataKeyId = id.parse().map_err(|_| DataKeyError::Malformed)?;
        let bytes = parse::decoded(encoded).ok_or(DataKeyError::Malformed)?;
        let key = self.keys.iter().find(|key| key.id == id);
        let missing = || DataKeyError::KeyMissing {
            key_id: id.to_string(),
        };
        Ok((key.ok_or_else(missing)?, bytes))
    }
}

fn written(id: &DataKeyId, bytes: &[u8]) -> String {
    format!("{VERSION}.{id}.{}", parse::encoded(bytes))
}

impl fmt::Debug for DataKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.ids()).finish()
    }
}

#[cfg(test)]
mod tests;
