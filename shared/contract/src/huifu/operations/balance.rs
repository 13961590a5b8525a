//! Balances (huifu-api.md §3.4): one line per account of whoever is asked about.

use serde::{Deserialize, Serialize};

use super::nested::{NestedError, nested, read};
use super::request::short_huifu_id;
use crate::huifu::field::received;
use crate::huifu::{LimitError, ReqDate};
use crate::ids::{HuifuId, ReqSeqId};
use crate::money::Fen;

/// The `data` of a question about balances.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BalanceQuery {
    req_date: ReqDate,
    huifu_id: String,
    req_seq_id: ReqSeqId,
    #[serde(skip_serializing_if = "Option::is_none")]
    acct_date: Option<ReqDate>,
}

impl BalanceQuery {
    /// Where it goes.
    pub const PATH: &'static str = "/v2/trade/acctpayment/balance/query";

    /// Asks for every account of `huifu_id`, as they stand now.
    pub fn new(
        req_seq_id: ReqSeqId,
        req_date: ReqDate,
        huifu_id: &HuifuId,
    ) -> Result<Self, LimitError> {
        Ok(Self {
            req_date,
            huifu_id: short_huifu_id("huifu_id", huifu_id)?,
            req_seq_id,
            acct_date: None,
        })
    }

    /// The same, as they stood on a day.
    pub fn on(self, acct_date: ReqDate) -> Self {
        Self {
            acct_date: Some(acct_date),
            ..self
        }
    }
}

/// The `data` of its answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct BalanceAnswer {
    /// The result of the call.
    #[serde(deserialize_with = "received::<_, 8>")]
    pub resp_code: Option<String>,
    /// The same in words.
    #[serde(deserialize_with = "received::<_, 512>")]
    pub resp_desc: Option<String>,
    /// Our day, echoed.
    #[serde(deserialize_with = "received::<_, 8>")]
    pub req_date: Option<String>,
    /// Our question, echoed.
    #[serde(deserialize_with = "received::<_, 128>")]
    pub req_seq_id: Option<String>,
    /// The accounts; see [`Self::accounts`].
    #[serde(rename = "acctInfo_list", deserialize_with = "nested")]
    pub acct_info_list: Option<String>,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Whose it is.
    pub huifu_id: Option<String>,
    /// Its number.
    pub acct_id: String,
    /// What it is for; `None` for a type we do not know.
    pub acct_type: Option<AccountType>,
    /// All of it.
    pub balance: Fen,
    /// What is free.
    pub available: Fen,
    /// What is frozen.
    pub frozen: Fen,
    /// What was free at the end of the day before.
    pub last_available: Option<Fen>,
    /// What of the frozen is under control.
    pub controlled: Option<Fen>,
    /// Whether it can be used; `None` for a letter we do not know.
    pub status: Option<AccountStatus>,
}

/// What an account is for: `acct_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccountType {
    /// 01 基本户, from which withdrawals go.
    Basic,
    /// 02 现金户, from which they may go too.
    Cash,
    /// 03 延时户.
    Delayed,
    /// 04 钱包.
    Wallet,
    /// 05 充值户.
    Recharge,
    /// 09 营销户.
    Marketing,
}

/// Whether an account can be used: `acct_stat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccountStatus {
    /// N.
    Normal,
    /// C.
    Closed,
    /// F.
    Frozen,
    /// D.
    Cancelled,
}

impl AccountType {
    /// Reads the code; `None` for anything else.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "01" => Some(Self::Basic),
            "02" => Some(Self::Cash),
            "03" => Some(Self::Delayed),
            "04" => Some(Self::Wallet),
            "05" => Some(Self::Recharge),
            "09" => Some(Self::Marketing),
            _ => None,
        }
    }
}

impl AccountStatus {
    /// Reads the letter; `None` for anything else.
    pub fn from_letter(letter: &str) -> Option<Self> {
        match letter {
            "N" => Some(Self::Normal),
            "C" => Some(Self::Closed),
            "F" => Some(Self::Frozen),
            "D" => Some(Self::Cancelled),
            _ => None,
        }
    }
}

impl BalanceAnswer {
    /// The accounts. One whose amounts cannot be read makes the list unreadable: a balance that
    /// is wrong is worse than none.
    pub fn accounts(&self) -> Result<Vec<Account>, NestedError> {
        let list: Vec<AccountLine> = read("acctInfo_list", self.acct_info_list.as_deref())?;
        Ok(list.into_iter().map(Account::from).collect())
    }
}

