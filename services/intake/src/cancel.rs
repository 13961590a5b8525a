//! The user goes back without withdrawing.

use axum::response::Response;
use contract::withdrawal::{Transition, Withdrawal};
use jiff::Timestamp;
use store::Connection;
use store::withdrawals::Change;

use crate::front::Front;
use crate::page::{after, step};
use crate::refusal::Refusal;

/// Cancels the draft and sends the user back. Where a confirmation was first, the user sees that
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
    tracing::info!(order_id = %request.id, state = state.as_str(), "cancelled");
    after(front, withdrawal, state, now)?.leave(front, withdrawal)
}
