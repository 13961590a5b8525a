//! What Huifu answers to a withdrawal and to a query.
//!
//! Read with `envelope::open`, which verifies first. Fields we do not use are ignored, fields over
//! Huifu's own limits are refused, and nothing here is a decision: that is `verdict.rs`.

use serde::Deserialize;

use super::field::received;

/// The `data` of the answer to a withdrawal (huifu-api.md §3.1).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct EncashmentAnswer {
    /// The result of the call.
    #[serde(deserialize_with = "received::<_, 8>")]
    pub resp_code: Option<String>,
    /// The same in words.
    #[serde(deserialize_with = "received::<_, 512>")]
    pub resp_desc: Option<String>,
    /// Our day, echoed.
    #[serde(deserialize_with = "received::<_, 8>")]
    pub req_date: Option<String>,
    /// Our attempt, echoed.
    #[serde(deserialize_with = "received::<_, 128>")]
    pub req_seq_id: Option<String>,
    /// Huifu's own number of it.
    #[serde(deserialize_with = "received::<_, 128>")]
    pub hf_seq_id: Option<String>,
    /// S, F or P; here it is `trans_stat`.
    #[serde(deserialize_with = "received::<_, 1>")]
    pub trans_stat: Option<String>,
    /// Who withdraws, echoed.
    #[serde(deserialize_with = "received::<_, 32>")]
    pub huifu_id: Option<String>,
    /// From which account.
    #[serde(deserialize_with = "received::<_, 32>")]
    pub acct_id: Option<String>,
}

/// The `data` of the answer to a query (huifu-api.md §3.2). Its table gives no lengths: those of
/// the withdrawal are taken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct QueryAnswer {
    /// The result of the call.
    #[serde(deserialize_with = "received::<_, 8>")]
    pub resp_code: Option<String>,
    /// The same in words.
    #[serde(deserialize_with = "received::<_, 512>")]
    pub resp_desc: Option<String>,
    /// Huifu's own number of the withdrawal.
    #[serde(deserialize_with = "received::<_, 128>")]
    pub org_hf_seq_id: Option<String>,
    /// Its day, echoed.
    #[serde(deserialize_with = "received::<_, 8>")]
    pub org_req_date: Option<String>,
    /// Our attempt, echoed.
    #[serde(deserialize_with = "received::<_, 128>")]
    pub org_req_seq_id: Option<String>,
    /// S, F or P; here it is `trans_status`.
    #[serde(deserialize_with = "received::<_, 1>")]
    pub trans_status: Option<String>,
    /// The same in words.
    #[serde(deserialize_with = "received::<_, 512>")]
    pub trans_desc: Option<String>,
    /// How much was withdrawn, in yuan.
    #[serde(deserialize_with = "received::<_, 14>")]
    pub cash_amt: Option<String>,
    /// What it cost, in yuan.
    #[serde(deserialize_with = "received::<_, 14>")]
    pub fee_amt: Option<String>,
    /// `Y`: the bank sent the money back later (退汇).
    #[serde(deserialize_with = "received::<_, 1>")]
    pub re_exchange: Option<String>,
}
