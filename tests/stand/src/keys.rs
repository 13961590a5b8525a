//! RSA keys for tests, made once and kept in `.local/keys`: making one takes a good part of a
//! second.
//!
//! They protect nothing but tests and the demo.

mod files;

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use rsa::RsaPrivateKey;
use rsa::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, EncodePublicKey as _, LineEnding};

use crate::folder::{Lock, inside};
use crate::secret;

pub use files::KeyFiles;

/// A key in the two forms our settings take.
#[derive(Clone)]
pub struct KeyPairPem {
    /// `BEGIN PRIVATE KEY`.
    pub private_pkcs8_pem: String,
    /// `BEGIN PUBLIC KEY`.
    pub public_spki_pem: String,
}

static NEXT: AtomicUsize = AtomicUsize::new(0);

/// A key this process has not been given before. Another process gets the same ones in the
/// same order.
///
/// # Panics
/// When `.local/keys` cannot be read or written.
#[must_use]
pub fn generate_rsa_2048() -> KeyPairPem {
    rsa_2048(NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The key of this number, the same in every process and every run.
///
/// # Panics
/// When `.local/keys` cannot be read or written.
#[must_use]
pub fn rsa_2048(number: usize) -> KeyPairPem {
    read_or_make(number).unwrap_or_else(|error| panic!("no key {number}: {error:#}"))
}

fn read_or_make(number: usize) -> Result<KeyPairPem> {
    let _lock = Lock::take_blocking("keys")?;
    let path = inside("keys")?.join(format!("rsa-2048-{number}.pem"));
    let key = match fs::read_to_string(&path) {
        Ok(pem) => RsaPrivateKey::from_pkcs8_pem(&pem)?,
        Err(_) => {
            let key = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048)?;
            secret::write(&path, key.to_pkcs8_pem(LineEnding::LF)?.as_bytes())?;
            key
        }
    };
    Ok(KeyPairPem {
        private_pkcs8_pem: key.to_pkcs8_pem(LineEnding::LF)?.to_string(),
        public_spki_pem: key.to_public_key().to_public_key_pem(LineEnding::LF)?,
    })
}
