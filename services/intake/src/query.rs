//! `POST /v1/withdrawals/query`: a partner's server asks where a withdrawal stands.
//!
//! A partner sees its own withdrawals and learns nothing about the others, not even that they
//! exist.

use contract::ids::{OutOrderNo, WithdrawalId};
use contract::partner::query::{QueryAnswer, QueryRequest};
use contract::partner::time::WireTime;
use contract::partner::{ErrorCode, ReasonCode};
use contract::withdrawal::Withdrawal;
use serde_json::json;
use store::withdrawals;

use crate::api::{Call, Endpoint};
use crate::openapi::{Bilingual, Components, Described, Example, one_of};
use crate::refusal::Refusal;

/// The endpoint.
pub(crate) struct WithdrawalQuery;

impl Endpoint for WithdrawalQuery {
    const PATH: &'static str = "/v1/withdrawals/query";
    /// A query is one short name.
    const LONGEST_BODY: usize = 1024;
    const CODES: &'static [ErrorCode] = &[
        ErrorCode::RequestMalformed,
        ErrorCode::FieldTooLong,
        ErrorCode::OrderUnknown,
    ];
    type Answer = QueryAnswer;

    fn described(components: &mut Components) -> Described {
        let names = [
            ("order_id", components.of::<WithdrawalId>()),
            ("out_order_no", components.of::<OutOrderNo>()),
        ];
        Described {
            id: "queryWithdrawal",
            tag: "withdrawals",
            summary: Bilingual::new("查询提现", "Ask where a withdrawal stands"),
            description: Bilingual::new(
                "按我方订单号或合作方订单号查询，二者只填其一。只能查到本合作方的提现。",
                "By our number or by the partner's, exactly one of them. A partner sees its own \
                 withdrawals alone.",
            ),
            parameters: Vec::new(),
            body: Some(components.add("WithdrawalQuery", one_of(names))),
            examples: vec![Example {
                name: "paid",
                summary: Bilingual::new("已到账的提现", "A withdrawal that is paid"),
                body: json!({ "out_order_no": "A-1001" }),
                answer: json!({
                    "order_id": "W01KASGXE00000000000000000A",
                    "out_order_no": "A-1001",
                    "third_party_user_id": "user-1",
                    "htouhui_user_id": "20000000001",
                    "state": "paid",
                    "money": "100.00",
                    "fee": "1.05",
                    "arrival_money": "98.95",
                    "cash_type": "D0",
                    "accepted_at": "20261122120000",
                    "finished_at": "20261122120004",
                }),
            }],
        }
    }

    async fn answer(call: Call<'_>) -> Result<QueryAnswer, Refusal> {
        let query = QueryRequest::parse(call.body)?;
        let partner = call.partner_id();
        let found = match &query {
            QueryRequest::OrderId(id) => withdrawals::find(&call.connection, id).await?,
            QueryRequest::OutOrderNo(number) => {
                withdrawals::find_by_out_order_no(&call.connection, partner, number).await?
            }
        };
        let own = found.filter(|found| found.request.partner_id == *partner);
        Ok(told(own.ok_or(ErrorCode::OrderUnknown)?))
    }
}

fn told(withdrawal: Withdrawal) -> QueryAnswer {
    let request = withdrawal.request;
    let confirmed = withdrawal.confirmed.as_ref();
    let reason = withdrawal
        .reason_code
        .as_deref()
        .and_then(ReasonCode::from_name);
    QueryAnswer {
        order_id: request.id,
        out_order_no: request.out_order_no,
        third_party_user_id: request.third_party_user_id,
        htouhui_user_id: request.htouhui_user_id,
        state: withdrawal.state,
        money: request.amount,
        fee: confirmed.map(|confirmed| confirmed.fee),
        arrival_money: confirmed.map(|confirmed| confirmed.arrival),
        cash_type: confirmed.map(|confirmed| confirmed.cash_type),
        accepted_at: confirmed.map(|confirmed| WireTime::new(confirmed.accepted_at)),
        finished_at: withdrawal.terminal_at.map(WireTime::new),
        reason_code: reason,
        reason: reason.map(|reason| reason.zh().to_owned()),
    }
}
