//! Why a message is dead, in a word: the same words in the table, in metrics and on the screen.

/// Why a notice was not taken.
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

/// Why a message of any service is dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeadLetterClass {
    /// The partner did not take the notice, for the last time because of this.
    NotTaken(ErrorClass),
    /// It is no message of ours, or of a version that its consumer does not know.
    Unreadable,
    /// Its consumer knows that it will never succeed.
    Handler,
    /// The broker gave up after delivering it too often.
    DeliveryLimit,
}

impl ErrorClass {
    /// Every class.
    pub const ALL: [Self; 9] = [
        Self::Dns,
        Self::Connect,
        Self::NoAnswer,
        Self::Tls,
        Self::Timeout,
        Self::Status,
        Self::Body,
        Self::AddressRefused,
        Self::Redirect,
    ];

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

impl DeadLetterClass {
    /// Every class.
    pub fn all() -> impl Iterator<Item = Self> {
        let others = [Self::Unreadable, Self::Handler, Self::DeliveryLimit];
        let not_taken = ErrorClass::ALL.into_iter().map(Self::NotTaken);
        not_taken.chain(others)
    }

    /// The word in the database and in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotTaken(class) => class.as_str(),
            Self::Unreadable => "unreadable",
            Self::Handler => "handler",
            Self::DeliveryLimit => "delivery_limit",
        }
    }
}
