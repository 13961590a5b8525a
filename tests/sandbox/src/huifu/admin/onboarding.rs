//! The admin's door to the register: members, reviews, floors, working days, pictures.

use crate::huifu::cash::{CashType, Price};
use crate::huifu::fee::FeeRule;
use crate::huifu::member::RegisteredMember;
use crate::huifu::onboarding::{Onboarding, ReviewState};
use crate::huifu::picture::StoredPicture;
use crate::huifu::review_courier::{self, words};
use crate::huifu::world::World;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/admin/members", get(list_members))
        .route("/admin/onboardings", get(list_onboardings))
        .route("/admin/onboardings/{req_seq_id}", get(show_onboarding))
        .route("/admin/onboardings/{req_seq_id}/{fate}", post(end_review))
        .route("/admin/pictures", get(list_pictures))
        .route("/admin/floors", post(set_floors))
        .route("/admin/calendar", post(set_calendar))
}

/// Ends the review of the newest request with this serial and tells of it.
pub(crate) async fn decide(
    world: &Arc<World>,
    req_seq_id: &str,
    state: ReviewState,
    reason: Option<&str>,
) -> bool {
    let apply_no = {
        let mut register = world.register();
        let Some(apply_no) = register.apply_no_of(req_seq_id) else {
            return false;
        };
        if !register.decide(&apply_no, state, reason.unwrap_or(words(state))) {
            return false;
        }
        apply_no
    };
    review_courier::tell(world, &apply_no, None, None, 1).await;
    true
}

pub(crate) async fn resend(world: &Arc<World>, req_seq_id: &str) -> bool {
    let apply_no = world.register().apply_no_of(req_seq_id);
    match apply_no {
        Some(apply_no) => review_courier::tell(world, &apply_no, None, None, 1).await,
        None => false,
    }
}

async fn list_members(State(world): State<Arc<World>>) -> Json<Vec<RegisteredMember>> {
    let register = world.register();
    Json(register.members().map(|member| member.shown()).collect())
}

async fn list_onboardings(State(world): State<Arc<World>>) -> Json<Vec<Onboarding>> {
    Json(world.register().onboardings())
}

async fn show_onboarding(State(world): State<Arc<World>>, Path(serial): Path<String>) -> Response {
    match world.register().newest_with_serial(&serial) {
        Some(onboarding) => Json(onboarding).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Verdict {
    reason: Option<String>,
}

async fn end_review(
    State(world): State<Arc<World>>,
    Path((serial, fate)): Path<(String, String)>,
    verdict: Option<Json<Verdict>>,
) -> StatusCode {
    let reason = verdict.and_then(|Json(verdict)| verdict.reason);
    let state = match fate.as_str() {
        "pass" => ReviewState::Passed,
        "refuse" => ReviewState::Refused,
        "fail" => ReviewState::Failed,
        "resend" if resend(&world, &serial).await => return StatusCode::NO_CONTENT,
        _ => return StatusCode::NOT_FOUND,
    };
    if decide(&world, &serial, state, reason.as_deref()).await {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::CONFLICT
    }
}

async fn list_pictures(State(world): State<Arc<World>>) -> Json<Vec<StoredPicture>> {
    Json(world.register().pictures.values().cloned().collect())
}

/// Floors by cash type, such as `{"T1": "1.00+0.00%"}`; null takes one away.
async fn set_floors(
    State(world): State<Arc<World>>,
    Json(floors): Json<BTreeMap<CashType, Option<String>>>,
) -> Result<StatusCode, (StatusCode, String)> {
    for (cash_type, floor) in floors {
        let floor = floor.map(|text| text.parse::<FeeRule>()).transpose();
        let floor = floor.map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))?;
        let mut register = world.register();
        match floor {
            Some(FeeRule { fixed, rate_bp, .. }) => {
                register.floors.insert(cash_type, Price { fixed, rate_bp });
            }
            None => {
                register.floors.remove(&cash_type);
            }
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Days that are not as the week says, such as `{"2026-10-01": false, "2026-10-10": true}`.
async fn set_calendar(
    State(world): State<Arc<World>>,
    Json(days): Json<BTreeMap<Date, bool>>,
) -> StatusCode {
    let mut register = world.register();
    for (day, working) in days {
        register.calendar.set(day, working);
    }
    StatusCode::NO_CONTENT
}
