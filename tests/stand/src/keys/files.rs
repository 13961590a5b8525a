//! The keys of `stand up` and `stand demo` as files, for programs that are told a file's name.

use std::path::PathBuf;

use anyhow::Result;

use super::{KeyPairPem, rsa_2048};
use crate::folder::inside;
use crate::secret;

/// Where each file lies: `.local/keys/<whose>-{private,public}.pem`, mode 600.
#[derive(Debug, Clone)]
pub struct KeyFiles {
    /// Signs what the demo's partner sends.
    pub partner_private: PathBuf,
    /// Registered for the demo's partner.
    pub partner_public: PathBuf,
    /// Verifies what we send to Huifu.
    pub merchant_public: PathBuf,
    /// Signs what Huifu sends to us.
    pub huifu_private: PathBuf,
}

/// The number of the Huifu sandbox's key; 0 and 1 are ours, see [`Plan`](crate::system::Plan).
const HUIFU: usize = 2;
const PARTNER: usize = 3;

impl KeyFiles {
    /// Writes them; the keys are the same every time.
    ///
    /// # Errors
    /// When `.local/keys` cannot be read or written.
    pub fn write() -> Result<Self> {
        let (merchant, partner) = (rsa_2048(1), rsa_2048(PARTNER));
        Ok(Self {
            partner_private: write("partner-private", &partner.private_pkcs8_pem)?,
            partner_public: write("partner-public", &partner.public_spki_pem)?,
            merchant_public: write("merchant-public", &merchant.public_spki_pem)?,
            huifu_private: write("huifu-private", &Self::huifu().private_pkcs8_pem)?,
        })
    }

    /// The Huifu sandbox's key.
    #[must_use]
    pub fn huifu() -> KeyPairPem {
        rsa_2048(HUIFU)
    }
}

fn write(name: &str, pem: &str) -> Result<PathBuf> {
    let path = inside("keys")?.join(format!("{name}.pem"));
    secret::write(&path, pem.as_bytes())?;
    Ok(path)
}
