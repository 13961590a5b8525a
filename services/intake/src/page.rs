//! `GET /w/{order_id}/{mac}`: the page on which a user confirms or goes back.
//!
//! Works without script. Everything that will be sent to the bank is on it before the button:
//! amount, fee, arrival amount, card. A withdrawal that is no draft any more has no page; its user
//! is sent back to the partner, again with the same answer.

mod alert;
mod view;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use contract::ids::WithdrawalId;
use contract::partner::ErrorCode;
use contract::partner::answer::AnswerCode;
use contract::partner::url::PartnerUrl;
use contract::withdrawal::{State as WithdrawalState, Transition, Withdrawal};
use http::header::{CONTENT_SECURITY_POLICY, RETRY_AFTER, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;
use runtime::{clock, ids};
use serde_json::json;
use store::partners::Partner;
use store::progress::{Advanced, NewIds, Step, advance};
use store::withdrawals::Change;
use store::{Connection, StoreError, balances, partners, withdrawals};

use crate::balance;
use crate::caller::must_be_active;
use crate::choices::Choices;
use crate::front::Front;
use crate::headers::policy_with_forms;
use crate::language;
use crate::purse::Purse;
use crate::refusal::{Refusal, render};
use crate::send_back::{address, answer_code, return_url, send_back};
use crate::session::new_session;

pub(crate) use alert::Alert;
pub(crate) use view::Typed;

/// Shows the page, or sends the user on.
pub(crate) async fn page(
    State(front): State<Arc<Front>>,
    Path((order_id, mac)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let mut language = language::of_browser(&headers);
    let shown = async {
        let mut connection = front.store.connection().await?;
        let withdrawal = open(&front, &connection, &order_id, &mac).await?;
        language = withdrawal.request.language;
        let user = &withdrawal.request.htouhui_user_id;
        if let Some(response) = ended(&front, &mut connection, &withdrawal, clock::now()).await? {
            return Ok(response);
        }
        drop(connection);
        // What comes of it is in its row, which `Shown` reads with everything else.
        balance::current(&front, user).await?;
        let connection = front.store.connection().await?;
        let now = clock::now();
        let shown = Shown::load(&front, &connection, &withdrawal, &headers, now).await?;
        shown.respond(None, &Typed::default())
    };
    let shown: Result<Response, Refusal> = shown.await;
    shown.unwrap_or_else(|refusal| refusal.page(&front, language))
}

/// The withdrawal behind an address that we made; any other address is a page that does not exist.
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
    Ok(found.ok_or(ErrorCode::NotFound)?)
}

/// The answer for a withdrawal whose page is closed; `None` while it is open.
pub(crate) async fn ended(
    front: &Front,
    connection: &mut Connection,
    withdrawal: &Withdrawal,
    now: Timestamp,
) -> Result<Option<Response>, Refusal> {
    let mut state = withdrawal.state;
    if state == WithdrawalState::Draft && withdrawal.request.expires_at <= now {
        // The sweeper has not come by yet; the page is closed all the same.
        state = expire(connection, &withdrawal.request.id, now).await?;
    }
    match answer_code(state) {
        None => Ok(None),
        Some(AnswerCode::Expired) => {
            let back = address(front, &withdrawal.request, AnswerCode::Expired, now)?;
            Err(Refusal::from(ErrorCode::PageExpired).with_way_back(back))
        }
        Some(code @ (AnswerCode::Accepted | AnswerCode::Cancelled)) => {
            send_back(front, &withdrawal.request, code, now).map(Some)
        }
    }
}

async fn expire(
    connection: &mut Connection,
    id: &WithdrawalId,
    now: Timestamp,
) -> Result<WithdrawalState, Refusal> {
    let tx = connection.begin("intake: expire draft").await?;
    let state = step(&tx, id, Transition::Expire, Change::default(), now).await?;
    tx.commit().await?;
    Ok(state)
}

/// Takes an edge out of the draft; answers where the withdrawal stands afterwards.
pub(crate) async fn step(
    tx: &store::Transaction<'_>,
    id: &WithdrawalId,
    transition: Transition,
    change: Change<'_>,
    now: Timestamp,
) -> Result<WithdrawalState, StoreError> {
    let step = Step {
        withdrawal: id,
        transition,
        change,
        detail: &json!({}),
        ids: NewIds {
            notice: ids::new_notice_id(),
            message: ids::new_message_id(),
        },
        causation_id: None,
    };
    match advance(tx, now, &step).await? {
        Advanced::Moved { to, .. } => Ok(to),
        Advanced::Agreed(state)
        | Advanced::Refused(state)
        | Advanced::Held(state)
        | Advanced::Contradicted(state) => Ok(state),
        Advanced::Unknown => Err(StoreError::Corrupt {
            column: "withdrawals.id",
        }),
    }
}

/// What was true of the partner when the draft was made, asked again: it may have been suspended
/// since, or have lost the host to which its user would be sent.
fn may_still_ask(partner: &Partner, return_url: &PartnerUrl) -> Result<(), Refusal> {
    must_be_active(partner)?;
    if return_url.is_on(&partner.hosts) {
        Ok(())
    } else {
        Err(Refusal::from(ErrorCode::HostNotRegistered).at("return_url"))
    }
}

/// Everything that the page of one draft shows to one session.
pub(crate) struct Shown<'a> {
    front: &'a Front,
    withdrawal: &'a Withdrawal,
    pub(crate) choices: Choices,
    pub(crate) purse: Purse,
    partner_name: String,
    policy: HeaderValue,
    session: String,
    is_new_session: bool,
    now: Timestamp,
}

