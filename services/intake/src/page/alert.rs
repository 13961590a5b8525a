//! What the page tells a user whose confirmation was not taken. The draft stays open.

use contract::money::Fen;
use contract::partner::ErrorCode;
use contract::withdrawal::{CashType, Language};
use http::StatusCode;
use jiff::Timestamp;

use crate::words::balance::too_little;
use crate::words::day_and_time;

/// One thing to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alert {
    /// The password is wrong; so many tries are left.
    PasswordWrong(i32),
    /// The password is locked until then.
    PasswordLocked(Timestamp),
    /// No transaction password has been set.
    PasswordUnset,
    /// No password of ours has that length, so no try was counted.
    PasswordLength,
    /// The cash type is not open to this user.
    CashType,
    /// The cash type can take no more than this, which is less than the amount.
    BalanceTooLow(CashType, Fen),
    /// The card is not one of the user's, or the cards are not those that the page had shown.
    Card,
    /// The prices are not those that the page had shown.
    PricesChanged,
    /// The form is not from the page as this browser saw it.
    Stale,
}

impl Alert {
    /// The stable code, shown beside the sentence.
    pub(crate) fn code(self) -> ErrorCode {
        match self {
            Self::PasswordWrong(_) => ErrorCode::PasswordWrong,
            Self::PasswordUnset => ErrorCode::PasswordUnset,
            Self::PasswordLocked(_) => ErrorCode::PasswordLocked,
            Self::PasswordLength | Self::Stale => ErrorCode::FieldMalformed,
            Self::CashType | Self::PricesChanged => ErrorCode::CashTypeUnavailable,
            Self::BalanceTooLow(..) => ErrorCode::BalanceTooLow,
            Self::Card => ErrorCode::CardMissing,
        }
    }

    /// The HTTP status of the page that tells it.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            // Nothing is wrong with what the user did; the page has to be looked at again.
            Self::PricesChanged => StatusCode::CONFLICT,
            Self::Stale => StatusCode::FORBIDDEN,
            Self::PasswordWrong(_)
            | Self::PasswordLocked(_)
            | Self::PasswordUnset
            | Self::PasswordLength
            | Self::CashType
            | Self::BalanceTooLow(..)
            | Self::Card => StatusCode::from_u16(self.code().status())
                .expect("the contract's test holds every status between 400 and 599"),
        }
    }

    /// The field it is about; empty when it is about the whole form.
    pub(crate) fn field(self) -> &'static str {
        match self {
            Self::PasswordWrong(_)
            | Self::PasswordLocked(_)
            | Self::PasswordUnset
            | Self::PasswordLength => "password",
            Self::CashType | Self::BalanceTooLow(..) | Self::PricesChanged => "cash_type",
            Self::Card => "card_id",
            Self::Stale => "",
        }
    }

    /// Seconds until another try makes sense.
    pub(crate) fn retry_after(self, now: Timestamp) -> Option<i64> {
        match self {
            Self::PasswordLocked(until) => Some(until.duration_since(now).as_secs().max(0) + 1),
            Self::PasswordWrong(_)
            | Self::PasswordUnset
            | Self::PasswordLength
            | Self::CashType
            | Self::BalanceTooLow(..)
            | Self::Card
            | Self::PricesChanged
            | Self::Stale => None,
        }
    }

    /// Whether another password, set by SMS, is the way out.
    pub(crate) fn is_unlockable(self) -> bool {
        match self {
            Self::PasswordLocked(_) => true,
            Self::PasswordWrong(_)
            | Self::PasswordUnset
            | Self::PasswordLength
            | Self::CashType
            | Self::BalanceTooLow(..)
            | Self::Card
            | Self::PricesChanged
            | Self::Stale => false,
        }
    }

    pub(crate) fn text(self, language: Language) -> String {
        match language {
            Language::Chinese => self.zh(),
            Language::English => self.en(),
        }
    }

    fn zh(self) -> String {
        match self {
            Self::PasswordWrong(left) => format!("交易密码不正确，还可以尝试 {left} 次。"),
            Self::PasswordLocked(until) => {
                format!(
                    "密码错误次数过多，已锁定至 {}（北京时间）。",
                    day_and_time(until)
                )
            }
            Self::PasswordUnset => "您尚未设置交易密码，请先设置。".to_owned(),
            Self::PasswordLength => "请输入 6 至 64 位交易密码。".to_owned(),
            Self::CashType => "请选择可用的到账方式。".to_owned(),
            Self::BalanceTooLow(cash_type, most) => {
                format!("{}。", too_little(Language::Chinese, cash_type, most))
            }
            Self::Card => "请核对到账银行卡后再次确认。".to_owned(),
            Self::PricesChanged => "手续费已更新，请核对后再次确认。".to_owned(),
            Self::Stale => "页面已更新，请核对后再次提交。".to_owned(),
        }
    }

    fn en(self) -> String {
        match self {
            Self::PasswordWrong(1) => "Wrong password. You have 1 try left.".to_owned(),
            Self::PasswordWrong(left) => format!("Wrong password. You have {left} tries left."),
            Self::PasswordLocked(until) => {
                let until = day_and_time(until);
                format!("Too many wrong passwords. Locked until {until} Beijing time.")
            }
            Self::PasswordUnset => {
                "You have not set a transaction password yet. Set one first.".to_owned()
            }
            Self::PasswordLength => {
                "Enter your transaction password: 6 to 64 characters.".to_owned()
            }
            Self::CashType => "Choose one of the arrival times shown.".to_owned(),
            Self::BalanceTooLow(cash_type, most) => {
                format!("{}.", too_little(Language::English, cash_type, most))
            }
            Self::Card => "Check the card, then confirm again.".to_owned(),
            Self::PricesChanged => "The fee has changed. Check it, then confirm again.".to_owned(),
            Self::Stale => "This page was renewed. Check it, then submit again.".to_owned(),
        }
    }
}
