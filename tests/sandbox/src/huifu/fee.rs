//! What a withdrawal costs (huifu-api.md §7).
//!
//! Inner (内扣): the account pays the amount, the card gets the amount less the fee. Outer
//! (外扣): the card gets the whole amount and the fee is taken from an account besides it. The
//! sandbox has one rule per member for all cash types: it judges arithmetic, not price lists.

use crate::fen::{Fen, NotAnAmount};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// Who pays the fee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeMode {
    /// Out of the amount withdrawn (内扣, out_fee_flag 2, Huifu's default).
    Inner,
    /// On top of it, from the member's own basic account (外扣, out_fee_flag 1).
    Outer,
}

/// Fixed part plus rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeRule {
    /// `fix_amt`.
    pub fixed: Fen,
    /// `fee_rate` in hundredths of a percent: 5 is 0.05 %.
    pub rate_bp: u32,
    /// Who pays.
    pub mode: FeeMode,
}

impl FeeRule {
    /// Costs nothing.
    pub const FREE: Self = Self {
        fixed: Fen(0),
        rate_bp: 0,
        mode: FeeMode::Inner,
    };

    /// The fee for `amount`, rounded half up to a fen.
    #[must_use]
    pub fn fee(&self, amount: Fen) -> Fen {
        let product = i128::from(amount.0) * i128::from(self.rate_bp);
        let rate_part = i64::try_from((product + 5_000) / 10_000)
            .expect("a rate of at most 100 percent of an i64 fits into an i64");
        self.fixed + Fen(rate_part)
    }
}

/// The text of a fee rule is not of the form `1.00+0.05%:inner`.
#[derive(Debug, thiserror::Error)]
pub enum BadFeeRule {
    /// Neither the fixed part nor the rate could be found.
    #[error("a fee is written FIXED+RATE%:inner or FIXED+RATE%:outer, such as 1.00+0.05%:inner")]
    Shape,
    /// A number in it has no two decimals.
    #[error("both numbers of a fee have two decimals, such as 1.00+0.05%:inner")]
    Number(#[from] NotAnAmount),
    /// More than 100 percent.
    #[error("the rate of a fee is at most 100.00 percent")]
    TooHigh,
}

impl FromStr for FeeRule {
    type Err = BadFeeRule;

    fn from_str(text: &str) -> Result<Self, BadFeeRule> {
        let (numbers, mode) = text.split_once(':').unwrap_or((text, "inner"));
        let mode = match mode {
            "inner" => FeeMode::Inner,
            "outer" => FeeMode::Outer,
            _ => return Err(BadFeeRule::Shape),
        };
        let (fixed, rate) = numbers.split_once('+').ok_or(BadFeeRule::Shape)?;
        let rate: Fen = rate.strip_suffix('%').ok_or(BadFeeRule::Shape)?.parse()?;
        let rate_bp = u32::try_from(rate.0).map_err(|_| BadFeeRule::TooHigh)?;
        if rate_bp > 10_000 {
            return Err(BadFeeRule::TooHigh);
        }
        Ok(Self {
            fixed: fixed.parse()?,
            rate_bp,
            mode,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_reference_costs_one_yuan_five() {
        let rule: FeeRule = "1.00+0.05%:inner".parse().unwrap();
        assert_eq!(rule.fee(Fen(10_000)), Fen(105));
    }

    #[test]
    fn half_a_fen_is_rounded_up_and_less_is_not() {
        let rule: FeeRule = "0.00+0.05%:outer".parse().unwrap();
        assert_eq!(rule.mode, FeeMode::Outer);
        assert_eq!(rule.fee(Fen(1_000)), Fen(1));
        assert_eq!(rule.fee(Fen(999)), Fen(0));
    }

    #[test]
    fn malformed_rules_are_refused() {
        for text in [
            "",
            "1.00",
            "1.00+0.05",
            "1+0.05%",
            "1.00+0.05%:both",
            "0.00+100.01%",
        ] {
            assert!(text.parse::<FeeRule>().is_err(), "{text:?}");
        }
    }
}
