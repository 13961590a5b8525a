//! 商户详细信息查询 (huifu-api.md §3.9): cards with their tokens, and cash rules.
//!
//! Lists are JSON texts, and the keys of fees differ from those of the request: out_cash_flag,
//! out_cash_huifuid, out_cash_acct_type.

use crate::huifu::answer::{self, Data};
use crate::huifu::asked::Inquiry;
use crate::huifu::cash::{CashRule, CashType, Payer, percent};
use crate::huifu::member::{Card, Member};
use crate::huifu::refusal::{Known, Refusal};
use crate::huifu::table::{Field, Kind, must};
use serde_json::{Value, json};

pub(crate) const TABLE: &[Field] = &[
    must("req_seq_id", 32, Kind::Text),
    must("req_date", 8, Kind::Day),
    must("huifu_id", 18, Kind::Text),
];

pub(crate) fn tell(inquiry: &Inquiry<'_>) -> Result<Data, Refusal> {
    let (world, asked) = (inquiry.world, inquiry.values);
    let huifu_id = asked.get("huifu_id").unwrap_or_default();
    let register = world.register();
    let member = register.member(huifu_id).ok_or(Known::MERCHANT_MISSING)?;
    let is_user = member
        .subject
        .as_ref()
        .is_some_and(|one| !one.kind.is_merchant());
    if is_user {
        return Err(Known::MERCHANT_MISSING.into());
    }
    let mut data = answer::data("00000000", "处理成功");
    data.extend(lists(member));
    data.insert("huifu_id", huifu_id.to_owned());
    if let Some(subject) = &member.subject {
        data.insert("reg_name", subject.name.clone());
    }
    Ok(data)
}

/// The lists that merchants and users share.
pub(crate) fn lists(member: &Member) -> Data {
    let cards: Vec<Value> = member.cards.iter().map(card).collect();
    let rules: Vec<Value> = member
        .cash
        .iter()
        .map(|(cash_type, rule)| cash(*cash_type, rule))
        .collect();
    Data::from([
        ("qry_cash_card_info_list", Value::Array(cards).to_string()),
        ("qry_cash_config_list", Value::Array(rules).to_string()),
    ])
}

/// A card with its number masked, as it is shown everywhere.
pub(crate) fn card(card: &Card) -> Value {
    let mut shown = json!({
        "token_no": card.token_no,
        "status": "N",
        "is_settle_default": if card.is_default { "Y" } else { "N" },
    });
    if let Some(info) = &card.info {
        let number = &info.card_no;
        shown["card_no"] = json!(format!("{}****{}", &number[..4], info.tail()));
        shown["card_name"] = json!(info.card_name);
        shown["card_type"] = json!(info.card_type);
        if let Some(bank_code) = &info.bank_code {
            shown["bank_code"] = json!(bank_code);
        }
    }
    shown
}

fn cash(cash_type: CashType, rule: &CashRule) -> Value {
    let mut shown = json!({
        "cash_type": cash_type.as_str(),
        "switch_state": if rule.open { "1" } else { "0" },
        "fix_amt": rule.price.fixed.to_string(),
        "fee_rate": percent(rule.price.rate_bp),
        "out_cash_flag": "2",
    });
    if let Some(fixed) = rule.weekday_fixed {
        shown["weekday_fix_amt"] = json!(fixed.to_string());
    }
    if let Some(rate_bp) = rule.weekday_rate_bp {
        shown["weekday_fee_rate"] = json!(percent(rate_bp));
    }
    if let Payer::Outer {
        huifu_id,
        acct_type,
    } = &rule.payer
    {
        shown["out_cash_flag"] = json!("1");
        shown["out_cash_huifuid"] = json!(huifu_id);
        shown["out_cash_acct_type"] = json!(acct_type);
    }
    shown
}
