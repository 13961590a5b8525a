//! RSA keys of the outside worlds: read from PEM or bare Base64, sign, verify, publish.
//!
//! Huifu's console hands out the Base64 body of a PEM without its first and last line, so both
//! forms are read everywhere. SHA256withRSA is RSASSA-PKCS1-v1_5 with SHA-256 (huifu-api.md §2).

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{
    KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rsa::pkcs1::{DecodeRsaPrivateKey as _, DecodeRsaPublicKey as _};
use rsa::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _};
use rsa::pkcs8::{EncodePublicKey as _, LineEnding};
use std::sync::Arc;

/// Why a key or a signature is not usable. Never carries key material.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Neither PEM nor Base64 of PKCS#8 or PKCS#1.
    #[error("not an RSA private key in PKCS#8 or PKCS#1, as PEM or bare Base64")]
    NotAPrivateKey,
    /// Neither PEM nor Base64 of SPKI or PKCS#1.
    #[error("not an RSA public key in SPKI or PKCS#1, as PEM or bare Base64")]
    NotAPublicKey,
    /// Shorter than the 2048 bits both contracts ask for, or otherwise refused by the engine.
    #[error("the RSA key is refused; 2048 bits or more are needed")]
    Refused,
}

/// A key that signs with SHA256withRSA.
#[derive(Clone)]
pub struct SigningKey {
    pair: Arc<KeyPair>,
    pkcs8_pem: Arc<str>,
}

impl SigningKey {
    /// Reads PKCS#8 or PKCS#1, as PEM or bare Base64.
    pub fn read(text: &str) -> Result<Self, KeyError> {
        let der = der_of(text).ok_or(KeyError::NotAPrivateKey)?;
        let key = rsa::RsaPrivateKey::from_pkcs8_der(&der)
            .or_else(|_| rsa::RsaPrivateKey::from_pkcs1_der(&der))
            .map_err(|_| KeyError::NotAPrivateKey)?;
        let pkcs8 = key.to_pkcs8_der().map_err(|_| KeyError::NotAPrivateKey)?;
        Self::from_pkcs8(pkcs8.as_bytes())
    }

    /// Makes a new key of 2048 bits, for tests and demonstrations.
    #[must_use]
    pub fn generate() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048)
            .expect("aws-lc generates a 2048 bit key unless the machine has no randomness");
        let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair)
            .expect("a key that was just generated can be written as PKCS#8");
        Self::from_pkcs8(der.as_ref()).expect("a key that was just generated can be read back")
    }

    fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let pair = KeyPair::from_pkcs8(der).map_err(|_| KeyError::Refused)?;
        let pem = rsa::RsaPrivateKey::from_pkcs8_der(der)
            .ok()
            .and_then(|key| key.to_pkcs8_pem(LineEnding::LF).ok())
            .ok_or(KeyError::NotAPrivateKey)?;
        Ok(Self {
            pair: Arc::new(pair),
            pkcs8_pem: Arc::from(pem.as_str()),
        })
    }

    /// The signature over `text`, as standard Base64 with padding.
    #[must_use]
    pub fn sign(&self, text: &[u8]) -> String {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                text,
                &mut signature,
            )
            .expect("signing fails only for a buffer of another size than the modulus");
        STANDARD.encode(signature)
    }

    /// The key that verifies what this one signs.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey {
        let der = AsDer::<PublicKeyX509Der<'_>>::as_der(self.pair.public_key())
            .expect("the public half of a parsed key can be written as SPKI");
        VerifyingKey::from_spki(der.as_ref()).expect("the public half of a parsed key is valid")
    }

    /// PKCS#8 PEM, to hand to the other side of a test. Secret.
    #[must_use]
    pub fn to_pem(&self) -> String {
        self.pkcs8_pem.to_string()
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(***)")
    }
}

/// A key that verifies SHA256withRSA.
#[derive(Clone, Debug)]
pub struct VerifyingKey {
    parsed: Arc<ParsedPublicKey>,
    spki_pem: Arc<str>,
}

impl VerifyingKey {
    /// Reads SPKI or PKCS#1, as PEM or bare Base64.
    pub fn read(text: &str) -> Result<Self, KeyError> {
        let der = der_of(text).ok_or(KeyError::NotAPublicKey)?;
        let key = rsa::RsaPublicKey::from_public_key_der(&der)
            .or_else(|_| rsa::RsaPublicKey::from_pkcs1_der(&der))
            .map_err(|_| KeyError::NotAPublicKey)?;
        let spki = key
            .to_public_key_der()
            .map_err(|_| KeyError::NotAPublicKey)?;
        Self::from_spki(spki.as_bytes())
    }

    /// From the `n` and `e` members of a JSON Web Key (RFC 7517, RFC 7518 §6.3.1).
    pub fn from_jwk(n: &str, e: &str) -> Result<Self, KeyError> {
        let decode = |text: &str| {
            URL_SAFE_NO_PAD
                .decode(text)
                .map_err(|_| KeyError::NotAPublicKey)
        };
        let part = |text| decode(text).map(|bytes| rsa::BigUint::from_bytes_be(&bytes));
        let key = rsa::RsaPublicKey::new(part(n)?, part(e)?).map_err(|_| KeyError::Refused)?;
        let spki = key.to_public_key_der().map_err(|_| KeyError::Refused)?;
        Self::from_spki(spki.as_bytes())
    }

    fn from_spki(der: &[u8]) -> Result<Self, KeyError> {
        let parsed = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der)
            .map_err(|_| KeyError::Refused)?;
        let pem = rsa::RsaPublicKey::from_public_key_der(der)
            .ok()
            .and_then(|key| key.to_public_key_pem(LineEnding::LF).ok())
            .ok_or(KeyError::NotAPublicKey)?;
        Ok(Self {
            parsed: Arc::new(parsed),
            spki_pem: Arc::from(pem),
        })
    }

    /// Whether `signature` (standard Base64 with padding) was made over `text`.
    #[must_use]
    pub fn verifies(&self, text: &[u8], signature: &str) -> bool {
        STANDARD
            .decode(signature)
            .is_ok_and(|signature| self.parsed.verify_sig(text, &signature).is_ok())
    }

    /// SPKI PEM.
    #[must_use]
    pub fn to_pem(&self) -> String {
        self.spki_pem.to_string()
    }
}

fn der_of(text: &str) -> Option<Vec<u8>> {
    let body: String = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("-----"))
        .flat_map(str::chars)
        .filter(|c| !c.is_whitespace())
        .collect();
    STANDARD.decode(body).ok().filter(|der| !der.is_empty())
}

#[cfg(test)]
mod tests;
