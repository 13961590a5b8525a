//! A form that was posted: bounded, from a page of ours, and of the session that posts it.

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts as _, Request};
use runtime::browser::Origin;
use runtime::http_server::has_media_type;

use super::front::Front;
use super::parameters::Parameters;
use super::refusal::Refusal;
use super::visitor::Visitor;

/// Who posted it, and its fields without the token.
pub(crate) struct Posted {
    pub(crate) visitor: Visitor,
    pub(crate) fields: Parameters,
}

impl FromRequest<Arc<Front>> for Posted {
    type Rejection = Refusal;

    async fn from_request(request: Request, front: &Arc<Front>) -> Result<Self, Refusal> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, front).await?;
        let request = Request::from_parts(parts, body);
        let mut fields = own_form(request, front).await?;
        let token = fields.take("csrf").pop().unwrap_or_default();
        verify_slices_are_equal(token.as_bytes(), visitor.csrf.as_bytes())
            .map_err(|_| Refusal::Forged)?;
        Ok(Self { visitor, fields })
    }
}

/// The fields of a form that was on a page of ours, as the browser says. Every browser that knows
/// the cookie's `SameSite` says so; one that does not is not served.
pub(crate) async fn own_form(request: Request, front: &Arc<Front>) -> Result<Parameters, Refusal> {
    if Origin::of(request.headers(), &front.public_url) != Origin::Ours {
        return Err(Refusal::Forged);
    }
    if !has_media_type(request.headers(), "application/x-www-form-urlencoded") {
        return Err(Refusal::Malformed("This is not a form.".to_owned()));
    }
    let body = Bytes::from_request(request, front).await;
    let body = body.map_err(|_| Refusal::Malformed("The form cannot be read.".to_owned()))?;
    Parameters::of_form(&body)
}
