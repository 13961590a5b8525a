//! What happens around every request, in one place and in this order: an id, room for it, its
//! announced length, its time, its panic, and one log line.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use tokio::sync::Semaphore;
use tracing::Instrument as _;

use super::meter::Metered;
use super::{Limits, with_request_id};
use crate::problem::Problem;
use crate::trace::Span;
use crate::trace::attribute::Attribute;
use crate::{ids, slots};

tokio::task_local! {
    pub(super) static REQUEST_ID: String;
}

/// As the conventions call a method that is not HTTP's.
const UNKNOWN: &str = "_OTHER";

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of the request that is being answered, if one is.
pub(crate) fn request_id() -> Option<String> {
    REQUEST_ID.try_with(Clone::clone).ok()
}

/// The limits, and how much of them is taken.
#[derive(Clone)]
pub(super) struct Guard {
    limits: Limits,
    room: Arc<Semaphore>,
}

impl Guard {
    pub(super) fn new(limits: &Limits) -> Self {
        let room = Arc::new(Semaphore::new(limits.requests));
        slots::watch("http_requests", &room, limits.requests);
        Self {
            limits: *limits,
            room,
        }
    }
}

/// Stands around the whole router.
pub(super) async fn guard(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let id = ids::new_message_id().simple().to_string();
    let method = method_name(request.method());
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map(|route| route.as_str().to_owned());
    let shown = route.as_deref().unwrap_or("unmatched");
    let span = tracing::info_span!("request", request_id = %id, method, route = shown);
    let step = step(request.headers(), method, route.as_deref());
    let metered = Metered::begin(method);
    let answered = with_request_id(id.clone(), answer(&guard, request, next));
    let mut response = step.around(answered.instrument(span.clone())).await;
    let took = metered.end(route, response.status());
    let status = response.status().as_u16();
    step.set(Attribute::Status(status));
    if response.status().is_server_error() {
        step.fail(status.to_string());
    }
    step.within(|| {
        let _entered = span.enter();
        tracing::info!(
            status,
            duration_ms = took.as_secs_f64() * 1000.0,
            "answered"
        );
    });
    if let Ok(value) = HeaderValue::try_from(id) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    response
}

/// By OpenTelemetry's conventions a path that is no route has no part in the name.
fn step(headers: &HeaderMap, method: &'static str, route: Option<&str>) -> Span {
    let called = if method == UNKNOWN { "HTTP" } else { method };
    let name = route.map_or(called.to_owned(), |route| format!("{called} {route}"));
    let step = Span::for_stranger(headers, name);
    step.set(Attribute::Method(method));
    if let Some(route) = route {
        step.set(Attribute::Route(route.to_owned().into()));
    }
    step
}

async fn answer(guard: &Guard, request: Request, next: Next) -> Response {
    let Ok(_room) = guard.room.try_acquire() else {
        let problem = Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "overloaded",
            "Too many requests at once. Nothing was done; try again.",
        );
        return problem.into_response();
    };
    if announced_length(&request) > guard.limits.body as u64 {
        return too_long(guard.limits.body).into_response();
    }
    let work = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(guard.limits.request_timeout, work).await {
        Ok(Ok(response)) => response,
        Ok(Err(_panic)) => {
            // The panic's text was printed by the hook; it may hold anything, so it is not
            // repeated.
            tracing::error!("a handler panicked");
            Problem::internal().into_response()
        }
        Err(_elapsed) => {
            tracing::warn!("a request took too long and was dropped");
            Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "timeout",
                "The request took too long. It may or may not have been carried out.",
            )
            .into_response()
        }
    }
}

fn announced_length(request: &Request) -> u64 {
    let header = request.headers().get(CONTENT_LENGTH);
    header
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .unwrap_or(0)
}

fn too_long(max: usize) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_long",
        format!("The body is longer than {max} bytes."),
    )
}

/// Known methods by name; others as one word, or a stranger could grow the metrics without end.
fn method_name(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "HEAD" => "HEAD",
        "OPTIONS" => "OPTIONS",
        "PATCH" => "PATCH",
        _ => UNKNOWN,
    }
}
