//! How much can be withdrawn as DM: without the money that came in today (huifu-api.md §3.3).
//!
//! Nobody outside of Huifu has written down what the fields of the answer are called, so the name
//! is a setting, and every member of the answer is kept until one of them proves to be it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::request::short_huifu_id;
use crate::huifu::LimitError;
use crate::huifu::field::check_text;
use crate::ids::HuifuId;
use crate::money::Fen;

/// Our guess at the field's name, after `avl_bal` and `trans_amt` elsewhere.
pub const DEFAULT_DM_QUOTA_FIELD: &str = "dm_avl_amt";

/// The `data` of a question about the DM quota.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DmQuotaQuery {
    huifu_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    acct_id: Option<String>,
}

impl DmQuotaQuery {
    /// Where it goes; the h after `enc` is Huifu's.
    pub const PATH: &'static str = "/v2/trade/settlement/enchashment/dmamt/query";

    /// Asks about an account of `huifu_id`; without a number, the basic one.
    pub fn new(huifu_id: &HuifuId, acct_id: Option<&str>) -> Result<Self, LimitError> {
        if let Some(acct_id) = acct_id {
            check_text("acct_id", acct_id, 32)?;
        }
        Ok(Self {
            huifu_id: short_huifu_id("huifu_id", huifu_id)?,
            acct_id: acct_id.map(str::to_owned),
        })
    }
}

/// The `data` of its answer: every member.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct DmQuotaAnswer {
    members: BTreeMap<String, Value>,
}

impl DmQuotaAnswer {
    /// The result of the call.
    pub fn resp_code(&self) -> Option<&str> {
        self.text("resp_code")
    }

    /// The same in words.
    pub fn resp_desc(&self) -> Option<&str> {
        self.text("resp_desc")
    }

    /// The quota, if the member of this name is an amount in yuan.
    pub fn quota(&self, field_name: &str) -> Option<Fen> {
        match self.members.get(field_name)? {
            Value::String(text) => text.parse().ok(),
            Value::Number(number) => number.to_string().parse().ok(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// The names of its members: for an operator who looks for the right one.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.members
            .get(name)?
            .as_str()
            .filter(|text| !text.is_empty())
    }
}

#[cfg(test)]
mod tests;
