//! What a form says about one cash type, as values that can be reckoned with.

use super::table::{Members, fen, rate};
use crate::fee::{BasisPoints, CashRule, FeeBearer, Price};
use crate::ids::HuifuId;
use crate::money::Fen;
use crate::withdrawal::CashType;

/// One entry of `cash_config` (huifu-api.md §3.13).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CashRuleForm {
    /// The fixed part; of D1, that of holidays. None given is none.
    pub fix: Fen,
    /// The rate; of D1, that of holidays. None given is none.
    pub rate: BasisPoints,
    /// The fixed part of D1 on working days, if it differs.
    pub weekday_fix: Option<Fen>,
    /// The rate of D1 on working days, if it differs.
    pub weekday_rate: Option<BasisPoints>,
    /// Who bears the fee (`out_fee_flag`; inner if it is not said).
    pub bearer: FeeBearer,
    /// Who pays an outer fee.
    pub payer: Option<HuifuId>,
    /// From which of the payer's accounts: 01 basic, 02 cash, 05 recharge, 09 marketing.
    pub payer_account: Option<String>,
    /// Whether the type is open (`switch_state`; open if it is not said).
    pub open: bool,
}

impl CashRuleForm {
    /// What the type costs from now on at `account`, once Huifu has passed this; `None` closes it.
    ///
    /// A part of D1's working-day price that is not given is that of holidays, each for itself:
    /// "if absent the holiday fee applies" (huifu-api.md §3.13).
    pub fn granted(&self, account: &HuifuId) -> Option<CashRule> {
        let price = Price {
            fix: self.fix,
            rate: self.rate,
        };
        let weekday = (self.weekday_fix.is_some() || self.weekday_rate.is_some()).then(|| Price {
            fix: self.weekday_fix.unwrap_or(self.fix),
            rate: self.weekday_rate.unwrap_or(self.rate),
        });
        let outer = self.bearer == FeeBearer::Outer;
        let payer = self.payer.clone().filter(|payer| outer && payer != account);
        self.open.then_some(CashRule {
            price,
            weekday,
            bearer: self.bearer,
            payer,
        })
    }

    /// Whether what Huifu has `booked` is what this asks for. A closed type costs nothing, and what
    /// Huifu does not repeat is not held against it.
    pub fn is_booked_as(&self, booked: &Self) -> bool {
        if !(self.open && booked.open) {
            return self.open == booked.open;
        }
        (self.fix, self.rate, self.bearer) == (booked.fix, booked.rate, booked.bearer)
            && repeats(self.weekday_fix.as_ref(), booked.weekday_fix.as_ref())
            && repeats(self.weekday_rate.as_ref(), booked.weekday_rate.as_ref())
            && repeats(self.payer.as_ref(), booked.payer.as_ref())
    }
}

fn repeats<T: PartialEq>(asked: Option<T>, booked: Option<T>) -> bool {
    match (asked, booked) {
        (Some(asked), Some(booked)) => asked == booked,
        (None, _) | (_, None) => true,
    }
}

/// The cash types of a checked form.
pub(super) fn read(cash_config: &[Members]) -> Vec<(CashType, CashRuleForm)> {
    let rules = cash_config.iter();
    rules
        .filter_map(|rule| Some((cash_type(rule)?, of(rule))))
        .collect()
}

pub(super) fn cash_type(rule: &Members) -> Option<CashType> {
    rule.text("cash_type").and_then(CashType::from_name)
}

pub(super) fn bearer(rule: &Members) -> FeeBearer {
    if rule.text("out_fee_flag") == Some("1") {
        FeeBearer::Outer
    } else {
        FeeBearer::Inner
    }
}

fn of(rule: &Members) -> CashRuleForm {
    let amount = |name| rule.text(name).and_then(fen);
    let percent = |name| rule.text(name).and_then(rate);
    CashRuleForm {
        fix: amount("fix_amt").unwrap_or(Fen::ZERO),
        rate: percent("fee_rate").unwrap_or_else(free),
        weekday_fix: amount("weekday_fix_amt"),
        weekday_rate: percent("weekday_fee_rate"),
        bearer: bearer(rule),
        payer: rule.text("out_fee_huifu_id").and_then(|id| id.parse().ok()),
        payer_account: rule.text("out_fee_acct_type").map(str::to_owned),
        open: rule.text("switch_state") != Some("0"),
    }
}

/// No rate.
pub(super) fn free() -> BasisPoints {
    BasisPoints::new(0).expect("0 % lies between 0 % and 100 %")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule() -> CashRuleForm {
        CashRuleForm {
            fix: Fen::new(200).unwrap(),
            rate: BasisPoints::new(5).unwrap(),
            weekday_fix: None,
            weekday_rate: None,
            bearer: FeeBearer::Inner,
            payer: None,
            payer_account: None,
            open: true,
        }
    }

    fn id(text: &str) -> HuifuId {
        text.parse().unwrap()
    }

    #[test]
    fn each_part_of_a_working_days_price_falls_back_to_that_of_holidays() {
        let account = id("6666000000000001");
        assert_eq!(rule().granted(&account).unwrap().weekday, None);
        let half = CashRuleForm {
            weekday_fix: Some(Fen::new(100).unwrap()),
            ..rule()
        };
        let weekday = half.granted(&account).unwrap().weekday.unwrap();
        assert_eq!((weekday.fix.get(), weekday.rate.get()), (100, 5));
    }

    #[test]
    fn a_closed_type_is_granted_as_none() {
        let closed = CashRuleForm {
            open: false,
            ..rule()
        };
        assert_eq!(closed.granted(&id("6666000000000001")), None);
    }

    #[test]
    fn only_an_outer_fee_has_a_payer_and_never_the_account_itself() {
        let (account, other) = (id("6666000000000001"), id("6666000000000002"));
        let paid_by = |payer: &HuifuId, bearer| {
            let rule = CashRuleForm {
                payer: Some(payer.clone()),
                bearer,
                ..rule()
            };
            rule.granted(&account).unwrap().payer
        };
        assert_eq!(paid_by(&other, FeeBearer::Outer), Some(other.clone()));
        assert_eq!(paid_by(&account, FeeBearer::Outer), None);
        assert_eq!(paid_by(&other, FeeBearer::Inner), None);
    }

    #[test]
    fn a_rule_is_booked_when_everything_that_huifu_repeats_is_the_same() {
        let asked = CashRuleForm {
            weekday_fix: Some(Fen::new(100).unwrap()),
            ..rule()
        };
        assert!(asked.is_booked_as(&asked));
        assert!(
            asked.is_booked_as(&rule()),
            "the working days are not repeated"
        );
        let dearer = CashRuleForm {
            fix: Fen::new(201).unwrap(),
            ..rule()
        };
        assert!(!asked.is_booked_as(&dearer));
        let outer = CashRuleForm {
            bearer: FeeBearer::Outer,
            ..rule()
        };
        assert!(!asked.is_booked_as(&outer));
        let closed = CashRuleForm {
            open: false,
            ..dearer
        };
        assert!(!asked.is_booked_as(&closed) && !closed.is_booked_as(&asked));
        let closed_otherwise = CashRuleForm {
            open: false,
            ..rule()
        };
        assert!(closed.is_booked_as(&closed_otherwise));
    }
}
