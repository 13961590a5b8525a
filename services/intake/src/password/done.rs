//! `/w/{order_id}/{mac}/password/done`: another password was set.
//!
//! The main way leads to `from_url`, as partners were promised; the second back to the withdrawal
//! while it is open. Shown only to the browser that set the password: to anybody else it would be
//! untrue.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use contract::partner::ErrorCode;
use contract::partner::url::PartnerUrl;
use contract::withdrawal::{State as WithdrawalState, Withdrawal};
use http::{HeaderMap, Uri};
use runtime::clock;
use store::sms_codes::{self, Purpose};

use super::Desk;
use crate::frame::Frame;
use crate::front::Front;
use crate::language;
use crate::page::{may_be_sent_to, open};
use crate::refusal::{Refusal, render};
use crate::send_back::see_other;
use crate::words::password::{self as words, Words};

#[derive(Template)]
#[template(path = "password_done.html")]
struct DoneView<'a> {
    frame: Frame,
    words: &'static Words,
    from_url: &'a str,
    partner_name: &'a str,
    /// The withdrawal's page, while it is open.
    page: Option<String>,
}

/// Shows it, or the page where a password is set.
pub(crate) async fn done(
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
        let connection = front.store.connection().await?;
        let withdrawal = open(&front, &connection, &order_id, &mac).await?;
        language = language::of_page(&front, &headers, &withdrawal);
        let desk = Desk::load(&front, &connection, &withdrawal, &headers, language).await?;
        let bearer = desk.bearer_for(Purpose::ResetPassword);
        if !sms_codes::was_used(&connection, &bearer).await? {
            return Ok(see_other(&desk.path()));
        }
        let from_url = from_url(&front, &withdrawal)?;
        may_be_sent_to(&desk.partner, &from_url, "from_url")?;
        Ok(render(&DoneView {
            frame: Frame::new(&front, language).with_choice(),
            words: words::in_language(language),
            from_url: from_url.as_str(),
            partner_name: &desk.partner.name,
            page: is_open(&withdrawal).then(|| desk.page_path()),
        }))
    };
    let shown: Result<Response, Refusal> = shown.await;
    shown.unwrap_or_else(|refusal| refusal.page(&front, language))
}

fn is_open(withdrawal: &Withdrawal) -> bool {
    withdrawal.state == WithdrawalState::Draft && withdrawal.request.expires_at > clock::now()
}

/// The address as it was checked when the draft was made.
fn from_url(front: &Front, withdrawal: &Withdrawal) -> Result<PartnerUrl, Refusal> {
    let request = &withdrawal.request;
    PartnerUrl::parse(&request.from_url, front.loopback_http).map_err(|_| {
        tracing::error!(order_id = %request.id, "the stored from_url is not allowed any more");
        Refusal::from(ErrorCode::Internal)
    })
}
