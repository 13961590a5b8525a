//! How answers become pages.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse as _, Response};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION};

use super::front::Front;
use super::refusal::{Refusal, Said};
use super::sessions::Presence;
use super::view::{Frame, Section};
use super::visitor::{Visitor, frame};

#[derive(Template)]
#[template(path = "refused.html")]
struct Refused {
    frame: Frame,
    said: Said,
}

/// The text of a page.
pub(crate) fn written(page: &impl Template) -> Result<String, Refusal> {
    page.render().map_err(|error| Refusal::Failed(error.into()))
}

/// A page.
pub(crate) fn shown(page: &impl Template) -> Result<Response, Refusal> {
    Ok(Html(written(page)?).into_response())
}

/// Around everything that people see: says a problem again as a page, also one of the limits'.
pub(crate) async fn in_our_words(
    State(front): State<Arc<Front>>,
    request: Request,
    next: Next,
) -> Response {
    let for_program = request.uri().path().starts_with("/api/");
    let (headers, extensions) = (request.headers().clone(), request.extensions().clone());
    let response = next.run(request).await;
    let kind = response.headers().get(CONTENT_TYPE);
    let is_problem = kind.is_some_and(|kind| kind == "application/problem+json");
    if for_program || !is_problem || response.headers().contains_key(LOCATION) {
        return response;
    }
    let said = response.extensions().get::<Said>().cloned();
    let said = said.unwrap_or_else(|| Said {
        code: "unavailable",
        text: "The console could not finish this. Look again before you repeat it.".to_owned(),
    });
    let visitor = Visitor::of(&front, &headers, &extensions, Presence::LookedAt).await;
    let frame = match visitor {
        Ok(Some(visitor)) => visitor.frame(&front, Section::Overview),
        // What cannot be had now is a way to the other pages, and nothing worse.
        Ok(None) | Err(_) => frame(&front, Section::Overview, None),
    };
    let Ok(page) = (Refused { frame, said }).render() else {
        return response;
    };
    let mut told = (response.status(), Html(page)).into_response();
    // The request's id, and whatever else was said around the problem.
    for (name, value) in response.headers() {
        if name != CONTENT_TYPE && name != CONTENT_LENGTH {
            told.headers_mut().insert(name, value.clone());
        }
    }
    told
}
