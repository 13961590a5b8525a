//! The wiring of intake.

use std::sync::Arc;
use std::time::Duration;

use axum::routing::{get, post};
use axum::{Router, middleware};
use runtime::http_server::Limits;
use runtime::service::Service;

use crate::api::Serve;
use crate::events::Events;
use crate::front::Front;
use crate::onboarding::{Card, CashRules, Materials, Openings, Status};
use crate::query::WithdrawalQuery;
use crate::quote::Quotes;
use crate::resend::Resend;
use crate::settings::IntakeSettings;
use crate::signature_check::SignatureCheck;
use crate::sms::HttpGateway;
use crate::{
    assets, back, body, decide, headers, jwks, openapi, page, password, refusal, sweep,
    turned_away, withdraw,
};

/// Longer than the slowest good request: a password that waits for its turn, then three commits.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);

/// Starts everything: the listener, the sweeper of drafts and nonces, and the relay.
pub async fn start(service: Service<IntakeSettings>) -> anyhow::Result<()> {
    let settings = Arc::clone(&service.settings);
    let stopping = service.stopping.clone();
    let sms = Arc::new(HttpGateway::new(&settings.sms)?);
    let front = Front::new(service.store.clone(), &settings, sms, stopping);
    let front = Arc::new(front);
    let limits = Limits {
        // Each handler reads less, if less is enough for it.
        body: body::LONGEST,
        request_timeout: REQUEST_TIMEOUT,
        ..Limits::default()
    };
    service
        .http_around(
            limits,
            settings.listen,
            router(Arc::clone(&front)),
            |guarded| outermost(guarded, front),
        )
        .await?;
    let swept = sweep::sweep(service.store.clone(), service.stopping.clone());
    service.tasks.spawn("sweep", swept);
    service.relay();
    Ok(())
}

fn router(front: Arc<Front>) -> Router {
    let router = Router::new()
        .route("/withdraw", post(withdraw::withdraw))
        .route("/w/{order_id}/{mac}", get(page::page).post(decide::decide))
        .route("/w/{order_id}/{mac}/back", get(back::back))
        .route(
            "/w/{order_id}/{mac}/password",
            get(password::page).post(password::decide),
        )
        .route("/w/{order_id}/{mac}/password/done", get(password::done))
        .route("/assets/{name}", get(assets::asset))
        .route("/.well-known/jwks.json", get(jwks::jwks))
        .route("/openapi.json", get(openapi::openapi));
    endpoints(router)
        .fallback(refusal::not_found)
        .method_not_allowed_fallback(refusal::method_not_allowed)
        .with_state(front)
}

/// Every endpoint of the JSON API: what is served is what is described.
pub(crate) fn endpoints<S: Serve>(to: S) -> S {
    to.serve::<WithdrawalQuery>()
        .serve::<Materials>()
        .serve::<Openings>()
        .serve::<Card>()
        .serve::<CashRules>()
        .serve::<Status>()
        .serve::<Quotes>()
        .serve::<Events>()
        .serve::<Resend>()
        .serve::<SignatureCheck>()
}

/// Around the limits as well: whom they turn away is a person with a browser.
fn outermost(guarded: Router, front: Arc<Front>) -> Router {
    guarded
        .layer(middleware::from_fn_with_state(
            Arc::clone(&front),
            turned_away::in_our_words,
        ))
        .layer(middleware::from_fn_with_state(front, headers::secure))
}

#[cfg(test)]
mod tests;
