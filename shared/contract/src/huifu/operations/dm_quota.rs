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
mod tests {
    use super::*;

    #[test]
    fn the_quota_is_read_by_whatever_name_it_has() {
        let text = r#"{"resp_code":"00000000","resp_desc":"","huifu_id":"6666","dm_avl_amt":"12.34","other":5.60,"list":["1.00"],"bad":"-1.00"}"#;
        let answer: DmQuotaAnswer = serde_json::from_str(text).unwrap();
        assert_eq!(answer.resp_code(), Some("00000000"));
        assert_eq!(answer.resp_desc(), None);
        let quota = |name| answer.quota(name).map(Fen::get);
        assert_eq!(quota(DEFAULT_DM_QUOTA_FIELD), Some(1_234));
        assert_eq!(quota("other"), Some(560));
        for name in ["list", "bad", "huifu", "resp_desc"] {
            assert_eq!(quota(name), None, "{name}");
        }
        assert!(answer.names().any(|name| name == "dm_avl_amt"));
    }

    #[test]
    fn a_question_names_an_account_only_if_it_is_not_the_basic_one() {
        let id: HuifuId = "6666".parse().unwrap();
        let basic = serde_json::to_string(&DmQuotaQuery::new(&id, None).unwrap()).unwrap();
        assert_eq!(basic, r#"{"huifu_id":"6666"}"#);
        let other = serde_json::to_string(&DmQuotaQuery::new(&id, Some("C1")).unwrap()).unwrap();
        assert_eq!(other, r#"{"huifu_id":"6666","acct_id":"C1"}"#);
        assert_eq!(
            DmQuotaQuery::new(&id, Some("")).unwrap_err().field,
            "acct_id"
        );
    }
}