impl<'a> Shown<'a> {
    pub(crate) async fn load(
        front: &'a Front,
        connection: &Connection,
        withdrawal: &'a Withdrawal,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let request = &withdrawal.request;
        let user = &request.htouhui_user_id;
        let (partner, choices, known) = tokio::try_join!(
            partners::find(connection, &request.partner_id),
            Choices::load(connection, user, request.amount, now),
            balances::standing(connection, user),
        )?;
        let partner = partner.ok_or(ErrorCode::PartnerUnknown)?;
        let choices = choices.ok_or(ErrorCode::UserUnknown)?;
        let return_url = return_url(front, request)?;
        may_still_ask(&partner, &return_url)?;
        if let Some(code) = choices.missing() {
            // A card was closed or a cash type taken away since the page call.
            return Err(code.into());
        }
        let session = front.cookie.read(headers);
        Ok(Self {
            front,
            withdrawal,
            choices,
            purse: Purse::of(known, front.patience.max_age, now),
            policy: policy_with_forms(&return_url, &partner.hosts),
            partner_name: partner.name,
            is_new_session: session.is_none(),
            session: session.unwrap_or_else(new_session),
            now,
        })
    }

    /// Whether a form came from this page as this session saw it.
    pub(crate) fn is_from_here(&self, csrf: &str) -> bool {
        let id = &self.withdrawal.request.id;
        !self.is_new_session && self.front.page_key.is_csrf(id, &self.session, csrf)
    }

    /// The page, with what the user is to be told and what they had chosen.
    pub(crate) fn respond(&self, alert: Option<Alert>, typed: &Typed) -> Result<Response, Refusal> {
        let view = view::PageView::new(self, alert, typed);
        let mut response = render(&view).into_response();
        if let Some(alert) = alert {
            *response.status_mut() = alert.status();
        }
        let headers = response.headers_mut();
        headers.insert(CONTENT_SECURITY_POLICY, self.policy.clone());
        if let Some(seconds) = alert.and_then(|alert| alert.retry_after(self.now)) {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.is_new_session {
            let cookie = self.front.cookie.set(&self.session);
            let cookie = HeaderValue::try_from(cookie).map_err(|_| ErrorCode::Internal)?;
            headers.insert(SET_COOKIE, cookie);
        }
        Ok(response)
    }
}
