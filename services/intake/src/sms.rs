//! Sending codes by SMS: the port, and what is sent through it.
//!
//! Whoever sends SMS for the house stands behind one HTTP address ([`HttpGateway`]); the page knows
//! only [`SmsGateway`]. What a newcomer would get wrong: a message that may have left is not sent
//! again by us. The user asks for another, and the limits count it.

mod http;
pub(crate) mod settings;

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use contract::mobile::MobileNumber;
use contract::withdrawal::Language;
use runtime::ids::random_bytes;
use runtime::settings::Secret;
use store::sms_codes::Purpose;
use uuid::Uuid;

pub(crate) use http::HttpGateway;

/// Sends a message, or says whether it may have left.
pub(crate) trait SmsGateway: Send + Sync {
    /// Sends it once. Takes as long as the gateway does, within a bound.
    fn send<'a>(&'a self, message: &'a Message<'a>) -> Sending<'a>;
}

/// A message on its way.
pub(crate) type Sending<'a> = Pin<Box<dyn Future<Output = Result<(), SmsError>> + Send + 'a>>;

/// A code, and to whom.
pub(crate) struct Message<'a> {
    /// The same number twice is the same message.
    pub(crate) request_id: Uuid,
    pub(crate) mobile: &'a MobileNumber,
    pub(crate) purpose: Purpose,
    pub(crate) language: Language,
    pub(crate) code: &'a Secret,
    pub(crate) valid_for: Duration,
}

/// Why nobody can say that a message left. It repeats nothing of it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SmsError {
    /// The gateway was not reached, or said no: the user may try again at once.
    #[error("the SMS was not sent: {0}")]
    NotSent(Cause),
    /// It may have left.
    #[error("the SMS may have been sent: {0}")]
    Unknown(Cause),
}

/// What happened, in a word for logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// No connection.
    Away,
    /// No answer in time, or a broken one.
    NoAnswer,
    /// An answer other than 2xx.
    Status(u16),
    /// As many are being sent already as there may be.
    Busy,
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Away => formatter.write_str("the gateway is away"),
            Self::NoAnswer => formatter.write_str("the gateway gave no answer"),
            Self::Status(status) => write!(formatter, "the gateway answered {status}"),
            Self::Busy => formatter.write_str("too many are being sent"),
        }
    }
}

/// The largest multiple of a million that fits: a number below it is a fair code.
const FAIR: u32 = 4_294_000_000;

/// Six digits that nobody can foretell, each as likely as any other.
pub(crate) fn new_code() -> Secret {
    loop {
        let number = u32::from_le_bytes(random_bytes());
        // One draw in five thousand is thrown away.
        if number < FAIR {
            return Secret::new(format!("{:06}", number % 1_000_000));
        }
    }
}

/// Whether a text can be a code at all; what cannot is no guess.
pub(crate) fn is_code(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_six_digits_and_no_two_in_a_row_are_the_same() {
        let codes: Vec<_> = (0..8).map(|_| new_code()).collect();
        assert!(codes.iter().all(|code| is_code(code.expose())));
        let first = codes[0].expose();
        assert!(codes.iter().any(|code| code.expose() != first));
        for text in ["", "12345", "1234567", "12345x", "１23456"] {
            assert!(!is_code(text), "{text}");
        }
    }
}
