//! `/livez`, `/readyz` and `/metrics`, on an address that is not public.
//!
//! Live means only that this process answers: a lost database must not make Kubernetes restart
//! everything that waits for it. Answering goes on while the service drains, as not ready.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use serde::Serialize;
use store::Store;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::http_server::{self, Limits};
use crate::readiness::Readiness;
use crate::telemetry;

/// Shorter than the second that Kubernetes gives a probe by default.
const PING_TIMEOUT: Duration = Duration::from_millis(800);

#[derive(Clone)]
struct Admin {
    store: Store,
    readiness: Readiness,
    stopping: CancellationToken,
}

#[derive(Serialize)]
struct Ready {
    ready: bool,
    stopping: bool,
    parts: BTreeMap<&'static str, bool>,
    listening: Vec<SocketAddr>,
}

/// Answers until `stop`, which comes after everything else has stopped.
pub(super) async fn serve(
    listen: SocketAddr,
    store: Store,
    readiness: Readiness,
    stopping: CancellationToken,
    stop: CancellationToken,
) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on {listen} (ADMIN_LISTEN)"))?;
    let address = listener.local_addr()?;
    let router = Router::new()
        .route("/livez", get(async || "live\n"))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(Admin {
            store,
            readiness,
            stopping,
        });
    tokio::spawn(http_server::serve(
        listener,
        router,
        Limits::default(),
        "admin_connections",
        stop,
    ));
    tracing::info!(%address, "admin is listening");
    Ok(address)
}

async fn readyz(State(admin): State<Admin>) -> (StatusCode, Json<Ready>) {
    let ping = tokio::time::timeout(PING_TIMEOUT, admin.store.ping());
    let database = matches!(ping.await, Ok(Ok(())));
    let (mut parts, parts_ready) = admin.readiness.summary();
    parts.insert("database", database);
    let stopping = admin.stopping.is_cancelled();
    let ready = parts_ready && database && !stopping;
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let listening = admin.readiness.listening();
    let body = Ready {
        ready,
        stopping,
        parts,
        listening,
    };
    (status, Json(body))
}

async fn metrics(State(admin): State<Admin>) -> String {
    telemetry::scrape(&admin.store)
}
