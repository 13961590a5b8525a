//! Who said it: RSA keys, and the exact texts that partners, our API and Huifu sign.
//!
//! Everything is RSASSA-PKCS1-v1_5 with SHA-256 and standard Base64 (Huifu calls it SHA256withRSA,
//! partners `RSA2`). What differs is the text, so each scheme has a file of its own. A text that
//! verifies under one scheme proves nothing under another, even with the same key. One scheme
//! beside them has no key pair but a secret: the headers of [`standard_webhooks`].

pub mod api;
pub mod diagnosis;
pub mod huifu;
pub mod keys;
pub mod partner;
pub mod standard_webhooks;

#[cfg(test)]
pub(crate) mod fixtures;

pub use keys::SignatureError;
