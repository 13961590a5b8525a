//! RSA keys: ours, the partners' and Huifu's, read from every form in which people send them.
//!
//! The `rsa` crate reads and normalises; aws-lc-rs signs and verifies with the key it keeps parsed,
//! which is several times faster and constant-time. A key is valid from the moment it exists here:
//! 2048 to 4096 bits, an odd public exponent, and accepted by both libraries.

mod algorithm;
mod pem;
mod private;
mod public;
mod set;
#[cfg(test)]
mod tests;

pub(super) use algorithm::Algorithm;
pub use private::{PrivateKey, generate_pkcs8_pem};
pub use public::{Jwk, PublicKey};
pub use set::{KeySet, KeySetError, MAX_KEYS, RegisteredKey};

/// Shorter keys can be broken; longer ones cost us more than they protect.
pub const KEY_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// Why a text or bytes are not a key we work with. None of the messages repeats key material.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Far larger than any key of 4096 bits.
    #[error("too long for an RSA key of 4096 bits")]
    TooLong,
    /// Neither PEM nor Base64 nor DER of an RSA key.
    #[error("not an RSA key: expected PEM, or the Base64 or DER inside it")]
    Unreadable,
    /// A private key or a certificate where a public key belongs, or the reverse.
    #[error("a PEM block of another kind than the key that belongs here")]
    WrongKind,
    /// A modulus outside of [`KEY_BITS`].
    #[error("an RSA key of {bits} bits; 2048 to 4096 are accepted")]
    Size {
        /// The length of the modulus that was given.
        bits: usize,
    },
    /// Its numbers do not form a usable key.
    #[error("the numbers of this RSA key do not fit together")]
    Inconsistent,
}

/// Why a signature proves nothing. Callers answer all of them alike; logs tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// There is none, or it is empty.
    #[error("there is no signature")]
    MissingSignature,
    /// Not standard Base64 with padding. A form that was not URL-encoded turns `+` into a space.
    #[error("the signature is not standard Base64")]
    NotBase64,
    /// Nobody registered a key of that name, or no key at all is active.
    #[error("no such key is registered")]
    UnknownKey,
    /// The named key is outside of the time in which it counts.
    #[error("the key is not active at this time")]
    RetiredKey,
    /// The text and the signature do not belong together under any key that was tried.
    #[error("the signature does not belong to this text")]
    Mismatch,
}
