//! What is checked, in the order of the sheet, and what was found of each.

/// One thing that an endpoint must do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Check {
    Answer,
    Repeat,
    AtOnce,
    Order,
    Late,
    Failed,
    Returned,
    Application,
    UnknownField,
    HungUp,
    Replayed,
    Stale,
    Future,
    BadSignature,
    ChangedByte,
    MissingSign,
    ForeignKey,
    ForeignKeyOurName,
    AnotherPartner,
    AfterForgery,
    StandardHeaders,
    Get,
    AnswerTime,
    Tls,
}

impl Check {
    /// Every check.
    pub(crate) const ALL: [Self; 24] = [
        Self::Answer,
        Self::Repeat,
        Self::AtOnce,
        Self::Order,
        Self::Late,
        Self::Failed,
        Self::Returned,
        Self::Application,
        Self::UnknownField,
        Self::HungUp,
        Self::Replayed,
        Self::Stale,
        Self::Future,
        Self::BadSignature,
        Self::ChangedByte,
        Self::MissingSign,
        Self::ForeignKey,
        Self::ForeignKeyOurName,
        Self::AnotherPartner,
        Self::AfterForgery,
        Self::StandardHeaders,
        Self::Get,
        Self::AnswerTime,
        Self::Tls,
    ];

    /// The name on the sheet and in the record.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Repeat => "repeat",
            Self::AtOnce => "at_once",
            Self::Order => "order",
            Self::Late => "late",
            Self::Failed => "failed",
            Self::Returned => "returned",
            Self::Application => "application",
            Self::UnknownField => "unknown_field",
            Self::HungUp => "hung_up",
            Self::Replayed => "replayed",
            Self::Stale => "stale",
            Self::Future => "future",
            Self::BadSignature => "bad_signature",
            Self::ChangedByte => "changed_byte",
            Self::MissingSign => "missing_sign",
            Self::ForeignKey => "foreign_key",
            Self::ForeignKeyOurName => "foreign_key_our_name",
            Self::AnotherPartner => "another_partner",
            Self::AfterForgery => "after_forgery",
            Self::StandardHeaders => "standard_headers",
            Self::Get => "get",
            Self::AnswerTime => "answer_time",
            Self::Tls => "tls",
        }
    }

    /// What is done, and what must come of it.
    pub(crate) const fn expected(self) -> &'static str {
        match self {
            Self::Answer => "a good notice: 200 and success, no redirect",
            Self::Repeat => "the same notice again, newly signed: success, known for a repeat",
            Self::AtOnce => "one notice twice at the same time: success twice, new once",
            Self::Order => "sequence 2 before 1: success twice, 1 known to be older",
            Self::Late => "a withdrawal that ended a month ago, signed now: success",
            Self::Failed => "a withdrawal that failed (status 0): success",
            Self::Returned => {
                "paid, then returned by the bank (status 0, sequence 2): success twice"
            }
            Self::Application => "a notice about an application (event): success",
            Self::UnknownField => "a signed field that nobody has heard of: success",
            Self::HungUp => "we hang up before the answer and send again: success",
            Self::Replayed => "the first notice byte for byte: not new",
            Self::Stale => "signed an hour ago: not success",
            Self::Future => "signed in an hour: not success",
            Self::BadSignature => "one character of sign is another: not success",
            Self::ChangedByte => "money was changed after signing: not success",
            Self::MissingSign => "there is no sign: not success",
            Self::ForeignKey => "signed by a key that is not in our key set: not success",
            Self::ForeignKeyOurName => "signed by another key under the name of ours: not success",
            Self::AnotherPartner => "signed by us, to another partner: not success",
            Self::AfterForgery => "the true notice after forgeries with its id: success, new",
            Self::StandardHeaders => "the form holds and webhook-signature does not: not success",
            Self::Get => "GET on the URL does not look like success",
            Self::AnswerTime => "every notice is answered quickly",
            Self::Tls => "the certificate is good for two weeks more",
        }
    }
}

/// What became of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// It is as it must be.
    Pass,
    /// It could not be seen.
    Skip,
    /// It is not.
    Fail,
}

impl Verdict {
    /// The word on the sheet.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Skip => "skip",
            Self::Fail => "fail",
        }
    }
}

/// A line of the sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) check: Check,
    pub(crate) verdict: Verdict,
    /// What was seen, in a few words.
    pub(crate) found: String,
}
