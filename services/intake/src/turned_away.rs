//! What the limits around every request answer, told in the words of the contract.
//!
//! A body announced too long, too many requests at once, a time-out and a panic are answered
//! outside of our handlers, by what is shared with services that no partner calls. A user gets the
//! error page, a program a problem, and both one of the codes that partners know.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use contract::partner::ErrorCode;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use runtime::http_server::with_request_id;

use crate::front::Front;
use crate::language;
use crate::refusal::{InOurWords, Refusal, is_for_programs};

/// Says a problem that is not of our making again, as one that is.
pub(crate) async fn in_our_words(
    State(front): State<Arc<Front>>,
    request: Request,
    next: Next,
) -> Response {
    let for_program = is_for_programs(request.uri().path());
    let language = language::of_visitor(&front, request.headers());
    let response = next.run(request).await;
    let ours = response.extensions().get::<InOurWords>().is_some();
    if ours || !is_problem(response.headers()) {
        return response;
    }
    let refusal = Refusal::from(code_of(response.status()));
    let mut told = if for_program {
        with_request_id(request_id(response.headers()), async { refusal.problem() }).await
    } else {
        refusal.page(&front, language)
    };
    // The request's id, and whatever else was said around the problem.
    for (name, value) in response.headers() {
        if name != CONTENT_TYPE && name != CONTENT_LENGTH {
            told.headers_mut().insert(name, value.clone());
        }
    }
    told
}

fn request_id(headers: &HeaderMap) -> String {
    let id = headers.get("x-request-id");
    let id = id.and_then(|id| id.to_str().ok());
    id.unwrap_or_default().to_owned()
}

fn is_problem(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind == "application/problem+json")
}

/// A request that took too long may have been carried out, so it is not told apart from one for
/// which there was no room: the words say to look.
fn code_of(status: StatusCode) -> ErrorCode {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::RequestTooLarge,
        StatusCode::SERVICE_UNAVAILABLE => ErrorCode::Unavailable,
        _ => ErrorCode::Internal,
    }
}
