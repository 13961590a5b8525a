//! The HTTP server of the partner sandbox, and the handle a test holds it by.

use crate::connection::{CuttableListener, Peer};
use crate::keys::SigningKey;
use crate::partner::config::PartnerConfig;
use crate::partner::mode::{Mode, ModeRule};
use crate::partner::notices::Notice;
use crate::partner::verify::{Field, Verdict};
use crate::partner::world::World;
use crate::partner::{api, form, notify, pages, verify};
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Map, Value};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

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

/// A running partner sandbox. Dropping it stops it.
pub struct PartnerHandle {
    /// `http://127.0.0.1:port`, without a slash at the end.
    pub base_url: String,
    address: SocketAddr,
    world: Arc<World>,
    server: Option<JoinHandle<()>>,
}

impl PartnerHandle {
    /// Tells where the platform is, for tests that start it after the partner.
    pub fn connect_to(&self, intake_url: Url, jwks_url: Url) {
        self.world.set_intake_url(intake_url);
        self.world.platform_keys.set_url(jwks_url);
    }

    /// Signs with another key from now on.
    pub fn use_key(&self, key_id: &str, key: SigningKey) {
        self.world.use_key(key_id, key);
    }

    /// The fields of a page call, fresh and signed, with `overrides` in place before signing. An
    /// override of `sign` takes the place of the signature.
    #[must_use]
    pub fn signed_form(&self, overrides: &[(&str, &str)]) -> Vec<Field> {
        let overrides: Vec<_> = overrides
            .iter()
            .map(|(name, value)| (*name, Some(*value)))
            .collect();
        form::signed_form(&self.world, &overrides)
    }

    /// As `signed_form`, and `None` leaves a field out.
    #[must_use]
    pub fn signed_form_with(&self, overrides: &[(&str, Option<&str>)]) -> Vec<Field> {
        form::signed_form(&self.world, overrides)
    }

    /// Where the form is posted.
    #[must_use]
    pub fn withdraw_url(&self) -> String {
        self.world.withdraw_url()
    }

    /// The `Authorization` header of an API call; `path` with its query.
    #[must_use]
    pub fn authorization(&self, method: &str, path: &str, body: &str) -> String {
        api::authorization(&self.world, method, path, body)
    }

    /// Whether the platform signed this answer to an API call; `header` is its `Authorization`.
    pub async fn verifies_api_answer(
        &self,
        header: &str,
        method: &str,
        path: &str,
        body: &str,
    ) -> bool {
        api::verifies(&self.world.platform_keys, header, method, path, body).await
    }

    /// Judges a synchronous answer by the address the user was sent back to.
    pub async fn verify_return(&self, location: &Url) -> Verdict {
        let fields: Vec<Field> = location.query_pairs().into_owned().collect();
        verify::answer(&self.world, &fields).await
    }

    /// Every notice that came, oldest first, however it was answered.
    #[must_use]
    pub fn notices(&self) -> Vec<Notice> {
        self.world.notices().all()
    }

    /// Forgets every notice.
    pub fn clear_notices(&self) {
        self.world.notices().clear();
    }

    /// How notices are answered from now on.
    pub fn set_mode(&self, mode: Mode) {
        self.world.set_mode(ModeRule { mode, times: None });
    }

    /// How the next `times` notices are answered; then `ok` again.
    pub fn set_mode_for_next(&self, times: u32, mode: Mode) {
        self.world.set_mode(ModeRule {
            mode,
            times: Some(times),
        });
    }

    /// How often somebody went where `Mode::Redirect` pointed.
    #[must_use]
    pub fn followed_redirects(&self) -> u64 {
        self.world.followed_redirects.load(Ordering::Relaxed)
    }

    /// Really stops listening: connections are refused. What was kept is kept.
    pub async fn stop_listening(&mut self) {
        self.world.listening_token().cancel();
        if let Some(mut server) = self.server.take() {
            crate::stop::ended(&mut server).await;
        }
    }

    /// Listens again, on the same port.
    pub async fn listen_again(&mut self) -> Result<(), StartError> {
        if self.server.is_none() {
            let listener = bind(self.address).await?;
            self.server = Some(serve(Arc::clone(&self.world), listener));
        }
        Ok(())
    }

    /// Stops, and waits until nothing runs any more.
    pub async fn shutdown(mut self) {
        self.stop_listening().await;
    }
}

impl Drop for PartnerHandle {
    fn drop(&mut self) {
        self.world.listening_token().cancel();
    }
}

impl std::fmt::Debug for PartnerHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PartnerHandle")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|error| StartError::Listen(address, error))
}

fn serve(world: Arc<World>, listener: TcpListener) -> JoinHandle<()> {
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
        .layer(from_fn(loopback_only));
    Router::new()
        .route("/", get(pages::shop))
        .route("/start", post(pages::checkout))
        .route("/return", get(pages::returned))
        .route("/notices", get(pages::notices))
        .route("/notices.json", get(notices_json))
        .route("/shop.css", get(pages::style))
        .route("/notify", post(notify::notify))
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
