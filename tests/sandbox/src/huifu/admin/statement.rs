//! The admin's door to statement files: what is wrong with the file of a day, and whether it is
//! ready.

use crate::huifu::statement::{self, StatementChange};
use crate::huifu::world::World;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use jiff::civil::Date;
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route(
            "/admin/statements/{day}",
            get(show).post(change).delete(restore),
        )
        .route("/admin/statements/{day}/{readiness}", post(hold))
}

/// The file as it would be fetched now.
async fn show(State(world): State<Arc<World>>, Path(day): Path<Date>) -> Response {
    statement::text(&world, day, None).into_response()
}

async fn change(
    State(world): State<Arc<World>>,
    Path(day): Path<Date>,
    Json(change): Json<StatementChange>,
) -> StatusCode {
    world.statements().change(day, change);
    StatusCode::NO_CONTENT
}

async fn restore(State(world): State<Arc<World>>, Path(day): Path<Date>) -> StatusCode {
    world.statements().restore(day);
    StatusCode::NO_CONTENT
}

async fn hold(
    State(world): State<Arc<World>>,
    Path((day, readiness)): Path<(Date, String)>,
) -> StatusCode {
    let held = match readiness.as_str() {
        "hold" => true,
        "release" => false,
        _ => return StatusCode::NOT_FOUND,
    };
    world.statements().hold(day, held);
    StatusCode::NO_CONTENT
}
