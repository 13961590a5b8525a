//! What the page tells a user whose code was not sent, or whose password was not set.

use contract::partner::ErrorCode;
use contract::withdrawal::Language;
use http::StatusCode;
use jiff::Timestamp;

use super::rule::Unfit;
use crate::words::password::{alert_en, alert_zh};

/// One thing to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alert {
    /// Another code may be asked for from then on.
    TooSoon(Timestamp),
    /// The gateway did not take the message; the user may try again.
    NotSent,
    /// There is no number to send to.
    MobileMissing,
    /// No code of ours looks like that, so no try was counted.
    CodeMalformed,
    /// The code is wrong; so many tries are left.
    CodeWrong(i32),
    /// The code is too old, or was used, or none was sent.
    CodeExpired,
    /// The code was guessed at too often.
    CodeUsedUp,
    /// The new password breaks the rule.
    Unfit(Unfit),
    /// The two passwords differ.
    RepeatDiffers,
    /// The form is not from the page as this browser saw it.
    Stale,
}

impl Alert {
    /// The stable code, shown beside the sentence.
    pub(crate) fn code(self) -> ErrorCode {
        match self {
            Self::TooSoon(_) => ErrorCode::RateLimited,
            Self::NotSent => ErrorCode::SmsUnavailable,
            Self::MobileMissing => ErrorCode::MobileMissing,
            Self::CodeMalformed | Self::Stale => ErrorCode::FieldMalformed,
            Self::CodeWrong(_) => ErrorCode::SmsCodeWrong,
            Self::CodeExpired => ErrorCode::SmsCodeExpired,
            Self::CodeUsedUp => ErrorCode::SmsCodeUsedUp,
            Self::Unfit(_) => ErrorCode::PasswordUnfit,
            Self::RepeatDiffers => ErrorCode::PasswordRepeatDiffers,
        }
    }

    /// The HTTP status of the page that tells it.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Stale => StatusCode::FORBIDDEN,
            Self::TooSoon(_)
            | Self::NotSent
            | Self::MobileMissing
            | Self::CodeMalformed
            | Self::CodeWrong(_)
            | Self::CodeExpired
            | Self::CodeUsedUp
            | Self::Unfit(_)
            | Self::RepeatDiffers => StatusCode::from_u16(self.code().status())
                .expect("the contract's test holds every status between 400 and 599"),
        }
    }

    /// The field it is about; empty when it is about the whole page.
    pub(crate) fn field(self) -> &'static str {
        match self {
            Self::CodeMalformed | Self::CodeWrong(_) => "code",
            Self::Unfit(_) => "new_password",
            Self::RepeatDiffers => "repeat",
            Self::TooSoon(_)
            | Self::NotSent
            | Self::MobileMissing
            | Self::CodeExpired
            | Self::CodeUsedUp
            | Self::Stale => "",
        }
    }

    /// Seconds until another try makes sense.
    pub(crate) fn retry_after(self, now: Timestamp) -> Option<i64> {
        match self {
            Self::TooSoon(at) => Some(at.duration_since(now).as_secs().max(0) + 1),
            Self::NotSent => Some(5),
            Self::MobileMissing
            | Self::CodeMalformed
            | Self::CodeWrong(_)
            | Self::CodeExpired
            | Self::CodeUsedUp
            | Self::Unfit(_)
            | Self::RepeatDiffers
            | Self::Stale => None,
        }
    }

    pub(crate) fn text(self, language: Language, now: Timestamp) -> String {
        match language {
            Language::Chinese => alert_zh(self, now),
            Language::English => alert_en(self, now),
        }
    }
}
