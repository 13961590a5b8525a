//! The bodies of `POST /v1/withdrawals/query`: how a partner's server asks after a withdrawal.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::reason::ReasonCode;
use super::time::WireTime;
use super::yuan;
use crate::ids::{HtouhuiUserId, OutOrderNo, ThirdPartyUserId, WithdrawalId};
use crate::money::Fen;
use crate::withdrawal::{CashType, State};

/// Which withdrawal is asked after: exactly one of two names, and nothing else in the body.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Names")]
pub enum QueryRequest {
    /// Our number.
    OrderId(WithdrawalId),
    /// The partner's.
    OutOrderNo(OutOrderNo),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    order_id: Option<WithdrawalId>,
    out_order_no: Option<OutOrderNo>,
}

impl TryFrom<Names> for QueryRequest {
    type Error = &'static str;

    fn try_from(names: Names) -> Result<Self, Self::Error> {
        match (names.order_id, names.out_order_no) {
            (Some(order_id), None) => Ok(Self::OrderId(order_id)),
            (None, Some(out_order_no)) => Ok(Self::OutOrderNo(out_order_no)),
            (Some(_), Some(_)) | (None, None) => Err("exactly one of order_id and out_order_no"),
        }
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
        let read = |json: &str| serde_json::from_str::<QueryRequest>(json).ok();
        assert_eq!(
            read(r#"{"out_order_no":"A-1"}"#),
            Some(QueryRequest::OutOrderNo("A-1".parse().unwrap()))
        );
        assert!(read(r#"{"order_id":"W01KASGXE00000000000000000A"}"#).is_some());
        for bad in [
            "{}",
            r#"{"order_id":"W01KASGXE00000000000000000A","out_order_no":"A-1"}"#,
            r#"{"out_order_no":"A-1","page":1}"#,
            r#"{"out_order_no":""}"#,
            r#"{"order_id":"A-1"}"#,
            r#"{"out_order_no":"A-1","out_order_no":"A-2"}"#,
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
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
