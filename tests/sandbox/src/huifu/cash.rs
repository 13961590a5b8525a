//! Cash types, what each costs, the parent's floor, and which days are working days.
//!
//! Fees follow huifu-api.md §3.13 and §7. Two things it leaves open are decided here: the day of
//! a fee is the `req_date` of the request, and `weekday_fix_amt` and `weekday_fee_rate` fall back
//! to the holiday's part each for itself.

use crate::fen::Fen;
use crate::huifu::fee::{FeeMode, FeeRule};
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// When the money of a withdrawal arrives (huifu-api.md §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CashType {
    /// The same day.
    D0,
    /// The next working day.
    T1,
    /// The next day, with a price of its own for working days.
    D1,
    /// The same day, without what came in today.
    DM,
}

impl CashType {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::D0, Self::T1, Self::D1, Self::DM];

    /// As it stands on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::D0 => "D0",
            Self::T1 => "T1",
            Self::D1 => "D1",
            Self::DM => "DM",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }
}

impl fmt::Display for CashType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A fixed part plus a rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// Yuan per withdrawal.
    pub fixed: Fen,
    /// Hundredths of a percent: 5 is 0.05 %.
    pub rate_bp: u32,
}

impl Price {
    /// The fee for `amount`, rounded half up to a fen.
    #[must_use]
    pub fn of(&self, amount: Fen) -> Fen {
        let (fixed, rate_bp) = (self.fixed, self.rate_bp);
        let mode = FeeMode::Inner;
        FeeRule {
            fixed,
            rate_bp,
            mode,
        }
        .fee(amount)
    }

    /// Whether neither part is lower than the floor's.
    pub(crate) fn reaches(&self, floor: &Self) -> bool {
        self.fixed >= floor.fixed && self.rate_bp >= floor.rate_bp
    }

    /// As Huifu writes a floor: the rate as a fraction with at least two decimals.
    pub(crate) fn as_floor(&self) -> String {
        let fraction = format!("{}.{:04}", self.rate_bp / 10_000, self.rate_bp % 10_000);
        let short = fraction.strip_suffix('0').unwrap_or(&fraction);
        let short = short.strip_suffix('0').unwrap_or(short);
        format!("{}+AMT*{short}", self.fixed)
    }
}

/// A rate as Huifu writes it: percent with two decimals.
pub(crate) fn percent(rate_bp: u32) -> String {
    Fen(i64::from(rate_bp)).to_string()
}

/// Who pays a fee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payer {
    /// Out of the amount withdrawn (内扣).
    Inner,
    /// On top of it (外扣).
    Outer {
        /// `out_fee_huifu_id`.
        huifu_id: String,
        /// `out_fee_acct_type`.
        acct_type: String,
    },
}

/// What one cash type costs a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashRule {
    /// Whether the type is switched on.
    pub open: bool,
    /// The price; for D1 that of holidays.
    pub price: Price,
    /// D1 on working days: the fixed part.
    pub weekday_fixed: Option<Fen>,
    /// D1 on working days: the rate.
    pub weekday_rate_bp: Option<u32>,
    /// Who pays.
    pub payer: Payer,
}

impl CashRule {
    /// The rule of a member that was set up by hand: one price for every type.
    pub(crate) fn flat(rule: FeeRule, huifu_id: &str) -> Self {
        Self {
            open: true,
            price: Price {
                fixed: rule.fixed,
                rate_bp: rule.rate_bp,
            },
            weekday_fixed: None,
            weekday_rate_bp: None,
            payer: match rule.mode {
                FeeMode::Inner => Payer::Inner,
                FeeMode::Outer => Payer::Outer {
                    huifu_id: huifu_id.to_owned(),
                    acct_type: "01".to_owned(),
                },
            },
        }
    }

    /// The price on that day.
    #[must_use]
    pub fn price_on(&self, cash_type: CashType, working_day: bool) -> Price {
        if cash_type == CashType::D1 && working_day {
            self.working_day_price()
        } else {
            self.price
        }
    }

    pub(crate) fn working_day_price(&self) -> Price {
        Price {
            fixed: self.weekday_fixed.unwrap_or(self.price.fixed),
            rate_bp: self.weekday_rate_bp.unwrap_or(self.price.rate_bp),
        }
    }
}

/// Working days: Monday to Friday, unless a day was set otherwise.
#[derive(Debug, Default)]
pub(crate) struct Calendar {
    exceptions: BTreeMap<Date, bool>,
}

impl Calendar {
    pub(crate) fn set(&mut self, day: Date, working: bool) {
        self.exceptions.insert(day, working);
    }

    pub(crate) fn is_working_day(&self, day: Date) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        self.exceptions.get(&day).copied().unwrap_or(!weekend)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_floor_is_written_as_huifu_writes_it() {
        for (fixed, rate_bp, text) in [
            (100, 0, "1.00+AMT*0.00"),
            (1, 25, "0.01+AMT*0.0025"),
            (0, 50, "0.00+AMT*0.005"),
            (0, 10_000, "0.00+AMT*1.00"),
        ] {
            let fixed = Fen(fixed);
            assert_eq!(Price { fixed, rate_bp }.as_floor(), text);
        }
    }

    #[test]
    fn only_d1_knows_working_days_and_each_part_falls_back_for_itself() {
        let rule = CashRule {
            open: true,
            price: Price {
                fixed: Fen(200),
                rate_bp: 10,
            },
            weekday_fixed: Some(Fen(100)),
            weekday_rate_bp: None,
            payer: Payer::Inner,
        };
        let weekday = Price {
            fixed: Fen(100),
            rate_bp: 10,
        };
        assert_eq!(rule.price_on(CashType::D1, true), weekday);
        assert_eq!(rule.price_on(CashType::D1, false), rule.price);
        assert_eq!(rule.price_on(CashType::T1, true), rule.price);
    }

    #[test]
    fn the_calendar_knows_weekends_and_what_it_was_told() {
        let mut calendar = Calendar::default();
        let (sunday, monday) = (date(2026, 11, 22), date(2026, 11, 23));
        assert!(!calendar.is_working_day(sunday) && calendar.is_working_day(monday));
        calendar.set(sunday, true);
        calendar.set(monday, false);
        assert!(calendar.is_working_day(sunday) && !calendar.is_working_day(monday));
    }
}
