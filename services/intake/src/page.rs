//! `GET /w/{order_id}/{mac}`: the page on which a user confirms or goes back, and then sees what
//! became of it.
//!
//! Works without script. Everything that will be sent to the bank is on it before the button:
//! amount, fee, arrival amount, card. A withdrawal that was accepted has the result at the same
//! address, however often it is opened; one that was cancelled or has expired leads back to the
//! partner.

mod alert;
mod outcome;
mod shown;
mod standing;
mod view;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use contract::ids::WithdrawalId;
use contract::partner::ErrorCode;
use contract::withdrawal::Withdrawal;
use http::{HeaderMap, Uri};
use runtime::clock;
use runtime::trace::{self, attribute::Attribute};
use store::{Connection, withdrawals};

use crate::front::Front;
use crate::refusal::Refusal;
use crate::{balance, language};

pub(crate) use alert::Alert;
pub(crate) use shown::{Shown, may_be_sent_to};
pub(crate) use standing::{Standing, after, elsewhere, standing, step};
pub(crate) use view::Typed;

/// Shows the page, or the result, or sends the user on.
pub(crate) async fn page(
    State(front): State<Arc<Front>>,
    Path((order_id, mac)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if let Some(switched) = language::switched(&front, &uri) {
        return switched;
    }
    let mut language = language::of_visitor(&front, &headers);
    let shown = async {
        let mut connection = front.store.connection().await?;
        let withdrawal = open(&front, &connection, &order_id, &mac).await?;
        language = language::of_page(&front, &headers, &withdrawal);
        match standing(&front, &mut connection, &withdrawal, clock::now()).await? {
            Standing::Draft => {}
            Standing::Accepted => {
                return outcome::shown(&front, &connection, &withdrawal, language).await;
            }
            Standing::Cancelled => return Standing::Cancelled.leave(&front, &withdrawal),
        }
        drop(connection);
        // What comes of it is in its row, which `Shown` reads with everything else.
        balance::current(&front, &withdrawal.request.htouhui_user_id).await?;
        let connection = front.store.connection().await?;
        let shown = Shown::load(&front, &connection, &withdrawal, &headers, clock::now()).await?;
        let password_is_new = uri.query() == Some(PASSWORD_IS_NEW);
        shown.respond(None, &Typed::fresh(password_is_new))
    };
    let shown: Result<Response, Refusal> = shown.await;
    shown.unwrap_or_else(|refusal| refusal.page(&front, language))
}

/// Behind the page's address when the user comes from setting the first password.
pub(crate) const PASSWORD_IS_NEW: &str = "password=set";

/// The withdrawal behind an address that we made; any other address is a page that does not exist.
/// The request joins the trace that the partner's form began.
pub(crate) async fn open(
    front: &Front,
    connection: &Connection,
    order_id: &str,
    mac: &str,
) -> Result<Withdrawal, Refusal> {
    let id: WithdrawalId = order_id.parse().map_err(|_| ErrorCode::NotFound)?;
    if !front.page_key.opens(&id, mac) {
        return Err(ErrorCode::NotFound.into());
    }
    let found = withdrawals::find(connection, &id).await?;
    let withdrawal = found.ok_or(ErrorCode::NotFound)?;
    trace::join(withdrawal.traceparent.as_deref());
    trace::set(Attribute::OrderId(withdrawal.request.id.to_string().into()));
    Ok(withdrawal)
}
