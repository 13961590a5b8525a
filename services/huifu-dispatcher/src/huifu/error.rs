//! How a sending can fail: three different things, of which only the first may be sent again.

use contract::huifu::envelope::EnvelopeError;
use contract::huifu::verdict::Refusal;
use runtime::http_client::ReadError;

/// What became of money that was not simply accepted.
#[derive(Debug, thiserror::Error)]
pub enum HuifuError {
    /// It never left: there was no connection. May be sent again.
    #[error("nothing was sent to Huifu")]
    NotSent(#[source] SendError),
    /// Huifu read it and said no. It will say no again.
    #[error("Huifu refused with {}", .0.code)]
    Refused(Refusal),
    /// It may have arrived. Ask; never send again.
    #[error("what Huifu did is not known")]
    OutcomeUnknown(#[source] SendError),
}

impl HuifuError {
    /// A short name for timelines, metrics and logs.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::NotSent(_) => "not_sent",
            Self::Refused(_) => "refused",
            Self::OutcomeUnknown(_) => "unknown",
        }
    }
}

/// Why there is no answer, or none that says anything.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// No name, no route, nobody listening, no TLS: before a byte of a request was written.
    #[error("no connection to Huifu")]
    NoConnection(#[source] reqwest::Error),
    /// The connection was there and broke, or nothing came in time.
    #[error("no answer from Huifu")]
    NoAnswer(#[source] reqwest::Error),
    /// An HTTP status other than 200 (huifu-api.md §1).
    #[error("Huifu's gateway answered HTTP {0}")]
    Status(u16),
    /// The answer broke off or is too long.
    #[error("Huifu's answer could not be received")]
    Body(#[source] ReadError),
    /// The answer is not text.
    #[error("Huifu's answer is not UTF-8")]
    NotText(#[source] std::str::Utf8Error),
    /// The answer is not signed by Huifu, or not in its form.
    #[error("Huifu's answer is not to be believed")]
    Envelope(#[source] EnvelopeError),
    /// Signed by Huifu, and about somebody else's account.
    #[error("Huifu's answer is about another account")]
    ForeignAccount,
    /// Signed by Huifu, and nothing can be concluded from it.
    #[error("nothing can be concluded from Huifu's answer {resp_code}")]
    Inconclusive {
        /// Huifu's code; empty if there was none.
        resp_code: String,
    },
}

impl SendError {
    /// A short name for timelines and metrics.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::NoConnection(_) => "no_connection",
            Self::NoAnswer(error) if error.is_timeout() => "timeout",
            Self::NoAnswer(_) => "connection_lost",
            Self::Status(_) => "http_status",
            Self::Body(_) => "body",
            Self::NotText(_) => "not_text",
            Self::Envelope(EnvelopeError::Unreadable(_)) => "unreadable",
            Self::Envelope(EnvelopeError::Signature(_)) => "signature",
            Self::ForeignAccount => "foreign_account",
            Self::Inconclusive { .. } => "inconclusive",
        }
    }

    /// What to write beside the name: Huifu's code or HTTP status, if there was one.
    pub fn code(&self) -> Option<String> {
        match self {
            Self::Status(status) => Some(status.to_string()),
            Self::Inconclusive { resp_code } => Some(resp_code.clone()),
            Self::NoConnection(_)
            | Self::NoAnswer(_)
            | Self::Body(_)
            | Self::NotText(_)
            | Self::Envelope(_)
            | Self::ForeignAccount => None,
        }
    }
}
