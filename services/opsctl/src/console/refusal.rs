//! Why a request was not carried out: one list, one `match` to a status and a stable code.

use std::fmt;

use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use runtime::problem::Problem;
use store::StoreError;

use super::role::Right;
use crate::exit::WrongUsage;

/// Every way in which the console says no.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// A program without a token that we know.
    NoToken,
    /// A browser without a session; it signs in and comes back to where it wanted to go.
    NotSignedIn { wanted: String },
    /// The role is not enough.
    NotAllowed(Right),
    /// A form that did not come from a page of this session.
    Forged,
    /// What was asked for is not understood.
    Malformed(String),
    /// There is no such thing.
    NotFound(String),
    /// It cannot be done as things stand; the sentence says why.
    Refused(String),
    /// Something failed on our side.
    Failed(anyhow::Error),
}

/// What a page says about a refusal; the problem itself is for programs.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) code: &'static str,
    pub(crate) text: String,
}

impl Refusal {
    /// There is no such thing.
    pub(crate) fn no(noun: &str, id: impl fmt::Display) -> Self {
        Self::NotFound(format!("There is no {noun} {id}."))
    }

    fn told(&self) -> (StatusCode, Said) {
        let (status, code, text) = match self {
            Self::NoToken => (
                StatusCode::UNAUTHORIZED,
                "token_unknown",
                "Send Authorization: Bearer with a token of the console.".to_owned(),
            ),
            Self::NotSignedIn { .. } => (
                StatusCode::UNAUTHORIZED,
                "not_signed_in",
                "You are not signed in.".to_owned(),
            ),
            Self::NotAllowed(right) => (
                StatusCode::FORBIDDEN,
                "not_allowed",
                format!("This takes the role of {}.", right.takes()),
            ),
            Self::Forged => (
                StatusCode::FORBIDDEN,
                "form_not_ours",
                "The form did not come from a page of this session. Nothing was done.".to_owned(),
            ),
            Self::Malformed(text) => (StatusCode::BAD_REQUEST, "malformed", text.clone()),
            Self::NotFound(text) => (StatusCode::NOT_FOUND, "not_found", text.clone()),
            Self::Refused(text) => (StatusCode::CONFLICT, "refused", text.clone()),
            Self::Failed(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "Something failed on our side.".to_owned(),
            ),
        };
        (status, Said { code, text })
    }
}

impl IntoResponse for Refusal {
    /// A problem; around the pages it is made a page.
    fn into_response(self) -> Response {
        if let Self::NotSignedIn { wanted } = &self {
            let wanted: String = form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
            return Redirect::to(&format!("/sign-in?next={wanted}")).into_response();
        }
        if let Self::Failed(error) = &self {
            tracing::error!(
                error = format!("{error:#}"),
                "a request of the console failed"
            );
        }
        let (status, said) = self.told();
        let mut response = Problem::new(status, said.code, said.text.clone()).into_response();
        response.extensions_mut().insert(said);
        response
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<WrongUsage> for Refusal {
    fn from(wrong: WrongUsage) -> Self {
        Self::Malformed(sentence(&wrong.0))
    }
}

/// What commands answer for people: wrong usage, a failure of the store or below it, or a sentence
/// that says why it cannot be done.
impl From<anyhow::Error> for Refusal {
    fn from(error: anyhow::Error) -> Self {
        match error.downcast::<WrongUsage>() {
            Ok(wrong) => wrong.into(),
            Err(error) if error.chain().any(|cause| cause.is::<StoreError>()) => {
                Self::Failed(error)
            }
            Err(error) => Self::Refused(sentence(&format!("{error:#}"))),
        }
    }
}

/// As the command line says it, with a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    let stop = if text.ends_with(['.', '?', '!']) {
        ""
    } else {
        "."
    };
    first.into_iter().chain(letters).collect::<String>() + stop
}
