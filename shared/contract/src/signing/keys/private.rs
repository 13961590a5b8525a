//! A private key: signs, and shows nothing of itself but the public half.
//!
//! There is no way to get the key out again, on purpose; `Debug` prints the fingerprint of the
//! public half. Who makes a new key gets its PEM once, from [`generate_pkcs8_pem`].

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rsa::RsaPrivateKey;
use rsa::pkcs1::DecodeRsaPrivateKey as _;
use rsa::pkcs8::der::zeroize::Zeroizing;
use rsa::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, LineEnding};
use rsa::rand_core::CryptoRngCore;

use super::pem::unarmour;
use super::{KEY_BITS, KeyError, PublicKey};

/// An RSA private key of 2048 to 4096 bits. Cheap to clone, safe to share.
#[derive(Clone)]
pub struct PrivateKey {
    signer: Arc<RsaKeyPair>,
    public: PublicKey,
}

impl PrivateKey {
    fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        let numbers = RsaPrivateKey::from_pkcs8_der(der)
            .or_else(|_| RsaPrivateKey::from_pkcs1_der(der))
            .map_err(|_| KeyError::Unreadable)?;
        let public = PublicKey::from_numbers(numbers.to_public_key())?;
        let normalised = numbers.to_pkcs8_der().map_err(|_| KeyError::Inconsistent)?;
        let signer =
            RsaKeyPair::from_pkcs8(normalised.as_bytes()).map_err(|_| KeyError::Inconsistent)?;
        Ok(Self {
            signer: Arc::new(signer),
            public,
        })
    }

    /// The signature over `text`, standard Base64 with padding (344 characters for 2048 bits).
    pub fn sign(&self, text: &[u8]) -> String {
        let mut signature = vec![0; self.signer.public_modulus_len()];
        // PKCS#1 v1.5 signatures use no randomness; the interface wants a source anyway.
        self.signer
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                text,
                &mut signature,
            )
            .expect(
                "a key of 2048 bits or more that was checked when it was read signs every text",
            );
        BASE64_STANDARD.encode(signature)
    }

    /// The half that others verify with.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }
}

/// Reads PEM (`PRIVATE KEY` or `RSA PRIVATE KEY`), or the bare Base64 inside either. Encrypted
/// keys are refused: a secret store encrypts, not the file in it.
impl FromStr for PrivateKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let unarmoured = unarmour(text)?;
        match unarmoured.label {
            None | Some("PRIVATE KEY" | "RSA PRIVATE KEY") => Self::from_der(&unarmoured.der),
            Some(_) => Err(KeyError::WrongKind),
        }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PrivateKey(of {})", self.public.fingerprint())
    }
}

/// Makes a new key of `bits` bits with the caller's randomness: PKCS#8 PEM, wiped when dropped.
/// The operating system's source is `rsa::rand_core::OsRng`.
pub fn generate_pkcs8_pem(
    random: &mut impl CryptoRngCore,
    bits: usize,
) -> Result<Zeroizing<String>, KeyError> {
    if !KEY_BITS.contains(&bits) {
        return Err(KeyError::Size { bits });
    }
    RsaPrivateKey::new(random, bits)
        .map_err(|_| KeyError::Inconsistent)?
        .to_pkcs8_pem(LineEnding::LF)
        .map_err(|_| KeyError::Inconsistent)
}
