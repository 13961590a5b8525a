//! Whom we believe that a server is the one it says it is: the certificate authorities of this
//! system, or those in a file and then no others.
//!
//! PostgreSQL and RabbitMQ are believed alike. It stands here because both crates that name an
//! engine can see it.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio_rustls::rustls;
use tokio_rustls::rustls::client::WantsClientCert;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tokio_rustls::rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};

/// Why nobody can be believed.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The file cannot be read.
    #[error("it cannot be read")]
    Unreadable(#[source] io::Error),
    /// The file is no PEM.
    #[error("it is not PEM")]
    NotPem(#[source] pem::Error),
    /// The file has no certificate in it: a key, perhaps.
    #[error("it holds no certificate")]
    Empty,
    /// A certificate of the file is none, or this system has no authorities.
    #[error("a certificate in it cannot be used")]
    Unusable(#[source] rustls::Error),
}

/// Certificate authorities. A file is read again for each connection, so that one that was
/// replaced holds from the next connection on, without a restart.
#[derive(Debug)]
pub struct Trust {
    whom: Whom,
    made: Mutex<Option<Made>>,
}

#[derive(Debug)]
enum Whom {
    Nobody,
    System,
    File(PathBuf),
}

/// A client, and the file's content that it was made of.
#[derive(Debug)]
struct Made {
    of: Vec<u8>,
    client: Arc<ClientConfig>,
}

impl Trust {
    /// The authorities of this system.
    pub fn of_system() -> Self {
        Self::new(Whom::System)
    }

    /// The authorities in a file of PEM, and no others.
    pub fn of_file(path: impl Into<PathBuf>) -> Self {
        Self::new(Whom::File(path.into()))
    }

    /// No server at all: for connections that are not to be encrypted.
    pub(crate) fn of_nobody() -> Self {
        Self::new(Whom::Nobody)
    }

    fn new(whom: Whom) -> Self {
        Self {
            whom,
            made: Mutex::new(None),
        }
    }

    /// TLS 1.2 and 1.3 with whoever has a valid certificate of one of them for the name that was
    /// asked for. The same client as before, with what it remembers, while the file is the same.
    pub fn client(&self) -> Result<Arc<ClientConfig>, TrustError> {
        let of = match &self.whom {
            // A page or two, once a connection.
            Whom::File(path) => std::fs::read(path).map_err(TrustError::Unreadable)?,
            Whom::Nobody | Whom::System => Vec::new(),
        };
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = made.as_ref().filter(|made| made.of == of) {
            return Ok(Arc::clone(&made.client));
        }
        let client = Arc::new(self.verifying(&of)?.with_no_client_auth());
        *made = Some(Made {
            of,
            client: Arc::clone(&client),
        });
        Ok(client)
    }

    fn verifying(
        &self,
        pem: &[u8],
    ) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, TrustError> {
        Ok(match &self.whom {
            Whom::Nobody => verifier()?.with_root_certificates(RootCertStore::empty()),
            Whom::System => verifier()?
                .with_platform_verifier()
                .map_err(TrustError::Unusable)?,
            Whom::File(_) => verifier()?.with_root_certificates(authorities(pem)?),
        })
    }
}

fn verifier() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, TrustError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(TrustError::Unusable)
}

fn authorities(pem: &[u8]) -> Result<RootCertStore, TrustError> {
    let mut authorities = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(TrustError::NotPem)?;
        authorities.add(certificate).map_err(TrustError::Unusable)?;
    }
    if authorities.is_empty() {
        return Err(TrustError::Empty);
    }
    Ok(authorities)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(content: &str) -> TrustError {
        let path = std::env::temp_dir().join(format!("trust-{}", uuid::Uuid::now_v7()));
        std::fs::write(&path, content).expect("a temporary file");
        let refused = Trust::of_file(&path).client().expect_err("refused");
        std::fs::remove_file(&path).expect("removed");
        refused
    }

    #[test]
    fn a_file_without_a_certificate_is_refused_instead_of_believing_nobody() {
        let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        for content in ["", "no PEM at all", key] {
            assert!(matches!(refused(content), TrustError::Empty), "{content}");
        }
        let cut_off = "-----BEGIN CERTIFICATE-----\nAAAA\n";
        assert!(matches!(refused(cut_off), TrustError::NotPem(_)));
        let nonsense = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(matches!(refused(nonsense), TrustError::Unusable(_)));
        let nowhere = Trust::of_file("/nowhere/at/all").client();
        assert!(matches!(nowhere, Err(TrustError::Unreadable(_))));
    }
}
