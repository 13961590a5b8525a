//! Moving a value from an old key to the one that seals now.

use secrecy::zeroize::Zeroizing;

use super::{DataKeyError, DataKeys};

/// A value with its digest, as they stand in one row.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'a> {
    /// Where the sealed value stands (see [`super::context`]).
    pub context: &'a str,
    /// The sealed value.
    pub sealed: &'a str,
    /// What the digest belongs to.
    pub digest_context: &'a str,
    /// The digest.
    pub digest: &'a str,
}

/// The same value and its digest under the sealing key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resealed {
    /// The sealed value.
    pub sealed: String,
    /// The digest.
    pub digest: String,
}

/// Why a value stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResealError {
    /// It does not open, or its digest cannot be checked.
    #[error(transparent)]
    Key(#[from] DataKeyError),
    /// Sealed anew, it would no longer be known as what it was.
    #[error("the digest is not that of what is sealed")]
    OtherDigest,
}

impl DataKeys {
    /// Opens a value that has no digest and seals it anew under the sealing key.
    pub fn move_to_first(&self, context: &str, sealed: &str) -> Result<String, DataKeyError> {
        let plain = Zeroizing::new(self.open(context, sealed)?);
        Ok(self.seal(context, &plain))
    }

    /// Opens a value, checks its digest, and makes both anew under the sealing key.
    pub fn reseal(&self, stored: &Stored<'_>) -> Result<Resealed, ResealError> {
        let plain = Zeroizing::new(self.open(stored.context, stored.sealed)?);
        if !self.has_digest(stored.digest_context, &plain, stored.digest)? {
            return Err(ResealError::OtherDigest);
        }
        Ok(Resealed {
            sealed: self.seal(stored.context, &plain),
            digest: self.digest(stored.digest_context, &plain),
        })
    }
}
