//! Sends the user back to the partner with our signed answer.

use axum::response::{IntoResponse as _, Response};
use contract::partner::ErrorCode;
use contract::partner::answer::{Answer, AnswerCode};
use contract::partner::url::PartnerUrl;
use contract::withdrawal::{NewWithdrawal, State};
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};
use jiff::Timestamp;
use url::Url;

use crate::front::Front;
use crate::refusal::Refusal;

/// What the partner is told of a withdrawal in this state; `None` while the page is open. Accepted
/// is accepted for ever: how it went on is for the notice to say.
pub(crate) fn answer_code(state: State) -> Option<AnswerCode> {
    match state {
        State::Draft => None,
        State::Accepted
        | State::Dispatching
        | State::Submitted
        | State::Unconfirmed
        | State::Paid
        | State::Failed
        | State::Returned => Some(AnswerCode::Accepted),
        State::Cancelled => Some(AnswerCode::Cancelled),
        State::Expired => Some(AnswerCode::Expired),
    }
}

/// The partner's address with our signed answer in its query.
pub(crate) fn address(
    front: &Front,
    request: &NewWithdrawal,
    code: AnswerCode,
    now: Timestamp,
) -> Result<Url, Refusal> {
    let answer = Answer {
        code,
        htouhui_user_id: request.htouhui_user_id.clone(),
        third_party_user_id: request.third_party_user_id.clone(),
        money: request.amount,
        order_id: request.id.clone(),
    };
    let return_url = return_url(front, request)?;
    Ok(front
        .signer
        .answer(&answer, request.partner_id.clone(), &return_url, now))
}

/// The redirect to it.
pub(crate) fn send_back(
    front: &Front,
    request: &NewWithdrawal,
    code: AnswerCode,
    now: Timestamp,
) -> Result<Response, Refusal> {
    let address = address(front, request, code, now)?;
    Ok(see_other(address.as_str()))
}

/// The address as it was checked when the draft was made.
pub(crate) fn return_url(front: &Front, request: &NewWithdrawal) -> Result<PartnerUrl, Refusal> {
    PartnerUrl::parse(&request.return_url, front.loopback_http).map_err(|_| {
        tracing::error!(order_id = %request.id, "the stored return_url is not allowed any more");
        Refusal::from(ErrorCode::Internal)
    })
}

/// 303: whatever the method was, the browser goes there with GET.
pub(crate) fn see_other(location: &str) -> Response {
    match HeaderValue::try_from(location) {
        Ok(location) => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
