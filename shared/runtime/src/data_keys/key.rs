//! One data key, as the two keys that are derived from it: none is used for two purposes.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use aws_lc_rs::hmac;
use secrecy::zeroize::Zeroizing;

/// What a data key is long, and each of the keys derived from it.
pub(super) const KEY_BYTES: usize = 32;

/// The name of a data key, which stands in everything that it sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataKeyId(String);

impl DataKeyId {
    /// The longest name.
    pub const MAX: usize = 32;

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A name that cannot stand between two dots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the id of a data key is 1 to 32 letters, digits, - and _")]
pub struct InvalidDataKeyId;

impl FromStr for DataKeyId {
    type Err = InvalidDataKeyId;

    fn from_str(text: &str) -> Result<Self, InvalidDataKeyId> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if (1..=Self::MAX).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidDataKeyId)
        }
    }
}

impl fmt::Display for DataKeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

pub(super) struct DataKey {
    pub(super) id: DataKeyId,
    seal: RandomizedNonceKey,
    digest: hmac::Key,
}

impl DataKey {
    pub(super) fn new(id: DataKeyId, bytes: &[u8; KEY_BYTES]) -> Self {
        let seal = RandomizedNonceKey::new(&AES_256_GCM, &*derived(bytes, b"tixian seal v1"));
        let digest = hmac::Key::new(hmac::HMAC_SHA256, &*derived(bytes, b"tixian digest v1"));
        Self {
            id,
            seal: seal.expect("AES-256 takes every key of 32 bytes"),
            digest,
        }
    }

    /// Nonce, ciphertext and tag. The nonce is random: under one key some billions of values may be
    /// sealed before two of them are likely to share one.
    pub(super) fn seal(&self, context: &str, plain: &[u8]) -> Vec<u8> {
        let mut text = plain.to_vec();
        let nonce = self
            .seal
            .seal_in_place_append_tag(Aad::from(context), &mut text)
            .expect("AES-GCM takes 64 GiB at once, and the system has randomness");
        let mut sealed = nonce.as_ref().to_vec();
        sealed.append(&mut text);
        sealed
    }

    pub(super) fn open(&self, context: &str, mut sealed: Vec<u8>) -> Option<Vec<u8>> {
        let (nonce, text) = sealed.split_first_chunk_mut::<NONCE_LEN>()?;
        let nonce = Nonce::from(&*nonce);
        let plain = self.seal.open_in_place(nonce, Aad::from(context), text);
        plain.ok().map(|plain| plain.to_vec())
    }

    pub(super) fn digest(&self, context: &str, bytes: &[u8]) -> hmac::Tag {
        let mut signed = hmac::Context::with_key(&self.digest);
        for part in parts(context, bytes) {
            signed.update(&part);
        }
        signed.sign()
    }

    pub(super) fn has_digest(&self, context: &str, bytes: &[u8], expected: &[u8]) -> bool {
        hmac::verify(&self.digest, &parts(context, bytes).concat(), expected).is_ok()
    }
}

/// The length goes first, so that nothing can move from the context into the text.
fn parts(context: &str, bytes: &[u8]) -> [Vec<u8>; 3] {
    let length = u64::try_from(context.len()).expect("no text is longer than 64 bits can count");
    [
        length.to_be_bytes().to_vec(),
        context.as_bytes().to_vec(),
        bytes.to_vec(),
    ]
}

fn derived(bytes: &[u8; KEY_BYTES], purpose: &[u8]) -> Zeroizing<[u8; KEY_BYTES]> {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    Salt::new(HKDF_SHA256, &[])
        .extract(bytes)
        .expand(&[purpose], HKDF_SHA256)
        .and_then(|okm| okm.fill(&mut *key))
        .expect("HKDF-SHA256 gives up to 8160 bytes");
    key
}
