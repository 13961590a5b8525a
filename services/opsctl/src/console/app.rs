//! The wiring of the console.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use http::HeaderValue;
use http::header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY};
use runtime::browser;
use runtime::http_server::Limits;
use runtime::service::Service;

use super::front::{self, Front};
use super::settings::ConsoleSettings;
use super::{api, page, pages, refusal::Refusal, sessions};
use crate::replays::run_all;

/// A decision about a hundred thousand letters takes a few seconds.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// Far more than there are operators.
const REQUESTS: usize = 64;

/// Starts the listener of pages and API.
pub async fn start(service: Service<ConsoleSettings>) -> anyhow::Result<()> {
    let settings = Arc::clone(&service.settings);
    let front = Arc::new(Front::new(service.store.clone(), &settings));
    let limits = Limits {
        request_timeout: REQUEST_TIMEOUT,
        requests: REQUESTS,
        ..Limits::default()
    };
    let (store, stopping) = (&service.store, &service.stopping);
    let replays = run_all(store.clone(), stopping.clone());
    service.tasks.spawn("replays", replays);
    let sweep = sessions::sweep(store.clone(), stopping.clone());
    service.tasks.spawn("sessions", sweep);
    let router = router(Arc::clone(&front));
    let outermost = |guarded: Router| {
        guarded
            .layer(middleware::from_fn_with_state(
                Arc::clone(&front),
                page::in_our_words,
            ))
            .layer(middleware::from_fn_with_state(front, secure))
    };
    service
        .http_around(limits, settings.listen, router, outermost)
        .await?;
    Ok(())
}

fn router(front: Arc<Front>) -> Router {
    Router::new()
        .merge(api::routes())
        .merge(pages::routes())
        .route("/assets/{name}", get(front::asset))
        .route("/healthz", get(async || "live\n"))
        .fallback(async || Refusal::NotFound("There is no such page.".to_owned()))
        .method_not_allowed_fallback(async || {
            Refusal::NotFound("This cannot be done here.".to_owned())
        })
        .with_state(front)
}

/// Fills in the headers that an answer has not set itself.
async fn secure(State(front): State<Arc<Front>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // Forms must say where they were, or a browser would say `Origin: null`.
    let own = HeaderValue::from_static("same-origin");
    headers.entry(REFERRER_POLICY).or_insert(own);
    // Forms lead to us alone, and the script asks nobody else.
    let policy = browser::policy_with_forms_to("'self'; connect-src 'self'");
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(policy);
    browser::secure(headers, &front.public_url);
    response
}
