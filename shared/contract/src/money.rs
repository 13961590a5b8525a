//! Money in fen (分, a hundredth of a yuan), and its text form in yuan: `12.34`.
//!
//! There are no floats anywhere near money, and no arithmetic that wraps: what does not fit is an
//! error, because a sum that is wrong is worse than one that is refused.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An amount in fen. Never negative: Tixian has no debts, only payments and fees.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(try_from = "i64", into = "i64")]
pub struct Fen(i64);

/// Why a text or a number is not an amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not digits with at most two decimals.
    #[error("money is digits, with at most two decimals after a point, for example 100.00")]
    Malformed,
    /// More than 16 characters, the seed's limit.
    #[error("money has at most {MAX_CHARACTERS} characters")]
    TooLong,
    /// Below zero.
    #[error("money is never negative")]
    Negative,
    /// Does not fit.
    #[error("the amount is too large")]
    Overflow,
}

/// The seed's limit on the field `money`; Huifu's `cash_amt` allows 14 (huifu-api.md §3.1).
pub const MAX_CHARACTERS: usize = 16;

impl Fen {
    /// No money at all.
    pub const ZERO: Self = Self(0);

    /// An amount in fen; negative ones are refused.
    pub const fn new(fen: i64) -> Result<Self, MoneyError> {
        if fen < 0 {
            Err(MoneyError::Negative)
        } else {
            Ok(Self(fen))
        }
    }

    /// The amount in fen.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The sum, or `Overflow`.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.0
            .checked_add(other.0)
            .map(Self)
            .ok_or(MoneyError::Overflow)
    }

    /// The difference, or `Negative`.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.0
            .checked_sub(other.0)
            .ok_or(MoneyError::Overflow)
            .and_then(Self::new)
    }
}

/// Yuan with exactly two decimals, the form that Huifu and our answers use: `12.34`.
impl fmt::Display for Fen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// Reads yuan: digits, then at most two decimals. `100`, `100.5` and `100.50` are read, for the
/// seed does not say how many decimals a partner sends; signs, spaces, leading zeros such as
/// `007`, and `1e3` are not.
impl FromStr for Fen {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        if text.len() > MAX_CHARACTERS {
            return Err(MoneyError::TooLong);
        }
        let (yuan, decimals) = match text.split_once('.') {
            Some((yuan, decimals)) if !decimals.is_empty() => (yuan, decimals),
            Some(_) => return Err(MoneyError::Malformed),
            None => (text, ""),
        };
        let digits_only = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let leading_zero = yuan.len() > 1 && yuan.starts_with('0');
        if yuan.is_empty() || leading_zero || decimals.len() > 2 {
            return Err(MoneyError::Malformed);
        }
        if !digits_only(yuan) || !digits_only(decimals) {
            return Err(MoneyError::Malformed);
        }
        format!("{yuan}{decimals:0<2}")
            .parse()
            .map(Self)
            .map_err(|_| MoneyError::Overflow)
    }
}

impl TryFrom<i64> for Fen {
    type Error = MoneyError;

    fn try_from(fen: i64) -> Result<Self, MoneyError> {
        Self::new(fen)
    }
}

impl From<Fen> for i64 {
    fn from(amount: Fen) -> Self {
        amount.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn yuan_is_read_with_none_one_or_two_decimals() {
        for (text, fen) in [
            ("100", 10_000),
            ("100.5", 10_050),
            ("0.01", 1),
            ("0", 0),
            ("12.34", 1234),
        ] {
            assert_eq!(text.parse::<Fen>().map(Fen::get), Ok(fen), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "1.234",
            "-1.00",
            "+1",
            "1,000.00",
            " 1",
            "1 ",
            "1e3",
            "007",
            "１００",
            "0x1",
        ] {
            assert_eq!(text.parse::<Fen>(), Err(MoneyError::Malformed), "{text:?}");
        }
        assert_eq!("1".repeat(17).parse::<Fen>(), Err(MoneyError::TooLong));
    }

    #[test]
    fn sums_that_do_not_fit_are_refused() {
        let most = Fen::new(i64::MAX).unwrap();
        assert_eq!(most.plus(Fen::new(1).unwrap()), Err(MoneyError::Overflow));
        assert_eq!(Fen::ZERO.minus(most), Err(MoneyError::Negative));
        assert_eq!(Fen::new(-1), Err(MoneyError::Negative));
    }

    proptest! {
        #[test]
        fn every_amount_reads_back_as_it_was_printed(fen in 0..10_000_000_000_000_i64) {
            let amount = Fen::new(fen).unwrap();
            prop_assert_eq!(amount.to_string().parse::<Fen>(), Ok(amount));
        }
    }
}
