//! `POST /w/{order_id}/{mac}`: the user's word, confirm or cancel.
//!
//! The state comes first: who presses the button twice is sent to the same place twice, whatever
//! the second form holds. Then where the form comes from, then what it says. The form is read
//! before a connection is taken: a browser that sends slowly must not keep one from the others.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use contract::partner::ErrorCode;
use contract::withdrawal::{Language, Withdrawal};
use http::HeaderMap;
use runtime::clock;
use store::Connection;

use crate::form::{Form, field, read_form};
use crate::front::Front;
use crate::page::{Alert, Shown, Typed, elsewhere, open};
use crate::refusal::Refusal;
use crate::{cancel, confirm, language, origin};

/// Answers with a redirect to the result or to the partner, or with the page again.
pub(crate) async fn decide(
    State(front): State<Arc<Front>>,
    Path((order_id, mac)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let form = read_form(&headers, body).await;
    let opened = async {
        let connection = front.store.connection().await?;
        let withdrawal = open(&front, &connection, &order_id, &mac).await?;
        Ok((connection, withdrawal))
    };
    let opened: Result<(Connection, Withdrawal), Refusal> = opened.await;
    let (language, decided) = match opened {
        Ok((connection, withdrawal)) => {
            let decided = decide_on(&front, connection, &withdrawal, &headers, form).await;
            let language = language::of_page(&front, &headers, &withdrawal);
            (language, decided)
        }
        Err(refusal) => (language::of_visitor(&front, &headers), Err(refusal)),
    };
    answer(&front, language, decided)
}

fn answer(front: &Front, language: Language, decided: Result<Response, Refusal>) -> Response {
    let result = match &decided {
        Ok(response) => response.status().as_u16().to_string(),
        Err(refusal) => refusal.code().as_str().to_owned(),
    };
    metrics::counter!("tixian_decisions_total", "result" => result).increment(1);
    decided.unwrap_or_else(|refusal| refusal.page(front, language))
}

async fn decide_on(
    front: &Front,
    mut connection: Connection,
    withdrawal: &Withdrawal,
    headers: &HeaderMap,
    form: Result<Form, Refusal>,
) -> Result<Response, Refusal> {
    let now = clock::now();
    if let Some(response) = elsewhere(front, &mut connection, withdrawal, now).await? {
        return Ok(response);
    }
    let form = form?;
    let shown = Shown::load(front, &connection, withdrawal, headers, now).await?;
    let typed = Typed {
        cash_type: field(&form, "cash_type").to_owned(),
        card_id: field(&form, "card_id").to_owned(),
        password_is_new: false,
    };
    if !origin::is_ours(front, headers) || !shown.is_from_here(field(&form, "csrf")) {
        return shown.respond(Some(Alert::Stale), &typed);
    }
    match field(&form, "action") {
        "confirm" => {
            drop(connection);
            let attempt = confirm::Attempt {
                front,
                withdrawal,
                shown: &shown,
                form: &form,
            };
            match attempt.confirm(now).await? {
                confirm::Confirmed::SentOn(response) => Ok(response),
                confirm::Confirmed::Told(alert) => shown.respond(Some(alert), &typed),
            }
        }
        "cancel" => cancel::cancel(front, &mut connection, withdrawal, now).await,
        _ => Err(Refusal::from(ErrorCode::RequestMalformed).at("action")),
    }
}
