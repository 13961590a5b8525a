//! Signatures made as people make them by mistake.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rsa::pkcs1v15::Pkcs1v15Sign;
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::sha2::{Digest as _, Sha256};
use rsa::{Pss, RsaPrivateKey};

use super::Field;

/// The DigestInfo in front of a SHA-1 digest (RFC 8017, section 9.2).
const SHA1_PREFIX: [u8; 15] = [
    0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14,
];

/// PKCS#1 v1.5 over SHA-1, where SHA-256 is due.
pub(super) fn sha1(pem: &str, text: &str) -> String {
    let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
    let padding = Pkcs1v15Sign {
        hash_len: Some(20),
        prefix: SHA1_PREFIX.into(),
    };
    let signature = key(pem).sign(padding, digest.as_ref()).unwrap();
    BASE64_STANDARD.encode(signature)
}

/// PSS over SHA-256, where PKCS#1 v1.5 is due. Without a salt, to be the same every time.
pub(super) fn pss(pem: &str, text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let padding = Pss::new_with_salt::<Sha256>(0);
    let mut random = rsa::rand_core::OsRng;
    let signature = key(pem).sign_with_rng(&mut random, padding, &digest);
    BASE64_STANDARD.encode(signature.unwrap())
}

fn key(pem: &str) -> RsaPrivateKey {
    RsaPrivateKey::from_pkcs8_pem(pem).expect("a good key")
}

/// Joined in this order, empty values too.
pub(super) fn joined(fields: &[Field]) -> String {
    let pairs = fields.iter().map(|(name, value)| format!("{name}={value}"));
    pairs.collect::<Vec<_>>().join("&")
}

/// Sorted as a dictionary would, where capitals do not count.
pub(super) fn by_locale(fields: &[Field]) -> String {
    let mut sorted = fields.to_vec();
    sorted.sort_by_key(|(name, _)| name.to_lowercase());
    joined(&sorted)
}

/// Sorted, with every value URL-encoded before it is signed.
pub(super) fn url_encoded(fields: &[Field]) -> String {
    let mut sorted = fields.to_vec();
    sorted.sort();
    super::maker::encoded(&sorted)
}

/// Sorted, empty values signed too.
pub(super) fn with_empty(fields: &[Field]) -> String {
    let mut sorted = fields.to_vec();
    sorted.sort();
    joined(&sorted)
}
