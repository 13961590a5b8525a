//! What Huifu is answered, and why: the acknowledgement is a receipt, given for what is written.
//!
//! Acknowledged: everything whose effect, or whose case for a person, is committed. A contradiction
//! belongs here: it stands on the list of cases, and three repeats would add nothing to it.
//!
//! Not acknowledged: what is not ours (another order, amount, merchant or day), although it too is
//! a case. The receipt would say that we have this result for what we sent, and we do not:
//! Huifu's own list of unacknowledged callbacks is the second place where such a thing must show.
//!
//! 5xx makes Huifu repeat (huifu-api.md §4), so it is kept for what may go better then.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue};
use runtime::problem::Problem;

/// How a callback ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reply {
    /// Committed, now or before: the acknowledgement's text.
    Acknowledged(String),
    /// Not a callback of the kind that comes here.
    NotACallback,
    /// Not signed by Huifu.
    NotHuifu,
    /// Signed, and not readable. A case.
    Unreadable,
    /// Signed, about an attempt that is not ours. A case.
    UnknownOrder,
    /// Signed, about an attempt of ours with something that is not ours. A case.
    Mismatch,
    /// Nothing could be written; a repeat may be luckier.
    Unavailable,
    /// Something is broken on our side.
    Broken,
}

impl Reply {
    /// A short name for metrics and logs.
    pub(crate) fn as_str(&self) -> &'static str {
        match self {
            Self::Acknowledged(_) => "acknowledged",
            Self::NotACallback => "not_a_callback",
            Self::NotHuifu => "bad_signature",
            Self::Unreadable => "unreadable",
            Self::UnknownOrder => "unknown_order",
            Self::Mismatch => "mismatch",
            Self::Unavailable => "unavailable",
            Self::Broken => "broken",
        }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let (status, detail) = match &self {
            Self::Acknowledged(text) => return acknowledged(text.clone()),
            Self::NotACallback => (
                StatusCode::BAD_REQUEST,
                "The form has no business text, or more than one.",
            ),
            Self::NotHuifu => (StatusCode::UNAUTHORIZED, "The signature does not hold."),
            Self::Unreadable => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "The business text cannot be read. A person has been told.",
            ),
            Self::UnknownOrder => (
                StatusCode::NOT_FOUND,
                "No such req_seq_id was sent from here. A person has been told.",
            ),
            Self::Mismatch => (
                StatusCode::CONFLICT,
                "This is not what was sent under this req_seq_id. A person has been told.",
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Nothing was written. Please repeat.",
            ),
            Self::Broken => return Problem::internal().into_response(),
        };
        Problem::new(status, self.as_str(), detail).into_response()
    }
}

fn acknowledged(text: String) -> Response {
    let mut response = text.into_response();
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    response
}
