//! What the limits around every request answer, told to a person.
//!
//! A body announced too long, too many requests at once, a time-out and a panic are answered
//! outside of our handlers, as problems for programs. Whoever calls the API gets them as they are;
//! a user gets the error page.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use contract::partner::ErrorCode;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};

use crate::front::Front;
use crate::language;
use crate::refusal::{Refusal, is_for_programs};

/// Makes a page of a problem, unless a program asked.
pub(crate) async fn as_page(
    State(front): State<Arc<Front>>,
    request: Request,
    next: Next,
) -> Response {
    if is_for_programs(request.uri().path()) {
        return next.run(request).await;
    }
    let language = language::of_visitor(&front, request.headers());
    let response = next.run(request).await;
    if !is_problem(response.headers()) {
        return response;
    }
    let mut page = Refusal::from(code_of(response.status())).page(&front, language);
    // The request's id, and whatever else was said around the problem.
    for (name, value) in response.headers() {
        if name != CONTENT_TYPE && name != CONTENT_LENGTH {
            page.headers_mut().insert(name, value.clone());
        }
    }
    page
}

fn is_problem(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind == "application/problem+json")
}

/// A request that took too long may have been carried out, so it is not told apart from one for
/// which there was no room: the page says to look.
fn code_of(status: StatusCode) -> ErrorCode {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::RequestTooLarge,
        StatusCode::SERVICE_UNAVAILABLE => ErrorCode::Unavailable,
        _ => ErrorCode::Internal,
    }
}
