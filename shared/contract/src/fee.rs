//! What a withdrawal costs: a fixed part plus a rate, taken from the amount or from elsewhere.
//!
//! `fee = fix + amount × rate`, the rate's part rounded half up to a fen (huifu-api.md §7). Huifu
//! books the fee, we only foretell it; a callback with another fee is shown, never argued with.
//! What a user pays is a [`CashRule`]; the day makes a [`FeeRule`] of it, and the amount a
//! [`Quote`].

mod cash_rule;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::money::{Fen, MoneyError};

pub use cash_rule::{CashRule, Price};

/// Hundredths of a percent; Huifu's `fee_rate` is a percentage with two decimals in [0, 100].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i32", into = "i32")]
pub struct BasisPoints(i32);

impl BasisPoints {
    /// Nothing that grows with the amount.
    pub const ZERO: Self = Self(0);

    /// 0 to 10,000 basis points, which is 0 % to 100 %.
    pub fn new(points: i32) -> Option<Self> {
        (0..=10_000).contains(&points).then_some(Self(points))
    }

    /// The number of basis points.
    pub fn get(self) -> i32 {
        self.0
    }
}

impl TryFrom<i32> for BasisPoints {
    type Error = &'static str;

    fn try_from(points: i32) -> Result<Self, Self::Error> {
        Self::new(points).ok_or("a rate lies between 0 and 10000 basis points")
    }
}

impl From<BasisPoints> for i32 {
    fn from(rate: BasisPoints) -> Self {
        rate.0
    }
}

/// Who bears the fee (Huifu: `out_fee_flag`, huifu-api.md §3.13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeBearer {
    /// 内扣: taken from the withdrawn amount; less arrives on the card.
    Inner,
    /// 外扣: taken from another account; the whole amount arrives.
    Outer,
}

impl FeeBearer {
    /// Every bearer; compared with the database's list by a test.
    pub const ALL: [Self; 2] = [Self::Inner, Self::Outer];

    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inner => "inner",
            Self::Outer => "outer",
        }
    }

    /// Reads the name; `None` for anything else.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|bearer| bearer.as_str() == name)
    }
}

/// What a withdrawal of one cash type costs on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeRule {
    /// The fixed part.
    pub fix: Fen,
    /// The part that grows with the amount.
    pub rate: BasisPoints,
    /// Who bears it.
    pub bearer: FeeBearer,
}

/// What a withdrawal costs and what arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    /// The whole fee.
    pub fee: Fen,
    /// What arrives on the card.
    pub arrival: Fen,
}

/// Why there is no quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FeeError {
    /// An inner fee as large as the amount: nothing would arrive.
    #[error("the amount does not exceed the fee that is taken from it")]
    AmountTooSmall,
    /// The sum does not fit.
    #[error("the fee cannot be computed")]
    Money(#[source] MoneyError),
}

impl FeeRule {
    /// The fee of one withdrawal of `amount`, and what arrives of it.
    pub fn quote(&self, amount: Fen) -> Result<Quote, FeeError> {
        // i128: no amount times a rate can overflow it.
        let scaled = i128::from(amount.get()) * i128::from(self.rate.get());
        let rate_part = i64::try_from((scaled + 5_000) / 10_000)
            .map_err(|_| FeeError::Money(MoneyError::Overflow))
            .and_then(|fen| Fen::new(fen).map_err(FeeError::Money))?;
        let fee = self.fix.plus(rate_part).map_err(FeeError::Money)?;
        let arrival = match self.bearer {
            FeeBearer::Inner => amount.minus(fee).map_err(|_| FeeError::AmountTooSmall)?,
            FeeBearer::Outer => amount,
        };
        if arrival == Fen::ZERO {
            return Err(FeeError::AmountTooSmall);
        }
        Ok(Quote { fee, arrival })
    }
}

#[cfg(test)]
mod tests;
