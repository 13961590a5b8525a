//! What happens around every request, in one place and in this order: an id, room for it, its
//! announced length, its time, its panic, and one log line.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;
use http::header::CONTENT_LENGTH;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use tokio::sync::Semaphore;
use tracing::Instrument as _;

use super::{Limits, TurnedAway, with_request_id};
use crate::ids;
use crate::problem::Problem;

tokio::task_local! {
    pub(super) static REQUEST_ID: String;
}

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
        Self {
            limits: *limits,
            room: Arc::new(Semaphore::new(limits.requests)),
        }
    }
}

pub(super) const OVERLOADED: TurnedAway = TurnedAway {
    status: StatusCode::SERVICE_UNAVAILABLE,
    code: "overloaded",
    zh: "同时处理的请求过多，本次请求未执行，请重试。",
    en: "Too many requests at once. Nothing was done; try again.",
};

pub(super) const TOO_LONG: TurnedAway = TurnedAway {
    status: StatusCode::PAYLOAD_TOO_LARGE,
    code: "too_long",
    zh: "请求正文过长。",
    en: "The body is longer than anything that is read here.",
};

pub(super) const TIMEOUT: TurnedAway = TurnedAway {
    status: StatusCode::SERVICE_UNAVAILABLE,
    code: "timeout",
    zh: "请求处理超时，可能已执行，也可能未执行。",
    en: "The request took too long. It may or may not have been carried out.",
};

pub(super) const PANICKED: TurnedAway = TurnedAway {
    status: StatusCode::INTERNAL_SERVER_ERROR,
    code: "internal",
    zh: "系统内部错误。",
    en: "Something failed on our side.",
};

impl TurnedAway {
    fn problem(&self) -> Problem {
        Problem::new(self.status, self.code, self.en).in_chinese(self.zh)
    }
}

/// Stands around the whole router.
pub(super) async fn guard(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let id = ids::new_message_id().simple().to_string();
    let method = method_name(request.method());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("unmatched", MatchedPath::as_str)
        .to_owned();
    let span = tracing::info_span!("request", request_id = %id, method, route = %route);
    let started = Instant::now();
    let answered = with_request_id(id.clone(), answer(&guard, request, next));
    let mut response = answered.instrument(span.clone()).await;
    let took = started.elapsed();
    let status = response.status().as_u16();
    span.in_scope(|| {
        tracing::info!(
            status,
            duration_ms = took.as_secs_f64() * 1000.0,
            "answered"
        );
    });
    metrics::histogram!(
        "http_request_seconds",
        "method" => method, "route" => route, "status" => status.to_string()
    )
    .record(took);
    if let Ok(value) = HeaderValue::try_from(id) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    response
}

async fn answer(guard: &Guard, request: Request, next: Next) -> Response {
    let Ok(_room) = guard.room.try_acquire() else {
        return OVERLOADED.problem().into_response();
    };
    if announced_length(&request) > guard.limits.body as u64 {
        return TOO_LONG.problem().into_response();
    }
    let work = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(guard.limits.request_timeout, work).await {
        Ok(Ok(response)) => response,
        Ok(Err(_panic)) => {
            // The panic's text was printed by the hook; it may hold anything, so it is not
            // repeated.
            tracing::error!("a handler panicked");
            PANICKED.problem().into_response()
        }
        Err(_elapsed) => {
            tracing::warn!("a request took too long and was dropped");
            TIMEOUT.problem().into_response()
        }
    }
}

fn announced_length(request: &Request) -> u64 {
    let header = request.headers().get(CONTENT_LENGTH);
    header
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .unwrap_or(0)
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
        _ => "other",
    }
}
