//! Why a form was not taken, told from what the client's error is made of.

use std::error::Error;
use std::io;

use crate::url_guard::Refused;

/// Why a notice was not taken, in a word that operators count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorClass {
    /// The name could not be looked up.
    Dns,
    /// No connection was made: the partner has not seen the notice.
    Connect,
    /// The connection broke after it was made and before there was an answer: the partner may have
    /// taken the notice.
    NoAnswer,
    /// The peer could not prove who it is, or broke off while doing so.
    Tls,
    /// It took too long.
    Timeout,
    /// A status other than 200.
    Status,
    /// 200 without `success`, too long, or broken off.
    Body,
    /// The guard said no.
    AddressRefused,
    /// A redirect, which is never followed.
    Redirect,
}

impl ErrorClass {
    /// The word in the database and in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::NoAnswer => "no_answer",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Status => "status",
            Self::Body => "body",
            Self::AddressRefused => "address_refused",
            Self::Redirect => "redirect",
        }
    }
}

/// Why there is no answer.
pub(super) fn classify(error: &reqwest::Error) -> ErrorClass {
    if error.is_timeout() {
        return ErrorClass::Timeout;
    }
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(current) = cause {
        if let Some(refused) = current.downcast_ref::<Refused>() {
            return match refused {
                Refused::Nowhere => ErrorClass::Dns,
                Refused::Url | Refused::Host | Refused::Address(_) => ErrorClass::AddressRefused,
            };
        }
        if let Some(broken) = current.downcast_ref::<io::Error>() {
            match innermost(broken).kind() {
                // The kinds by which the TLS library tells of alerts, bad certificates, and peers
                // that hang up during the handshake.
                io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof if error.is_connect() => {
                    return ErrorClass::Tls;
                }
                io::ErrorKind::TimedOut => return ErrorClass::Timeout,
                _ => {}
            }
        }
        // The connector says so in words only.
        if current.to_string() == "dns error" {
            return ErrorClass::Dns;
        }
        cause = current.source();
    }
    if error.is_connect() {
        ErrorClass::Connect
    } else {
        ErrorClass::NoAnswer
    }
}

/// The connector wraps the TLS library's error in another of kind `Other`, and `source` of the
/// outer one skips the inner one.
fn innermost(error: &io::Error) -> &io::Error {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    inner.map_or(error, innermost)
}
