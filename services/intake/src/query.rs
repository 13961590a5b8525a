//! `POST /v1/withdrawals/query`: a partner's server asks where a withdrawal stands.
//!
//! A partner sees its own withdrawals and learns nothing about the others, not even that they
//! exist.

use contract::partner::query::{QueryAnswer, QueryRequest};
use contract::partner::time::WireTime;
use contract::partner::{ErrorCode, ReasonCode};
use contract::withdrawal::Withdrawal;
use store::withdrawals;

use crate::api::{Call, Endpoint};
use crate::refusal::Refusal;

/// The endpoint.
pub(crate) struct WithdrawalQuery;

impl Endpoint for WithdrawalQuery {
    const PATH: &'static str = "/v1/withdrawals/query";
    /// A query is one short name.
    const LONGEST_BODY: usize = 1024;
    type Answer = QueryAnswer;

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
        .and_then(ReasonCode::from_code);
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
