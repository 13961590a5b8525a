//! 账户余额信息查询 and 取现额度查询: what is there, and what DM may take (huifu-api.md §3.3, §3.4).
//!
//! How Huifu names the quota in its answer is not known. Here it is `dm_avl_amt`, and our
//! services read the name from a setting.

use crate::huifu::accounts::Account;
use crate::huifu::answer::{self, Data};
use crate::huifu::asked::Inquiry;
use crate::huifu::refusal::{Known, Refusal};
use crate::huifu::table::{Field, Kind, may, must};
use jiff::civil::Date;
use serde_json::{Value, json};

pub(crate) const BALANCE: &[Field] = &[
    must("req_date", 8, Kind::Day),
    must("huifu_id", 32, Kind::Text),
    may("req_seq_id", 128, Kind::Text),
    may("acct_date", 8, Kind::Day),
];

pub(crate) const DM_QUOTA: &[Field] = &[
    must("huifu_id", 32, Kind::Text),
    may("acct_id", 32, Kind::Text),
    may("req_seq_id", 128, Kind::Text),
    may("req_date", 8, Kind::Day),
];

pub(crate) fn balance(inquiry: &Inquiry<'_>) -> Result<Data, Refusal> {
    let (world, asked) = (inquiry.world, inquiry.values);
    let huifu_id = asked.get("huifu_id").unwrap_or_default();
    let register = world.register();
    register.member(huifu_id).ok_or(Known::MERCHANT_MISSING)?;
    let today = world.today();
    let book = world.book();
    let accounts: Vec<Value> = book
        .accounts
        .of(huifu_id)
        .map(|account| entry(account, today))
        .collect();
    let mut data = answer::data("00000000", "处理成功");
    data.insert("acctInfo_list", Value::Array(accounts).to_string());
    data.extend(asked.owned("req_date").map(|date| ("req_date", date)));
    data.extend(asked.owned("req_seq_id").map(|id| ("req_seq_id", id)));
    Ok(data)
}

fn entry(account: &Account, today: Date) -> Value {
    json!({
        "huifu_id": account.huifu_id,
        "acct_id": account.acct_id,
        "acct_type": account.acct_type,
        "balance_amt": account.balance.to_string(),
        "avl_bal": account.balance.to_string(),
        "frz_bal": "0.00",
        "last_avl_bal": account.last_avl_bal(today).to_string(),
        "acct_stat": "N",
        "control_bal": "0.00",
    })
}

pub(crate) fn dm_quota(inquiry: &Inquiry<'_>) -> Result<Data, Refusal> {
    let (world, asked) = (inquiry.world, inquiry.values);
    let huifu_id = asked.get("huifu_id").unwrap_or_default();
    let register = world.register();
    register.member(huifu_id).ok_or(Known::MERCHANT_MISSING)?;
    let today = world.today();
    let book = world.book();
    let account = book
        .accounts
        .for_withdrawal(huifu_id, asked.get("acct_id"))
        .ok_or(Known::ACCOUNT_MISSING)?;
    let mut data = answer::data("00000000", "处理成功");
    data.extend([
        ("acct_id", account.acct_id.clone()),
        ("dm_avl_amt", account.dm_quota(today).to_string()),
        ("huifu_id", huifu_id.to_owned()),
    ]);
    Ok(data)
}
