//! A program: it shows a token with each call, and has no session.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;

use super::front::Front;
use super::person::Person;
use super::refusal::Refusal;

/// Whose token came with the call. A cookie opens nothing here, so no page of anybody's can make a
/// browser call for its user.
pub(crate) struct Caller(pub(crate) Person);

impl FromRequestParts<Arc<Front>> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, front: &Arc<Front>) -> Result<Self, Refusal> {
        let sent = parts.headers.get(AUTHORIZATION);
        let token = sent.and_then(|sent| sent.to_str().ok()?.strip_prefix("Bearer "));
        let owner = token.and_then(|token| front.tokens.owner(token));
        owner.cloned().map(Self).ok_or(Refusal::NoToken)
    }
}
