//! The HTTP server of the partner sandbox: its shop, its ear for notices, its admin endpoints.

use crate::connection::{CuttableListener, Peer};
use crate::heard;
use crate::partner::api::{self, Api, ApiAnswer};
use crate::partner::config::PartnerConfig;
use crate::partner::handle::PartnerHandle;
use crate::partner::mode::ModeRule;
use crate::partner::notices::Notice;
use crate::partner::world::{User, World};
use crate::partner::{form, notify, pages};
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Map, Value};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Above the longest call of the API: one picture, as Base64.
const LONGEST_BODY: usize = 16 * 1024 * 1024;

/// The sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address could not be listened on.
    #[error("could not listen on {0}")]
    Listen(SocketAddr, #[source] io::Error),
    /// The HTTP client could not be made.
    #[error("could not make an HTTP client")]
    Client(#[from] reqwest::Error),
}

/// Starts partner sandboxes.
#[derive(Debug)]
pub struct PartnerSandbox;

impl PartnerSandbox {
    /// Listens and serves in the background until the handle is shut down or dropped.
    pub async fn start(config: PartnerConfig) -> Result<PartnerHandle, StartError> {
        let listener = bind(config.listen).await?;
        let address = listener
            .local_addr()
            .map_err(|error| StartError::Listen(config.listen, error))?;
        let base_url = format!("http://{address}");
        let world = Arc::new(World::new(config, &base_url)?);
        let server = Some(serve(Arc::clone(&world), listener));
        Ok(PartnerHandle {
            base_url,
            address,
            world,
            server,
        })
    }
}

pub(crate) async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|error| StartError::Listen(address, error))
}

pub(crate) fn serve(world: Arc<World>, listener: TcpListener) -> JoinHandle<()> {
    let closing = world.renew_listening_token();
    let service = router(world).into_make_service_with_connect_info::<Peer>();
    tokio::spawn(async move {
        let served = axum::serve(CuttableListener(listener), service)
            .with_graceful_shutdown(closing.cancelled_owned())
            .await;
        if let Err(error) = served {
            tracing::warn!(%error, "the partner stopped serving");
        }
    })
}

fn router(world: Arc<World>) -> Router {
    let admin = Router::new()
        .route("/admin/mode", post(set_mode))
        .route("/admin/signed-form", post(signed_form))
        .route("/admin/notices", axum::routing::delete(clear_notices))
        .route("/admin/user", post(use_user))
        .route("/admin/call/{api}", post(call))
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .layer(from_fn(loopback_only));
    let heard = Arc::clone(&world.heard);
    let told = post(notify::notify).get(notify::looked_at);
    let told = told.layer(from_fn_with_state(heard, heard::note));
    Router::new()
        .route("/", get(pages::shop))
        .route("/start", post(pages::checkout))
        .route("/return", get(pages::returned))
        .route("/notices", get(pages::notices))
        .route("/notices.json", get(notices_json))
        .route("/shop.css", get(pages::style))
        .route("/notify", told)
        .route("/elsewhere", get(notify::elsewhere).post(notify::elsewhere))
        .merge(admin)
        .with_state(world)
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

async fn set_mode(State(world): State<Arc<World>>, Json(rule): Json<ModeRule>) -> StatusCode {
    world.set_mode(rule);
    StatusCode::NO_CONTENT
}

async fn clear_notices(State(world): State<Arc<World>>) -> StatusCode {
    world.notices().clear();
    StatusCode::NO_CONTENT
}

async fn use_user(State(world): State<Arc<World>>, Json(user): Json<User>) -> StatusCode {
    world.use_user(user);
    StatusCode::NO_CONTENT
}

/// Signs this body and makes the call: what a shop's own back office would do.
async fn call(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    body: String,
) -> Result<Json<ApiAnswer>, (StatusCode, String)> {
    let api = Api::from_name(&name).ok_or_else(|| {
        let known = Api::ALL.map(Api::name).join(", ");
        (StatusCode::NOT_FOUND, format!("one of {known}\n"))
    })?;
    match api::call(&world, api, &body).await {
        Ok(answer) => Ok(Json(answer)),
        Err(error) => Err((StatusCode::BAD_GATEWAY, format!("{error}\n"))),
    }
}

async fn notices_json(State(world): State<Arc<World>>) -> Json<Vec<Notice>> {
    Json(world.notices().all())
}

/// A JSON object of overrides, each a string, or null to leave the field out.
async fn signed_form(
    State(world): State<Arc<World>>,
    Json(overrides): Json<Map<String, Value>>,
) -> Result<Json<Map<String, Value>>, (StatusCode, &'static str)> {
    let mut read = Vec::new();
    for (name, value) in &overrides {
        match value {
            Value::Null => read.push((name.as_str(), None)),
            Value::String(text) => read.push((name.as_str(), Some(text.as_str()))),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                return Err((
                    StatusCode::BAD_REQUEST,
                    "each override is a string or null\n",
                ));
            }
        }
    }
    let fields = form::signed_form(&world, &read);
    Ok(Json(
        fields
            .into_iter()
            .map(|(name, value)| (name, Value::String(value)))
            .collect(),
    ))
}