#[derive(Deserialize)]
struct AccountLine {
    #[serde(default, deserialize_with = "received::<_, 32>")]
    huifu_id: Option<String>,
    #[serde(deserialize_with = "received::<_, 32>")]
    acct_id: Option<String>,
    #[serde(default, deserialize_with = "received::<_, 2>")]
    acct_type: Option<String>,
    #[serde(deserialize_with = "yuan")]
    balance_amt: Option<Fen>,
    #[serde(deserialize_with = "yuan")]
    avl_bal: Option<Fen>,
    #[serde(default, deserialize_with = "yuan")]
    frz_bal: Option<Fen>,
    #[serde(default, deserialize_with = "yuan")]
    last_avl_bal: Option<Fen>,
    #[serde(default, deserialize_with = "yuan")]
    control_bal: Option<Fen>,
    #[serde(default, deserialize_with = "received::<_, 1>")]
    acct_stat: Option<String>,
}

impl From<AccountLine> for Account {
    fn from(line: AccountLine) -> Self {
        Self {
            huifu_id: line.huifu_id,
            acct_id: line.acct_id.unwrap_or_default(),
            acct_type: line.acct_type.as_deref().and_then(AccountType::from_code),
            balance: line.balance_amt.unwrap_or(Fen::ZERO),
            available: line.avl_bal.unwrap_or(Fen::ZERO),
            frozen: line.frz_bal.unwrap_or(Fen::ZERO),
            last_available: line.last_avl_bal,
            controlled: line.control_bal,
            status: line
                .acct_stat
                .as_deref()
                .and_then(AccountStatus::from_letter),
        }
    }
}

/// An amount in yuan, as a string or as a number; `None` when it is null or empty.
pub(super) fn yuan<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Fen>, D::Error> {
    let text = received::<D, 16>(deserializer)?;
    let amount = text.map(|text| text.parse()).transpose();
    amount.map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts(list: &str) -> Result<Vec<Account>, NestedError> {
        let answer = serde_json::json!({"resp_code": "00000000", "acctInfo_list": list});
        let answer: BalanceAnswer = serde_json::from_str(&answer.to_string()).unwrap();
        answer.accounts()
    }

    #[test]
    fn each_account_is_read_with_its_amounts_in_yuan() {
        let list = r#"[{"huifu_id":"6666","acct_id":"F00598600","acct_type":"01","balance_amt":"100.50","avl_bal":"80.50","frz_bal":20.00,"last_avl_bal":"70.00","acct_stat":"N","control_bal":"5.00","new":1},
            {"acct_id":"C1","acct_type":"77","balance_amt":"0.00","avl_bal":"0.00","acct_stat":"X"}]"#;
        let found = accounts(list).unwrap();
        let basic = &found[0];
        assert_eq!(basic.acct_type, Some(AccountType::Basic));
        assert_eq!(basic.status, Some(AccountStatus::Normal));
        assert_eq!(basic.balance, basic.available.plus(basic.frozen).unwrap());
        assert_eq!(basic.last_available.map(Fen::get), Some(7_000));
        assert_eq!((found[1].acct_type, found[1].status), (None, None));
        assert_eq!(accounts("").unwrap(), []);
    }

    #[test]
    fn a_list_with_an_amount_that_cannot_be_read_is_no_list() {
        for amount in [r#""-1.00""#, r#""1.001""#, r#""x""#, "[]"] {
            let list = format!(r#"[{{"acct_id":"1","balance_amt":"1.00","avl_bal":{amount}}}]"#);
            assert!(accounts(&list).is_err(), "{amount}");
        }
        // Without what is free, nothing is known.
        assert!(accounts(r#"[{"acct_id":"1","balance_amt":"1.00"}]"#).is_err());
        let error = accounts(r#"[{"acct_id":"622202"#).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("622202"));
    }

    #[test]
    fn a_question_names_a_day_only_if_it_is_about_one() {
        let query = BalanceQuery::new(
            "A01KASGXE00000000000000000A".parse().unwrap(),
            "20261124".parse().unwrap(),
            &"6666".parse().unwrap(),
        );
        let query = query.unwrap();
        let now = serde_json::to_string(&query).unwrap();
        assert!(!now.contains("acct_date"), "{now}");
        let then = serde_json::to_string(&query.on("20261123".parse().unwrap())).unwrap();
        assert!(then.ends_with(r#""acct_date":"20261123"}"#), "{then}");
    }
}
