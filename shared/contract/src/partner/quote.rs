//! The bodies of `POST /v1/quotes`: what a user can withdraw now, and what it costs.
//!
//! A quote promises nothing. Fees are of the Beijing day on which it was asked for, and the balance
//! is what Huifu said `balance_age_s` seconds ago; Huifu has the last word when money moves.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ErrorCode;
use super::field_problem::BodyError;
use super::json::Fields;
use super::page_call;
use super::yuan;
use crate::fee::FeeBearer;
use crate::ids::HtouhuiUserId;
use crate::money::{Fen, MAX_CHARACTERS};
use crate::withdrawal::CashType;

const NAMES: [&str; 2] = ["htouhui_user_id", "money"];

/// For whom, and how much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuoteRequest {
    /// The user, in our words.
    pub htouhui_user_id: HtouhuiUserId,
    /// The amount, more than zero; without one only prices and balances are answered.
    pub money: Option<Fen>,
}

impl QuoteRequest {
    /// Reads a body, or says everything that is wrong with it.
    pub fn parse(body: &[u8]) -> Result<Self, BodyError> {
        let mut fields = Fields::of(body, &NAMES)?;
        let htouhui_user_id = fields.required("htouhui_user_id", HtouhuiUserId::MAX, page_call::id);
        let money = fields.optional("money", MAX_CHARACTERS, page_call::money);
        let read = || {
            Some(Self {
                htouhui_user_id: htouhui_user_id?,
                money: money?,
            })
        };
        let read = read();
        fields.finish(read)
    }
}

/// What is known of a user's balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BalanceKnowledge {
    /// Huifu said it a moment ago.
    Fresh,
    /// Huifu said it earlier, and could not be asked now.
    Stale,
    /// Huifu never said it.
    Unknown,
}

/// Prices and balances of one user.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct QuoteAnswer {
    /// The user.
    pub htouhui_user_id: HtouhuiUserId,
    /// The amount that was asked about.
    #[serde(with = "yuan::optional", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<yuan::Text>")]
    pub money: Option<Fen>,
    /// What is known of the balance.
    pub balance: BalanceKnowledge,
    /// How long ago Huifu said it, in seconds; not there if it never did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance_age_s: Option<u64>,
    /// Every cash type that is open to the user.
    pub cash_types: Vec<CashTypeQuote>,
}

/// One cash type today.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct CashTypeQuote {
    /// Which.
    pub cash_type: CashType,
    /// The fixed part of the fee.
    #[serde(with = "yuan")]
    #[schemars(with = "yuan::Text")]
    pub fix_amt: Fen,
    /// The part that grows with the amount, in percent: `"0.05"`.
    pub fee_rate: String,
    /// Who bears the fee.
    pub fee_bearer: FeeBearer,
    /// What can be withdrawn of this type now, before any fee; not there where Huifu did not say.
    #[serde(with = "yuan::optional", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<yuan::Text>")]
    pub available_money: Option<Fen>,
    /// What the amount would cost.
    #[serde(with = "yuan::optional", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<yuan::Text>")]
    pub fee: Option<Fen>,
    /// What would arrive on the card.
    #[serde(with = "yuan::optional", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<yuan::Text>")]
    pub arrival_money: Option<Fen>,
    /// Why the amount cannot be withdrawn with this type, as far as we know now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<ErrorCode>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fen(fen: i64) -> Option<Fen> {
        Some(Fen::new(fen).unwrap())
    }

    #[test]
    fn an_amount_is_optional_and_more_than_zero() {
        let read = |body: &str| QuoteRequest::parse(body.as_bytes());
        let all = read(r#"{"htouhui_user_id":"8001"}"#).unwrap();
        assert_eq!(all.money, None);
        let some = read(r#"{"htouhui_user_id":"8001","money":"12.30"}"#).unwrap();
        assert_eq!(some.money, fen(1_230));
        for bad in [
            r#"{"htouhui_user_id":"8001","money":12.30}"#,
            r#"{"htouhui_user_id":"8001","money":"0"}"#,
            r#"{"htouhui_user_id":"8001","money":"-1"}"#,
            r#"{"money":"1.00"}"#,
            r#"{"htouhui_user_id":"8001","cash_type":"D0"}"#,
            "[]",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_answer_on_the_wire_stays_as_it_is() {
        let known = CashTypeQuote {
            cash_type: CashType::D0,
            fix_amt: Fen::new(100).unwrap(),
            fee_rate: "0.05".to_owned(),
            fee_bearer: FeeBearer::Inner,
            available_money: fen(500_000),
            fee: fen(105),
            arrival_money: fen(9_895),
            refusal: None,
        };
        let unknown = CashTypeQuote {
            cash_type: CashType::Dm,
            available_money: None,
            fee: None,
            arrival_money: None,
            refusal: Some(ErrorCode::AmountBelowFee),
            ..known.clone()
        };
        let answer = QuoteAnswer {
            htouhui_user_id: "8001".parse().unwrap(),
            money: fen(10_000),
            balance: BalanceKnowledge::Stale,
            balance_age_s: Some(61),
            cash_types: vec![known, unknown],
        };
        assert_eq!(
            serde_json::to_string(&answer).unwrap(),
            r#"{"htouhui_user_id":"8001","money":"100.00","balance":"stale","balance_age_s":61,"cash_types":[{"cash_type":"D0","fix_amt":"1.00","fee_rate":"0.05","fee_bearer":"inner","available_money":"5000.00","fee":"1.05","arrival_money":"98.95"},{"cash_type":"DM","fix_amt":"1.00","fee_rate":"0.05","fee_bearer":"inner","refusal":"amount_below_fee"}]}"#
        );
        let nothing = QuoteAnswer {
            money: None,
            balance: BalanceKnowledge::Unknown,
            balance_age_s: None,
            cash_types: Vec::new(),
            ..answer
        };
        assert_eq!(
            serde_json::to_string(&nothing).unwrap(),
            r#"{"htouhui_user_id":"8001","balance":"unknown","cash_types":[]}"#
        );
    }
}
