//! 手续费试算, the fee trial (huifu-api.md §3.5): what a withdrawal would cost.
//!
//! It names T0 where the withdrawal names D0; both are taken here, and DM too, which its table
//! does not list.

use crate::fen::Fen;
use crate::huifu::answer::{self, Data};
use crate::huifu::asked::Inquiry;
use crate::huifu::cash::CashType;
use crate::huifu::refusal::{Known, Refusal};
use crate::huifu::table::{Field, Kind, Values, may, must};

pub(crate) const TABLE: &[Field] = &[
    must("huifu_id", 32, Kind::Text),
    must("req_date", 8, Kind::Day),
    must("req_seq_id", 128, Kind::Text),
    must("trade_type", 16, Kind::Text),
    must("trans_amt", 14, Kind::Text),
    may(
        "encash_type",
        3,
        Kind::Code(&["T0", "D0", "T1", "D1", "DM"]),
    ),
];

pub(crate) fn tell(inquiry: &Inquiry<'_>) -> Result<Data, Refusal> {
    let (world, asked) = (inquiry.world, inquiry.values);
    let bad = |text: &str| Refusal::new("10000000", &format!("无效参数[{text}]"));
    if !asked.is("trade_type", "ENCASHMENT") {
        return Err(Refusal::new("23000004", "trade_type不支持"));
    }
    let amount: Fen = asked
        .get("trans_amt")
        .unwrap_or_default()
        .parse()
        .map_err(|_| bad("trans_amt 应为两位小数"))?;
    if amount < Fen(1) {
        return Err(bad("trans_amt 最小为0.01"));
    }
    let cash_type = match asked.get("encash_type") {
        Some("T0") => Some(CashType::D0),
        Some(name) => CashType::from_name(name),
        None => None,
    };
    let cash_type = cash_type.ok_or_else(|| bad("encash_type 不能为空"))?;
    let (huifu_id, req_date) = (text(asked, "huifu_id"), text(asked, "req_date"));
    let register = world.register();
    let member = register.member(&huifu_id).ok_or(Known::MERCHANT_MISSING)?;
    let rule = member.cash_rule(cash_type).ok_or(Known::CASH_TYPE_CLOSED)?;
    let fee_amt = register.price(&rule, cash_type, &req_date).of(amount);
    let mut data = answer::data("00000000", "处理成功");
    data.extend([
        ("credit_fee_amt", fee_amt.to_string()),
        ("debit_fee_amt", fee_amt.to_string()),
        ("fee_amt", fee_amt.to_string()),
        ("hfSeqId", world.next_hf_seq_id(world.now())),
        ("huifu_id", huifu_id),
        ("req_date", req_date),
        ("req_seq_id", text(asked, "req_seq_id")),
    ]);
    Ok(data)
}

fn text(asked: &Values, name: &str) -> String {
    asked.owned(name).unwrap_or_default()
}
