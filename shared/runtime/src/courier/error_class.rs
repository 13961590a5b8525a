//! Why a form was not taken, told from the stage at which it failed.

use std::io;

use contract::dead_letter::ErrorClass;

use crate::url_guard::{LookupError, Refused};

/// Why there is no answer: one for each stage at which that can be.
#[derive(Debug, thiserror::Error)]
pub(super) enum Undelivered {
    #[error("the request cannot be written")]
    Unwritable(#[source] http::Error),
    #[error("the address may not be connected to")]
    Refused(#[source] Refused),
    #[error("the name could not be looked up")]
    Lookup(#[source] io::Error),
    #[error("no connection was made")]
    Connect(#[source] io::Error),
    #[error("the TLS handshake failed")]
    Tls(#[source] io::Error),
    #[error("the connection broke before there was an answer")]
    NoAnswer(#[source] hyper::Error),
    #[error("it took too long")]
    TimedOut,
}

impl Undelivered {
    pub(super) fn class(&self) -> ErrorClass {
        match self {
            Self::Unwritable(_) => ErrorClass::Connect,
            Self::Refused(Refused::Nowhere) | Self::Lookup(_) => ErrorClass::Dns,
            Self::Refused(Refused::Url | Refused::Host | Refused::Address(_)) => {
                ErrorClass::AddressRefused
            }
            // The kernel's own patience with a peer that does not answer at all.
            Self::Connect(error) | Self::Tls(error) if error.kind() == io::ErrorKind::TimedOut => {
                ErrorClass::Timeout
            }
            Self::Connect(_) => ErrorClass::Connect,
            Self::Tls(_) => ErrorClass::Tls,
            Self::NoAnswer(_) => ErrorClass::NoAnswer,
            Self::TimedOut => ErrorClass::Timeout,
        }
    }
}

impl From<LookupError> for Undelivered {
    fn from(error: LookupError) -> Self {
        match error {
            LookupError::Failed(error) => Self::Lookup(error),
            LookupError::Refused(refused) => Self::Refused(refused),
        }
    }
}
