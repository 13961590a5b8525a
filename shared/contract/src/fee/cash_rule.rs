//! What one cash type costs one user, on whatever day: an entry of Huifu's `cash_config`.

use serde::{Deserialize, Serialize};

use super::{BasisPoints, FeeBearer, FeeRule};
use crate::calendar::DayKind;
use crate::ids::HuifuId;
use crate::money::Fen;

/// A fixed part and a part that grows with the amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// The fixed part.
    pub fix: Fen,
    /// The part that grows with the amount.
    pub rate: BasisPoints,
}

/// What one cash type costs one user (huifu-api.md §3.13). The database holds what the types do
/// not: a price for working days is D1's alone, and only an outer fee has a payer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashRule {
    /// `fix_amt` and `fee_rate`: every day's price; D1's on holidays if `weekday` is set.
    pub price: Price,
    /// `weekday_fix_amt` and `weekday_fee_rate`: D1's on working days. Where Huifu was given only
    /// one of the two, the other is that of `price`: each falls back for itself.
    pub weekday: Option<Price>,
    /// `out_fee_flag`.
    pub bearer: FeeBearer,
    /// `out_fee_huifu_id`: whose account an outer fee is taken from, if not the user's own.
    pub payer: Option<HuifuId>,
}

impl CashRule {
    /// What is charged on such a day. Without a price for working days, every day costs the same.
    pub fn on(&self, day: DayKind) -> FeeRule {
        let price = match day {
            DayKind::Working => self.weekday.unwrap_or(self.price),
            DayKind::Holiday => self.price,
        };
        FeeRule {
            fix: price.fix,
            rate: price.rate,
            bearer: self.bearer,
        }
    }
}

/// The same price on every day, and no foreign payer.
impl From<FeeRule> for CashRule {
    fn from(rule: FeeRule) -> Self {
        Self {
            price: Price {
                fix: rule.fix,
                rate: rule.rate,
            },
            weekday: None,
            bearer: rule.bearer,
            payer: None,
        }
    }
}
