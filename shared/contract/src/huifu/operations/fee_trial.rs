//! What Huifu would charge for a withdrawal (huifu-api.md §3.5).

use serde::{Deserialize, Serialize};

use super::balance::yuan;
use super::request::short_huifu_id;
use crate::huifu::field::{TextRule, check_text, received};
use crate::huifu::{LimitError, ReqDate};
use crate::ids::{HuifuId, ReqSeqId};
use crate::money::Fen;
use crate::withdrawal::CashType;

/// The `data` of a fee trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeeTrial {
    huifu_id: String,
    req_date: ReqDate,
    req_seq_id: ReqSeqId,
    trade_type: &'static str,
    trans_amt: String,
    encash_type: &'static str,
}

impl FeeTrial {
    /// Where it goes.
    pub const PATH: &'static str = "/v2/trade/feecalc";

    /// Asks what withdrawing `trans_amt` would cost. Huifu tries D0 (which it calls T0 here), T1
    /// and D1; it has no trial for DM.
    pub fn new(
        req_seq_id: ReqSeqId,
        req_date: ReqDate,
        huifu_id: &HuifuId,
        trans_amt: Fen,
        cash_type: CashType,
    ) -> Result<Self, LimitError> {
        let outside = |field, rule| LimitError { field, rule };
        if trans_amt == Fen::ZERO {
            return Err(outside("trans_amt", TextRule::Positive));
        }
        let encash_type = match cash_type {
            CashType::D0 => "T0",
            CashType::D1 => "D1",
            CashType::T1 => "T1",
            CashType::Dm => return Err(outside("encash_type", TextRule::Listed)),
        };
        let trans_amt = trans_amt.to_string();
        check_text("trans_amt", &trans_amt, 14)?;
        Ok(Self {
            huifu_id: short_huifu_id("huifu_id", huifu_id)?,
            req_date,
            req_seq_id,
            trade_type: "ENCASHMENT",
            trans_amt,
            encash_type,
        })
    }
}

/// The `data` of its answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct FeeTrialAnswer {
    /// The result of the call.
    #[serde(deserialize_with = "received::<_, 8>")]
    pub resp_code: Option<String>,
    /// The same in words.
    #[serde(deserialize_with = "received::<_, 512>")]
    pub resp_desc: Option<String>,
    /// Huifu's own number of the trial.
    #[serde(rename = "hfSeqId", deserialize_with = "received::<_, 128>")]
    pub hf_seq_id: Option<String>,
    /// For whom.
    #[serde(deserialize_with = "received::<_, 32>")]
    pub huifu_id: Option<String>,
    /// Our day, echoed.
    #[serde(deserialize_with = "received::<_, 8>")]
    pub req_date: Option<String>,
    /// Our question, echoed.
    #[serde(deserialize_with = "received::<_, 128>")]
    pub req_seq_id: Option<String>,
    /// The fee.
    #[serde(deserialize_with = "yuan")]
    pub fee_amt: Option<Fen>,
    /// Its part for credit cards.
    #[serde(deserialize_with = "yuan")]
    pub credit_fee_amt: Option<Fen>,
    /// Its part for debit cards.
    #[serde(deserialize_with = "yuan")]
    pub debit_fee_amt: Option<Fen>,
}

#[cfg(test)]
mod tests;
