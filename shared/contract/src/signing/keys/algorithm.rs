//! The ways in which an RSA key signs: the one that counts, and those that people take for it.

use aws_lc_rs::signature::{
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RsaParameters,
};

use super::PublicKey;
use crate::signing::diagnosis::Mistake;

/// Padding and digest. Only the first ever makes anybody believe anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::signing) enum Algorithm {
    Pkcs1Sha256,
    Pkcs1Sha1,
    Pkcs1Sha512,
    PssSha256,
}

impl Algorithm {
    /// All but the right one.
    pub(in crate::signing) const MISTAKEN: [Self; 3] =
        [Self::Pkcs1Sha1, Self::Pkcs1Sha512, Self::PssSha256];

    /// What is wrong with it.
    pub(in crate::signing) const fn mistake(self) -> Option<Mistake> {
        match self {
            Self::Pkcs1Sha256 => None,
            Self::Pkcs1Sha1 => Some(Mistake::Sha1),
            Self::Pkcs1Sha512 => Some(Mistake::Sha512),
            Self::PssSha256 => Some(Mistake::Pss),
        }
    }

    fn parameters(self) -> &'static RsaParameters {
        match self {
            Self::Pkcs1Sha256 => &RSA_PKCS1_2048_8192_SHA256,
            Self::Pkcs1Sha1 => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
            Self::Pkcs1Sha512 => &RSA_PKCS1_2048_8192_SHA512,
            Self::PssSha256 => &RSA_PSS_2048_8192_SHA256,
        }
    }
}

impl PublicKey {
    /// Whether `signature` was made over `text` with this key in this way. For explaining, never
    /// for believing: that is [`PublicKey::verify`].
    pub(in crate::signing) fn fits(
        &self,
        algorithm: Algorithm,
        text: &[u8],
        signature: &[u8],
    ) -> bool {
        if algorithm == Algorithm::Pkcs1Sha256 {
            return self.verify_decoded(text, signature).is_ok();
        }
        ParsedPublicKey::new(algorithm.parameters(), self.to_spki_der())
            .is_ok_and(|key| key.verify_sig(text, signature).is_ok())
    }
}
