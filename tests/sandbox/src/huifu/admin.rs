//! The admin's door: faults, the book, accounts, and the fate of single payments.
//!
//! Not Huifu's, so it answers plain JSON without signatures; and only to loopback, because it can
//! move money and print the book.

use crate::connection::Peer;
use crate::fen::Fen;
use crate::huifu::callback::Message;
use crate::huifu::courier;
use crate::huifu::fault::FaultRule;
use crate::huifu::fee::FeeRule;
use crate::huifu::payment::PaymentStatus;
use crate::huifu::snapshot::BookSnapshot;
use crate::huifu::world::World;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(crate) mod onboarding;
mod statement;

pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route(
            "/admin/faults",
            get(list_faults).post(add_fault).delete(clear_faults),
        )
        .route("/admin/book", get(show_book))
        .route("/admin/payments/{req_seq_id}", get(show_payment))
        .route("/admin/accounts", post(open_account))
        .route("/admin/payments/{req_seq_id}/{fate}", post(decide))
        .route("/admin/callbacks/{req_seq_id}/resend", post(call_again))
        .merge(onboarding::routes())
        .merge(statement::routes())
        .route("/admin/clock", post(set_clock))
        .layer(from_fn(loopback_only))
}

/// Settles or fails an open payment and tells the caller. False: unknown or ended before.
pub(crate) async fn finish(world: &Arc<World>, req_seq_id: &str, message: Message) -> bool {
    let now = world.now();
    let key = {
        let mut book = world.book();
        let Some(key) = book.newest_with_serial(req_seq_id) else {
            return false;
        };
        let first = match message {
            Message::FinalFailure => book.fail(&key, now),
            Message::FinalSuccess | Message::Accounting => book.settle(&key, now),
        };
        if !first {
            return false;
        }
        key
    };
    courier::tell(world, &key, message, None, 1).await;
    true
}

pub(crate) fn bank_return(world: &World, req_seq_id: &str) -> bool {
    let mut book = world.book();
    book.newest_with_serial(req_seq_id)
        .is_some_and(|key| book.bank_return(&key, world.now()))
}

pub(crate) async fn resend(world: &Arc<World>, req_seq_id: &str) -> bool {
    let found = {
        let book = world.book();
        book.newest_with_serial(req_seq_id).and_then(|key| {
            book.payment(&key)
                .map(|payment| (key.clone(), payment.status))
        })
    };
    let Some((key, status)) = found else {
        return false;
    };
    courier::tell(world, &key, Message::Accounting, None, 1).await;
    match status {
        PaymentStatus::Processing => {}
        PaymentStatus::Succeeded => {
            courier::tell(world, &key, Message::FinalSuccess, None, 1).await;
        }
        PaymentStatus::Failed => {
            courier::tell(world, &key, Message::FinalFailure, None, 1).await;
        }
    }
    true
}

async fn loopback_only(
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
    next: Next,
) -> Response {
    if peer.is_loopback() {
        next.run(request).await
    } else {
        StatusCode::NOT_FOUND.into_response()
    }
}

#[derive(Serialize)]
struct ShownBook {
    #[serde(flatten)]
    book: BookSnapshot,
    /// What is wrong with the book; empty when it is sound.
    audit: Vec<String>,
}

async fn show_book(State(world): State<Arc<World>>) -> Json<ShownBook> {
    let book = world.snapshot();
    let audit = book.audit();
    Json(ShownBook { book, audit })
}

async fn show_payment(State(world): State<Arc<World>>, Path(serial): Path<String>) -> Response {
    let book = world.book();
    match book
        .newest_with_serial(&serial)
        .and_then(|key| book.payment(&key))
    {
        Some(payment) => Json(payment).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn list_faults(State(world): State<Arc<World>>) -> Json<Vec<FaultRule>> {
    Json(world.faults().rules().to_vec())
}

async fn add_fault(State(world): State<Arc<World>>, Json(rule): Json<FaultRule>) -> StatusCode {
    world.faults().add(rule);
    StatusCode::NO_CONTENT
}

async fn clear_faults(State(world): State<Arc<World>>) -> StatusCode {
    world.faults().clear();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountRequest {
    huifu_id: String,
    acct_id: Option<String>,
    /// 01 basic, 02 cash, and so on.
    acct_type: Option<String>,
    /// Yuan with two decimals.
    balance: Option<String>,
    /// How much of it was there when yesterday ended; absent: all of it.
    balance_yesterday: Option<String>,
    #[serde(default)]
    cards: Vec<String>,
    /// Such as `1.00+0.05%:inner`.
    fee: Option<String>,
}

async fn open_account(
    State(world): State<Arc<World>>,
    Json(request): Json<AccountRequest>,
) -> Result<StatusCode, (StatusCode, String)> {
    let bad = |error: &dyn std::error::Error| (StatusCode::BAD_REQUEST, error.to_string());
    let balance: Option<Fen> = request
        .balance
        .map(|text| text.parse())
        .transpose()
        .map_err(|error| bad(&error))?;
    let fee: Option<FeeRule> = request
        .fee
        .map(|text| text.parse())
        .transpose()
        .map_err(|error| bad(&error))?;
    let yesterday: Option<Fen> = request
        .balance_yesterday
        .map(|text| text.parse())
        .transpose()
        .map_err(|error| bad(&error))?;
    if let Some(balance) = balance {
        let (acct_id, acct_type) = (request.acct_id.as_deref(), request.acct_type.as_deref());
        world.set_balance(&request.huifu_id, acct_id, acct_type, balance, yesterday);
    }
    let mut register = world.register();
    let member = register.member_by_hand(&request.huifu_id);
    for token_no in &request.cards {
        member.bind_by_hand(token_no);
    }
    if let Some(fee) = fee {
        member.flat_fee = Some(fee);
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn decide(
    State(world): State<Arc<World>>,
    Path((serial, fate)): Path<(String, String)>,
) -> StatusCode {
    let done = match fate.as_str() {
        "settle" => finish(&world, &serial, Message::FinalSuccess).await,
        "fail" => finish(&world, &serial, Message::FinalFailure).await,
        "return" => bank_return(&world, &serial),
        _ => return StatusCode::NOT_FOUND,
    };
    if done {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::CONFLICT
    }
}

async fn call_again(State(world): State<Arc<World>>, Path(serial): Path<String>) -> StatusCode {
    if resend(&world, &serial).await {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockRequest {
    /// How far this Huifu is ahead of the real time.
    ahead_seconds: i64,
}

async fn set_clock(
    State(world): State<Arc<World>>,
    Json(request): Json<ClockRequest>,
) -> StatusCode {
    world.set_ahead(request.ahead_seconds);
    StatusCode::NO_CONTENT
}
