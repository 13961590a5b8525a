//! The user goes back without withdrawing.

use axum::response::Response;
use contract::partner::ErrorCode;
use contract::withdrawal::{Transition, Withdrawal};
use jiff::Timestamp;
use store::Connection;
use store::withdrawals::Change;

use crate::front::Front;
use crate::page::step;
use crate::refusal::Refusal;
use crate::send_back::{answer_code, send_back};

/// Cancels the draft and sends the user back. Where a confirmation was first, the answer is that
/// the withdrawal was accepted.
pub(crate) async fn cancel(
    front: &Front,
    connection: &mut Connection,
    withdrawal: &Withdrawal,
    now: Timestamp,
) -> Result<Response, Refusal> {
    let request = &withdrawal.request;
    let tx = connection.begin("intake: cancel draft").await?;
    let state = step(&tx, &request.id, Transition::Cancel, Change::default(), now).await?;
    tx.commit().await?;
    let code = answer_code(state).ok_or(ErrorCode::Internal)?;
    tracing::info!(order_id = %request.id, state = state.as_str(), "cancelled");
    send_back(front, request, code, now)
}
