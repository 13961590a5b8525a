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
mod tests {
    use super::*;

    fn trial(amount: i64, cash_type: CashType) -> Result<String, LimitError> {
        let trial = FeeTrial::new(
            "A01KASGXE00000000000000000A".parse().unwrap(),
            "20261124".parse().unwrap(),
            &"6666".parse().unwrap(),
            Fen::new(amount).unwrap(),
            cash_type,
        );
        trial.map(|trial| serde_json::to_string(&trial).unwrap())
    }

    #[test]
    fn a_trial_calls_d0_what_huifu_calls_it_and_there_is_none_for_dm() {
        let printed = trial(10_000, CashType::D0).unwrap();
        let end = r#""trade_type":"ENCASHMENT","trans_amt":"100.00","encash_type":"T0"}"#;
        assert!(printed.ends_with(end), "{printed}");
        assert!(
            trial(1, CashType::T1)
                .unwrap()
                .contains(r#""encash_type":"T1""#)
        );
        let refused = |amount, cash_type| trial(amount, cash_type).unwrap_err().field;
        assert_eq!(refused(1, CashType::Dm), "encash_type");
        assert_eq!(refused(0, CashType::D1), "trans_amt");
        assert_eq!(refused(10_000_000_000_000, CashType::D1), "trans_amt");
    }

    #[test]
    fn the_fee_is_read_in_yuan() {
        let text = r#"{"resp_code":"00000000","hfSeqId":"1","fee_amt":"1.05","credit_fee_amt":null,"debit_fee_amt":1.05}"#;
        let answer: FeeTrialAnswer = serde_json::from_str(text).unwrap();
        assert_eq!(answer.fee_amt.map(Fen::get), Some(105));
        assert_eq!(
            (answer.credit_fee_amt, answer.debit_fee_amt),
            (None, answer.fee_amt)
        );
        assert_eq!(answer.hf_seq_id.as_deref(), Some("1"));
        assert!(serde_json::from_str::<FeeTrialAnswer>(r#"{"fee_amt":"1.051"}"#).is_err());
    }
}
