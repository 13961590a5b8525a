//! The same withdrawal asked for again: `out_order_no` is the partner's idempotency key.
//!
//! The same number with the same fields is answered as before, whether the form is new or the very
//! same one sent twice; the same number with other fields is an error. Neither writes a withdrawal.

use axum::response::Response;
use contract::ids::OutOrderNo;
use contract::partner::answer::AnswerCode;
use contract::partner::{ErrorCode, PageCall};
use contract::withdrawal::{NewWithdrawal, Withdrawal};
use jiff::Timestamp;
use runtime::trace::{self, attribute::Attribute};
use store::{Connection, nonces, withdrawals};

use super::draft::NONCE_KEPT;
use crate::front::Front;
use crate::refusal::Refusal;
use crate::send_back::{answer_code, see_other, send_back};

/// Answers a call whose number is taken by `earlier`.
pub(super) async fn answer(
    front: &Front,
    connection: &mut Connection,
    call: &PageCall,
    earlier: &Withdrawal,
    now: Timestamp,
) -> Result<Response, Refusal> {
    if !asks_for(call, &earlier.request) {
        return Err(Refusal::from(ErrorCode::OrderConflict).at("out_order_no"));
    }
    trace::join(earlier.traceparent.as_deref());
    trace::set(Attribute::OrderId(earlier.request.id.to_string().into()));
    let tx = connection.begin("intake: use nonce").await?;
    // Used before or not: the answer is the same, and a fresh one must not serve another call.
    nonces::use_once(&tx, now, &call.partner_id, &call.nonce, now + NONCE_KEPT).await?;
    tx.commit().await?;
    match answer_code(earlier.state) {
        None | Some(AnswerCode::Accepted) => {
            Ok(see_other(&front.page_key.path(&earlier.request.id)))
        }
        Some(code @ (AnswerCode::Cancelled | AnswerCode::Expired)) => {
            send_back(front, &earlier.request, code, now)
        }
    }
}

/// Answers a call that lost against another one a moment ago.
pub(super) async fn answer_if_known(
    front: &Front,
    connection: &mut Connection,
    call: &PageCall,
    now: Timestamp,
) -> Result<Response, Refusal> {
    let repeated = || Refusal::from(ErrorCode::NonceRepeated).at("nonce");
    let number: &OutOrderNo = call.out_order_no.as_ref().ok_or_else(repeated)?;
    let earlier = withdrawals::find_by_out_order_no(connection, &call.partner_id, number).await?;
    let earlier = earlier.ok_or_else(repeated)?;
    answer(front, connection, call, &earlier, now).await
}

/// Whether the call asks for exactly what this withdrawal is.
fn asks_for(call: &PageCall, stored: &NewWithdrawal) -> bool {
    stored.partner_id == call.partner_id
        && stored.third_party_user_id == call.third_party_user_id
        && stored.htouhui_user_id == call.htouhui_user_id
        && stored.amount == call.money
        && stored.out_order_no == call.out_order_no
        && stored.return_url == call.return_url.as_str()
        && stored.notify_url == call.notify_url.as_str()
        && stored.from_url == call.from_url.as_str()
        && stored.cash_type == call.cash_type
        // Where the partner leaves it to the browser, another browser asks for the same.
        && call.language.is_none_or(|language| stored.language == language)
}
