//! What a form says about one cash type, as values that can be reckoned with.

use super::table::{Members, fen, rate};
use crate::fee::{BasisPoints, FeeBearer};
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
