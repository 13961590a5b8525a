//! The HTTP server of the gateway: its address for messages, a page for people, its admin.

use crate::connection::{CuttableListener, Peer};
use crate::delay;
use crate::heard;
use crate::sms::handle::SmsHandle;
use crate::sms::message::{SmsMessage, SmsRequest};
use crate::sms::mode::{Mode, ModeRule};
use crate::sms::world::World;
use askama::Template;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use http::{HeaderMap, StatusCode, header};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What a gateway sandbox is started with.
#[derive(Clone, Debug)]
pub struct SmsConfig {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// By which it knows the platform.
    pub token: String,
}

impl SmsConfig {
    /// On a free loopback port, for tests.
    #[must_use]
    pub fn for_tests(token: &str) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            token: token.to_owned(),
        }
    }
}

/// The sandbox did not start.
#[derive(Debug, thiserror::Error)]
#[error("could not listen on {0}")]
pub struct StartError(SocketAddr, #[source] io::Error);

/// Starts gateway sandboxes.
#[derive(Debug)]
pub struct SmsSandbox;

impl SmsSandbox {
    /// Listens and serves in the background until the handle is shut down or dropped.
    pub async fn start(config: SmsConfig) -> Result<SmsHandle, StartError> {
        let listener = bind(config.listen).await?;
        let address = listener
            .local_addr()
            .map_err(|error| StartError(config.listen, error))?;
        let world = Arc::new(World::new(config.token));
        let server = Some(serve(Arc::clone(&world), listener));
        Ok(SmsHandle {
            base_url: format!("http://{address}"),
            address,
            world,
            server,
        })
    }
}

pub(crate) async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|error| StartError(address, error))
}

pub(crate) fn serve(world: Arc<World>, listener: TcpListener) -> JoinHandle<()> {
    let closing = world.renew_listening_token();
    let service = router(world).into_make_service_with_connect_info::<Peer>();
    tokio::spawn(async move {
        let served = axum::serve(CuttableListener(listener), service)
            .with_graceful_shutdown(closing.cancelled_owned())
            .await;
        if let Err(error) = served {
            tracing::warn!(%error, "the gateway stopped serving");
        }
    })
}

fn router(world: Arc<World>) -> Router {
    let shown = Router::new()
        .route("/", get(page))
        .route("/messages.json", get(messages))
        .route("/admin/messages", delete(clear))
        .route("/admin/mode", post(set_mode))
        .layer(from_fn(loopback_only));
    let heard = Arc::clone(&world.heard);
    Router::new()
        .route("/sms", post(send))
        .layer(from_fn_with_state(heard, heard::note))
        .merge(shown)
        .layer(DefaultBodyLimit::max(16 * 1024))
        .with_state(world)
}

/// Codes are shown to nobody but the machine's own people.
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

async fn send(
    State(world): State<Arc<World>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let authorization = headers.get(header::AUTHORIZATION);
    if !authorization.is_some_and(|text| text.to_str().is_ok_and(|text| world.knows(text))) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let request: SmsRequest = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(error) => return (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    };
    let problems = request.problems();
    if !problems.is_empty() {
        return (StatusCode::BAD_REQUEST, problems.join(", ")).into_response();
    }
    let mode = world.take_mode();
    if let Mode::Refuse { code } = mode {
        let status = StatusCode::from_u16(code).unwrap_or(StatusCode::BAD_GATEWAY);
        return status.into_response();
    }
    world.keep(request);
    answer(&world, &peer, mode).await
}

async fn answer(world: &World, peer: &Peer, mode: Mode) -> Response {
    match mode {
        Mode::Ok | Mode::Refuse { .. } => {}
        Mode::Slow { ms } => {
            let late = delay::pass(Duration::from_millis(ms));
            world.listening_token().run_until_cancelled(late).await;
        }
        Mode::Hang => {
            world.listening_token().cancelled().await;
            peer.cut_after(0);
        }
        Mode::Down => peer.cut_after(0),
    }
    StatusCode::ACCEPTED.into_response()
}

async fn messages(State(world): State<Arc<World>>) -> Json<Vec<SmsMessage>> {
    Json(world.messages())
}

async fn clear(State(world): State<Arc<World>>) -> StatusCode {
    world.clear();
    StatusCode::NO_CONTENT
}

async fn set_mode(State(world): State<Arc<World>>, Json(rule): Json<ModeRule>) -> StatusCode {
    world.set_mode(rule);
    StatusCode::NO_CONTENT
}

#[derive(Template)]
#[template(path = "messages.html")]
struct Messages {
    messages: Vec<SmsMessage>,
}

/// The newest first, as a phone shows them.
async fn page(State(world): State<Arc<World>>) -> Response {
    let mut messages = world.messages();
    messages.reverse();
    match (Messages { messages }).render() {
        Ok(html) => Html(html).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
