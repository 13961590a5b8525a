//! `GET /w/{order_id}/{mac}/back`: the button on the result that leads back to the partner.
//!
//! The answer is signed at the moment of the press: one that stood on the page would be stale by
//! the time somebody has read it. Nobody is sent on by itself, for a page that moves while it is
//! being read is lost to many who read slowly.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use contract::partner::ErrorCode;
use contract::partner::answer::AnswerCode;
use contract::withdrawal::Withdrawal;
use http::HeaderMap;
use runtime::clock;
use store::{Connection, partners};

use crate::front::Front;
use crate::language;
use crate::page::{Standing, may_be_sent_to, open, standing};
use crate::refusal::Refusal;
use crate::send_back::{return_url, send_back};

/// Sends the user back with our signed answer; an open page is shown instead.
pub(crate) async fn back(
    State(front): State<Arc<Front>>,
    Path((order_id, mac)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let mut language = language::of_visitor(&front, &headers);
    let sent = async {
        let mut connection = front.store.connection().await?;
        let withdrawal = open(&front, &connection, &order_id, &mac).await?;
        language = language::of_page(&front, &headers, &withdrawal);
        match standing(&front, &mut connection, &withdrawal, clock::now()).await? {
            Standing::Accepted => accepted(&front, &connection, &withdrawal).await,
            other @ (Standing::Draft | Standing::Cancelled) => other.leave(&front, &withdrawal),
        }
    };
    let sent: Result<Response, Refusal> = sent.await;
    sent.unwrap_or_else(|refusal| refusal.page(&front, language))
}

async fn accepted(
    front: &Front,
    connection: &Connection,
    withdrawal: &Withdrawal,
) -> Result<Response, Refusal> {
    let request = &withdrawal.request;
    let partner = partners::find(connection, &request.partner_id).await?;
    let partner = partner.ok_or(ErrorCode::PartnerUnknown)?;
    // One that is suspended gets its users back all the same: the withdrawal is theirs.
    may_be_sent_to(&partner, &return_url(front, request)?, "return_url")?;
    send_back(front, request, AnswerCode::Accepted, clock::now())
}
