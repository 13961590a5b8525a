//! The bodies of `POST /v1/withdrawals/query`: how a partner's server asks after a withdrawal.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::field_problem::BodyError;
use super::json::Fields;
use super::page_call;
use super::reason::ReasonCode;
use super::rule::Rule;
use super::time::WireTime;
use super::yuan;
use crate::ids::{HtouhuiUserId, OutOrderNo, ThirdPartyUserId, WithdrawalId};
use crate::money::Fen;
use crate::withdrawal::{CashType, State};

/// Which withdrawal is asked after: exactly one of two names, and nothing else in the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueryRequest {
    /// Our number.
    OrderId(WithdrawalId),
    /// The partner's.
    OutOrderNo(OutOrderNo),
}

impl QueryRequest {
    /// Reads a body, or says everything that is wrong with it.
    pub fn parse(body: &[u8]) -> Result<Self, BodyError> {
        let mut fields = Fields::of(body, &["order_id", "out_order_no"])?;
        let order_id = fields.optional("order_id", OutOrderNo::MAX, page_call::id);
        let out_order_no = fields.optional("out_order_no", OutOrderNo::MAX, page_call::id);
        let read = match (order_id, out_order_no) {
            (Some(Some(id)), Some(None)) => Some(Self::OrderId(id)),
            (Some(None), Some(Some(number))) => Some(Self::OutOrderNo(number)),
            (Some(None), Some(None)) | (Some(Some(_)), Some(Some(_))) => {
                fields.refuse("order_id", Rule::ExactlyOneOf("order_id, out_order_no"));
                None
            }
            (None, _) | (_, None) => None,
        };
        fields.finish(read)
    }
}

/// Where a withdrawal stands. Fields that have no value yet are left out.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct QueryAnswer {
    /// Our number of the withdrawal.
    pub order_id: WithdrawalId,
    /// The partner's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_order_no: Option<OutOrderNo>,
    /// The user, in the partner's words.
    pub third_party_user_id: ThirdPartyUserId,
    /// The user, in ours.
    pub htouhui_user_id: HtouhuiUserId,
    /// `draft`, `accepted`, `paid` …
    pub state: State,
    /// How much was asked for.
    #[serde(with = "yuan")]
    #[schemars(with = "yuan::Text")]
    pub money: Fen,
    /// What it costs; there is none before the user confirmed.
    #[serde(
        with = "yuan::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "Option<yuan::Text>")]
    pub fee: Option<Fen>,
    /// What arrives on the card.
    #[serde(
        with = "yuan::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "Option<yuan::Text>")]
    pub arrival_money: Option<Fen>,
    /// What the user chose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cash_type: Option<CashType>,
    /// When the user confirmed: yyyyMMddHHmmss, Beijing time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<WireTime>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<WireTime>,
    /// Why it failed or came back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<ReasonCode>,
    /// The same in Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_names_exactly_one_withdrawal_and_nothing_else() {
        let read = |json: &str| QueryRequest::parse(json.as_bytes());
        assert_eq!(
            read(r#"{"out_order_no":"A-1"}"#),
            Ok(QueryRequest::OutOrderNo("A-1".parse().unwrap()))
        );
        assert!(read(r#"{"order_id":"W01KASGXE00000000000000000A"}"#).is_ok());
        for (bad, field) in [
            ("{}", "order_id"),
            (
                r#"{"order_id":"W01KASGXE00000000000000000A","out_order_no":"A-1"}"#,
                "order_id",
            ),
            (r#"{"out_order_no":"A-1","page":1}"#, "page"),
            (r#"{"out_order_no":""}"#, "order_id"),
            (r#"{"order_id":"A-1"}"#, "order_id"),
        ] {
            let Err(BodyError::Fields(problems)) = read(bad) else {
                panic!("{bad}");
            };
            assert_eq!(
                (problems.len(), problems[0].field.as_str()),
                (1, field),
                "{bad}"
            );
        }
        let twice = r#"{"out_order_no":"A-1","out_order_no":"A-2"}"#;
        assert_eq!(read(twice), Err(BodyError::Malformed));
    }

    #[test]
    fn an_answer_shows_money_in_yuan_and_leaves_out_what_is_not_known() {
        let answer = QueryAnswer {
            order_id: "W01KASGXE00000000000000000A".parse().unwrap(),
            out_order_no: None,
            third_party_user_id: "u-1".parse().unwrap(),
            htouhui_user_id: "8001".parse().unwrap(),
            state: State::Accepted,
            money: Fen::new(1_234).unwrap(),
            fee: Some(Fen::new(105).unwrap()),
            arrival_money: None,
            cash_type: Some(CashType::Dm),
            accepted_at: Some("20261122120000".parse().unwrap()),
            finished_at: None,
            reason_code: None,
            reason: None,
        };
        let json = serde_json::to_string(&answer).unwrap();
        assert_eq!(
            json,
            r#"{"order_id":"W01KASGXE00000000000000000A","third_party_user_id":"u-1","htouhui_user_id":"8001","state":"accepted","money":"12.34","fee":"1.05","cash_type":"DM","accepted_at":"20261122120000"}"#
        );
        assert_eq!(serde_json::from_str::<QueryAnswer>(&json).unwrap(), answer);
    }
}
