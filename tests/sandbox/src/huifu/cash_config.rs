//! cash_config, the cash types of a member and what each costs (huifu-api.md §3.13).

use crate::fen::Fen;
use crate::huifu::cash::{CashRule, CashType, Payer, Price};
use crate::huifu::fields::BadField;
use crate::huifu::rule_r::Members;
use crate::huifu::table::{Field, Kind, Values, may, objects, read};
use std::collections::BTreeMap;

const NAME: &str = "cash_config";
const SWITCH: Kind = Kind::Code(&["0", "1"]);
const YES_NO: Kind = Kind::Code(&["Y", "N"]);

const TABLE: &[Field] = &[
    may("cash_type", 2, Kind::Code(&["D0", "D1", "T1", "DM"])),
    may("fix_amt", 6, Kind::Text),
    may("fee_rate", 6, Kind::Text),
    may("weekday_fix_amt", 6, Kind::Text),
    may("weekday_fee_rate", 6, Kind::Text),
    may("out_fee_flag", 1, Kind::Code(&["1", "2"])),
    may("out_fee_huifu_id", 18, Kind::Text),
    may(
        "out_fee_acct_type",
        2,
        Kind::Code(&["01", "02", "05", "09"]),
    ),
    may("is_priority_receipt", 1, YES_NO),
    may("switch_state", 1, SWITCH),
];

/// One entry, fields checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CashEntry {
    pub(crate) cash_type: CashType,
    pub(crate) rule: CashRule,
}

/// What one interface wants of the entries.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    /// The type of an entry that names none; absent: each must name one.
    pub(crate) default_type: Option<CashType>,
    /// Whether an entry must say if it switches on or off.
    pub(crate) switch_needed: bool,
}

/// The entries, and each field as it was given.
pub(crate) struct CashConfig {
    pub(crate) entries: Vec<CashEntry>,
    pub(crate) given: BTreeMap<String, String>,
    pub(crate) unknown: Vec<String>,
}

impl CashConfig {
    /// Reads the JSON text of the field.
    pub(crate) fn read(text: &str, wanted: Wanted) -> Result<Self, BadField> {
        let mut config = Self {
            entries: Vec::new(),
            given: BTreeMap::new(),
            unknown: Vec::new(),
        };
        for members in objects(text, NAME)? {
            let (entry, values) = read_entry(&members, wanted)?;
            if config
                .entries
                .iter()
                .any(|one| one.cash_type == entry.cash_type)
            {
                return Err(values.wrong("cash_type", "不能重复"));
            }
            for (name, value) in values.given() {
                let name =
                    name.replace("cash_config.", &format!("cash_config.{}.", entry.cash_type));
                config.given.insert(name, value);
            }
            config.unknown.extend(values.unknown);
            config.entries.push(entry);
        }
        Ok(config)
    }
}

/// Whether all types take their fee the same way, as they must at first opening (the guide, 二.2).
pub(crate) fn one_way_to_pay(entries: &[CashEntry]) -> bool {
    let outer = |entry: &CashEntry| entry.rule.payer != Payer::Inner;
    let first = entries.first().is_some_and(outer);
    entries.iter().all(|entry| outer(entry) == first)
}

fn read_entry(members: &Members<'_>, wanted: Wanted) -> Result<(CashEntry, Values), BadField> {
    let values = read(TABLE, members, "cash_config.")?;
    values.needs(wanted.default_type.is_none(), &["cash_type"])?;
    values.needs(wanted.switch_needed, &["switch_state"])?;
    let cash_type = values
        .get("cash_type")
        .and_then(CashType::from_name)
        .or(wanted.default_type)
        .ok_or_else(|| values.missing("cash_type"))?;
    let off = values.is("switch_state", "0");
    let no_price = values.get("fix_amt").is_none() && values.get("fee_rate").is_none();
    if no_price && !off {
        return Err(values.wrong("fix_amt", "与fee_rate至少填写一项"));
    }
    let rule = CashRule {
        open: !off,
        price: Price {
            fixed: amount(&values, "fix_amt")?.unwrap_or_default(),
            rate_bp: rate(&values, "fee_rate")?.unwrap_or_default(),
        },
        weekday_fixed: amount(&values, "weekday_fix_amt")?,
        weekday_rate_bp: rate(&values, "weekday_fee_rate")?,
        payer: payer(&values)?,
    };
    if cash_type != CashType::D1 && (rule.weekday_fixed, rule.weekday_rate_bp) != (None, None) {
        return Err(values.wrong("weekday_fix_amt", "仅D1可配置工作日手续费"));
    }
    Ok((CashEntry { cash_type, rule }, values))
}

fn payer(values: &Values) -> Result<Payer, BadField> {
    if !values.is("out_fee_flag", "1") {
        return Ok(Payer::Inner);
    }
    Ok(Payer::Outer {
        huifu_id: values.text("out_fee_huifu_id")?,
        acct_type: values
            .owned("out_fee_acct_type")
            .unwrap_or_else(|| "01".to_owned()),
    })
}

fn amount(values: &Values, name: &'static str) -> Result<Option<Fen>, BadField> {
    let parse = |text: &str| text.parse().map_err(|_| values.wrong(name, "应为两位小数"));
    values.get(name).map(parse).transpose()
}

/// Percent with two decimals, as hundredths of a percent.
fn rate(values: &Values, name: &'static str) -> Result<Option<u32>, BadField> {
    let Some(percent) = amount(values, name)? else {
        return Ok(None);
    };
    match u32::try_from(percent.0) {
        Ok(rate_bp) if rate_bp <= 10_000 => Ok(Some(rate_bp)),
        Ok(_) | Err(_) => Err(values.wrong(name, "取值范围[0.00,100.00]")),
    }
}

#[cfg(test)]
mod tests;
