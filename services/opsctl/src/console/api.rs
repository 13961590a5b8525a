//! `/api/v1`: the answers as JSON, exactly as the command line prints them with `--json`.
//!
//! `GET` asks, with parameters in the query. `POST` acts, with parameters in a JSON body; without
//! `"yes": true` it says what would happen and changes nothing.

use std::future::Future;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};
use http::HeaderMap;
use runtime::http_server::has_media_type;
use store::dead_letters::Verb;

use super::answers::{audit, cases, dead_letters, overview, partners, replays, withdrawals};
use super::asked::{Answer, Asked};
use super::caller::Caller;
use super::front::Front;
use super::parameters::Parameters;
use super::person::Person;
use super::refusal::Refusal;

/// Every endpoint.
pub(crate) fn routes() -> Router<Arc<Front>> {
    let discard = |asked| dead_letters::decide(asked, Verb::Discard);
    let archive = |asked| dead_letters::decide(asked, Verb::Archive);
    let restore = |asked| dead_letters::decide(asked, Verb::Restore);
    let approve = |asked| replays::act(asked, crate::replays::Verb::Approve);
    let pause = |asked| replays::act(asked, crate::replays::Verb::Pause);
    let resume = |asked| replays::act(asked, crate::replays::Verb::Resume);
    let cancel = |asked| replays::act(asked, crate::replays::Verb::Cancel);
    let hold = |asked| partners::decide(asked, crate::lanes::Verb::Hold);
    let release = |asked| partners::decide(asked, crate::lanes::Verb::Release);
    Router::new()
        .route("/api/v1/overview", asking(overview::show))
        .route("/api/v1/withdrawals", asking(withdrawals::find))
        .route("/api/v1/withdrawals/stuck", asking(withdrawals::stuck))
        .route("/api/v1/withdrawals/{id}", asking(withdrawals::show))
        .route("/api/v1/dead-letters", asking(dead_letters::list))
        .route("/api/v1/dead-letters/groups", asking(dead_letters::groups))
        .route("/api/v1/dead-letters/discard", acting(discard))
        .route("/api/v1/dead-letters/archive", acting(archive))
        .route("/api/v1/dead-letters/restore", acting(restore))
        .route("/api/v1/dead-letters/{id}", asking(dead_letters::show))
        .route(
            "/api/v1/replays",
            asking(replays::list).merge(acting(replays::wish)),
        )
        .route("/api/v1/replays/{id}", asking(replays::show))
        .route("/api/v1/replays/{id}/approve", acting(approve))
        .route("/api/v1/replays/{id}/pause", acting(pause))
        .route("/api/v1/replays/{id}/resume", acting(resume))
        .route("/api/v1/replays/{id}/cancel", acting(cancel))
        .route("/api/v1/partners", asking(partners::list))
        .route("/api/v1/partners/lanes", asking(partners::lanes))
        .route("/api/v1/partners/{id}", asking(partners::show))
        .route("/api/v1/partners/{id}/lanes", asking(partners::lanes))
        .route("/api/v1/partners/{id}/hold", acting(hold))
        .route("/api/v1/partners/{id}/release", acting(release))
        .route("/api/v1/cases", asking(cases::list))
        .route("/api/v1/cases/{id}", asking(cases::show))
        .route("/api/v1/cases/{id}/close", acting(cases::close))
        .route("/api/v1/audit", asking(audit::list))
        .route("/api/v1/audit/verify", asking(audit::verify))
        .route("/api/v1/audit/{number}", asking(audit::show))
}

fn asking<F, Fut>(answer: F) -> MethodRouter<Arc<Front>>
where
    F: Fn(Asked) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Answer> + Send,
{
    get(
        async move |State(front): State<Arc<Front>>,
                    Caller(person): Caller,
                    subject: Option<Path<String>>,
                    RawQuery(query): RawQuery| {
            let parameters = Parameters::of_form(query.unwrap_or_default().as_bytes())?;
            told(answer(asked(front, person, subject, parameters))).await
        },
    )
}

fn acting<F, Fut>(answer: F) -> MethodRouter<Arc<Front>>
where
    F: Fn(Asked) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Answer> + Send,
{
    post(
        async move |State(front): State<Arc<Front>>,
                    Caller(person): Caller,
                    subject: Option<Path<String>>,
                    headers: HeaderMap,
                    body: Bytes| {
            if !body.is_empty() && !has_media_type(&headers, "application/json") {
                let text = "The body is application/json.".to_owned();
                return Err(Refusal::Malformed(text));
            }
            let parameters = Parameters::of_json(&body)?;
            told(answer(asked(front, person, subject, parameters))).await
        },
    )
}

fn asked(
    front: Arc<Front>,
    person: Person,
    subject: Option<Path<String>>,
    parameters: Parameters,
) -> Asked {
    Asked {
        front,
        person,
        subject: subject.map(|Path(subject)| subject).unwrap_or_default(),
        parameters,
    }
}

async fn told(answer: impl Future<Output = Answer>) -> Result<Response, Refusal> {
    Ok(Json(answer.await?.json()).into_response())
}
