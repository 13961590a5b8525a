//! A public key: verifies, and shows itself as PEM, DER, JWK and fingerprint.
//!
//! Two keys are equal when their fingerprints are, however they were written when they were read.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use rsa::pkcs1::DecodeRsaPublicKey as _;
use rsa::pkcs8::{DecodePublicKey as _, EncodePublicKey as _, LineEnding};
use rsa::traits::PublicKeyParts as _;
use rsa::{BigUint, RsaPublicKey};
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::pem::unarmour;
use super::{KEY_BITS, KeyError, SignatureError};

/// An RSA public key of 2048 to 4096 bits. Cheap to clone, safe to share.
#[derive(Clone)]
pub struct PublicKey(Arc<Inner>);

struct Inner {
    verifier: ParsedPublicKey,
    numbers: RsaPublicKey,
    spki_der: Vec<u8>,
    fingerprint: String,
}

/// One key of a JSON Web Key Set (RFC 7517), as `/.well-known/jwks.json` shows it.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Jwk {
    /// Always `RSA`.
    pub kty: &'static str,
    /// Always `sig`.
    #[serde(rename = "use")]
    pub usage: &'static str,
    /// Always `RS256`, the JOSE name of RSASSA-PKCS1-v1_5 with SHA-256.
    pub alg: &'static str,
    /// The name of the key: the `key_id` of our signatures.
    pub kid: String,
    /// The modulus, base64url without padding.
    pub n: String,
    /// The public exponent, base64url without padding.
    pub e: String,
}

impl PublicKey {
    /// Reads DER: X.509 SubjectPublicKeyInfo, or PKCS#1 RSAPublicKey.
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        let numbers = RsaPublicKey::from_public_key_der(der)
            .or_else(|_| RsaPublicKey::from_pkcs1_der(der))
            .map_err(|_| KeyError::Unreadable)?;
        Self::from_numbers(numbers)
    }

    /// Reads the numbers of a JSON Web Key: modulus and public exponent, base64url without padding.
    pub fn from_jwk(n: &str, e: &str) -> Result<Self, KeyError> {
        let number = |text: &str| {
            let bytes = BASE64_URL_SAFE_NO_PAD.decode(text);
            let bytes = bytes.map_err(|_| KeyError::Unreadable)?;
            Ok(BigUint::from_bytes_be(&bytes))
        };
        let numbers = RsaPublicKey::new_with_max_size(number(n)?, number(e)?, *KEY_BITS.end());
        Self::from_numbers(numbers.map_err(|_| KeyError::Inconsistent)?)
    }

    pub(super) fn from_numbers(numbers: RsaPublicKey) -> Result<Self, KeyError> {
        let bits = numbers.n().bits();
        if !KEY_BITS.contains(&bits) {
            return Err(KeyError::Size { bits });
        }
        let spki_der = numbers
            .to_public_key_der()
            .map_err(|_| KeyError::Inconsistent)?
            .into_vec();
        let verifier = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &spki_der)
            .map_err(|_| KeyError::Inconsistent)?;
        let fingerprint = hex(&Sha256::digest(&spki_der));
        Ok(Self(Arc::new(Inner {
            verifier,
            numbers,
            spki_der,
            fingerprint,
        })))
    }

    /// Says whether `signature`, standard Base64, was made over `text` with this key's other half.
    pub fn verify(&self, text: &[u8], signature: &str) -> Result<(), SignatureError> {
        self.verify_decoded(text, &decode_signature(signature)?)
    }

    pub(super) fn verify_decoded(
        &self,
        text: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        self.0
            .verifier
            .verify_sig(text, signature)
            .map_err(|_| SignatureError::Mismatch)
    }

    /// SHA-256 of the SubjectPublicKeyInfo DER, in lower-case hexadecimal: 64 characters.
    pub fn fingerprint(&self) -> &str {
        &self.0.fingerprint
    }

    /// The length of the modulus.
    pub fn bits(&self) -> usize {
        self.0.numbers.n().bits()
    }

    /// X.509 SubjectPublicKeyInfo, DER.
    pub fn to_spki_der(&self) -> &[u8] {
        &self.0.spki_der
    }

    /// X.509 SubjectPublicKeyInfo, PEM with `\n` line ends.
    pub fn to_spki_pem(&self) -> String {
        self.0
            .numbers
            .to_public_key_pem(LineEnding::LF)
            .expect("this key was encoded as SubjectPublicKeyInfo when it was read")
    }

    /// This key as a member of a JSON Web Key Set, under the name `key_id`.
    pub fn to_jwk(&self, key_id: &str) -> Jwk {
        Jwk {
            kty: "RSA",
            usage: "sig",
            alg: "RS256",
            kid: key_id.to_owned(),
            n: BASE64_URL_SAFE_NO_PAD.encode(self.0.numbers.n().to_bytes_be()),
            e: BASE64_URL_SAFE_NO_PAD.encode(self.0.numbers.e().to_bytes_be()),
        }
    }
}

/// Reads PEM (`PUBLIC KEY` or `RSA PUBLIC KEY`), or the bare Base64 inside either.
impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let unarmoured = unarmour(text)?;
        match unarmoured.label {
            None | Some("PUBLIC KEY" | "RSA PUBLIC KEY") => Self::from_der(&unarmoured.der),
            Some(_) => Err(KeyError::WrongKind),
        }
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.spki_der == other.0.spki_der
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PublicKey({})", self.fingerprint())
    }
}

/// Strict on purpose: one signature has one spelling, so that an altered one is never accepted.
pub(super) fn decode_signature(signature: &str) -> Result<Vec<u8>, SignatureError> {
    if signature.is_empty() {
        return Err(SignatureError::MissingSignature);
    }
    BASE64_STANDARD
        .decode(signature)
        .map_err(|_| SignatureError::NotBase64)
}

fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            write!(text, "{byte:02x}").expect("writing to a String never fails");
            text
        })
}
