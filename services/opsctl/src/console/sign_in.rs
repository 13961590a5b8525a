//! Signing in with a token or by the proxy, and signing out.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, Request, State};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use http::header::SET_COOKIE;
use http::{HeaderValue, StatusCode};

use super::front::Front;
use super::page;
use super::parameters::Parameters;
use super::person::Person;
use super::posted::{Posted, own_form};
use super::refusal::Refusal;
use super::view::{Frame, Section};
use super::visitor::{frame, vouched};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn {
    frame: Frame,
    /// Where to go afterwards.
    next: String,
    /// The token that was given opens nothing.
    refused: bool,
}

/// The form; whom the proxy vouches for needs none.
pub(crate) async fn page(
    State(front): State<Arc<Front>>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, Refusal> {
    let parameters = Parameters::of_form(query.unwrap_or_default().as_bytes())?;
    let next = own_path(parameters.get("next"));
    let before = front.cookie.session(request.headers());
    match vouched(&front, request.headers(), request.extensions()) {
        Some(person) => begin(&front, &person, None, before, &next).await,
        None => form(&front, next, false),
    }
}

/// A token was typed.
pub(crate) async fn sign_in(
    State(front): State<Arc<Front>>,
    request: Request,
) -> Result<Response, Refusal> {
    let before = front.cookie.session(request.headers());
    let fields = own_form(request, &front).await?;
    let next = own_path(fields.get("next"));
    let token = fields.get("token").unwrap_or_default().trim();
    match front.tokens.owner(token) {
        Some(person) => begin(&front, person, Some(token), before, &next).await,
        None => {
            tracing::warn!("a token that opens nothing was tried");
            form(&front, next, true)
        }
    }
}

/// Ends the session, here and in the browser; with `everywhere` all of this person's.
pub(crate) async fn sign_out(
    State(front): State<Arc<Front>>,
    mut posted: Posted,
) -> Result<Response, Refusal> {
    let everywhere = posted.fields.take_flag("everywhere")?;
    let ended = posted.visitor.leave(&front, everywhere).await?;
    tracing::info!(by = posted.visitor.person.name, ended, "signed out");
    let mut response = Redirect::to("/sign-in").into_response();
    set(&mut response, &front.cookie.clear())?;
    Ok(response)
}

/// A new session in place of the one that the browser may have.
async fn begin(
    front: &Front,
    person: &Person,
    token: Option<&str>,
    before: Option<String>,
    next: &str,
) -> Result<Response, Refusal> {
    let sessions = &front.sessions;
    let value = sessions.begin(person, token, before.as_deref()).await?;
    tracing::info!(
        by = person.name,
        role = person.role.as_str(),
        by_proxy = token.is_none(),
        "signed in"
    );
    let mut response = Redirect::to(next).into_response();
    set(&mut response, &front.cookie.set(&value))?;
    Ok(response)
}

fn set(response: &mut Response, cookie: &str) -> Result<(), Refusal> {
    let cookie = HeaderValue::try_from(cookie).map_err(|error| Refusal::Failed(error.into()))?;
    response.headers_mut().append(SET_COOKIE, cookie);
    Ok(())
}

fn form(front: &Front, next: String, refused: bool) -> Result<Response, Refusal> {
    let shown = SignIn {
        frame: frame(front, Section::Overview, None),
        next,
        refused,
    };
    let status = if refused {
        StatusCode::UNAUTHORIZED
    } else {
        StatusCode::OK
    };
    Ok((status, Html(page::written(&shown)?)).into_response())
}

/// A path of ours and nothing else: nobody is led away by a link to the form.
fn own_path(wanted: Option<&str>) -> String {
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    let ours =
        |path: &&str| path.starts_with('/') && !path.starts_with("//") && path.bytes().all(plain);
    wanted.filter(ours).unwrap_or("/").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_signing_in_nobody_is_led_away() {
        assert_eq!(own_path(Some("/cases?state=all")), "/cases?state=all");
        for elsewhere in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nb: c",
            "",
        ] {
            assert_eq!(own_path(Some(elsewhere)), "/", "{elsewhere}");
        }
        assert_eq!(own_path(None), "/");
    }
}
