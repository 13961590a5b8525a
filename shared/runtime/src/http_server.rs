//! An HTTP server that a stranger cannot wear out: bounded in headers, bodies, time and requests at
//! once, and that finishes what it took when the service stops.
//!
//! Our own accept loop instead of `axum::serve`, which has no limit on how slowly a client may send
//! its headers. Every answer carries `x-request-id`, made here: one from outside is not believed.
//! Query strings and bodies are never logged; a route is logged by its pattern.

mod guard;
mod media_type;
mod meter;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit};
use axum::{Extension, middleware};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower::Layer as _;

pub use media_type::has_media_type;

pub(crate) use guard::request_id;

/// What one listener may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest body, in bytes; a longer one is answered 413.
    pub body: usize,
    /// The longest a request may take; then it is dropped and answered 503.
    pub request_timeout: Duration,
    /// The longest a client may take to send its headers; then the connection is closed. The time
    /// runs from the end of the answer before, so this is also how long a connection may idle.
    pub header_timeout: Duration,
    /// Requests at once; one more is answered 503 at once rather than queued.
    pub requests: usize,
    /// Connections at once; further ones wait in the kernel's backlog.
    pub connections: usize,
}

impl Default for Limits {
    /// Good for forms of a few kilobytes and handlers that do a few statements.
    fn default() -> Self {
        Self {
            body: 64 * 1024,
            request_timeout: Duration::from_secs(10),
            // Longer than clients keep an idle connection (ours: 20 s): whoever closes first must
            // be the one who knows whether a request is about to be sent on it.
            header_timeout: Duration::from_secs(75),
            requests: 512,
            connections: 4096,
        }
    }
}

/// Puts the limits, the request id, the log line and the panic net around `router`.
pub fn guarded(router: Router, limits: &Limits) -> Router {
    let state = guard::Guard::new(limits);
    router
        .layer(DefaultBodyLimit::max(limits.body))
        // A layer of the router, so that the pattern of the route is known to it.
        .layer(middleware::from_fn_with_state(state, guard::guard))
}

/// Serves until `stop`, then takes no more and finishes what was taken. How many connections there
/// are is shown as `slots`.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    slots: &'static str,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let connections = Arc::new(Semaphore::new(limits.connections));
    crate::slots::watch(slots, &connections, limits.connections);
    let graceful = GracefulShutdown::new();
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_buf_size(64 * 1024);
    let mut backoff = crate::backoff::Backoff::new();
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            accepted = accept(&listener, &connections) => accepted,
        };
        let (stream, peer, permit) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Mostly no file descriptors left: others must finish first.
                tracing::warn!(error = &error as &dyn std::error::Error, "cannot accept");
                crate::backoff::pause(backoff.next_pause(), &stop).await;
                continue;
            }
        };
        backoff.reset();
        let service = Extension(ConnectInfo(peer)).layer(router.clone());
        let connection = builder
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
            .into_owned();
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // A client that goes away mid-request is its own affair.
            let _ = connection.await;
            drop(permit);
        });
    }
    drop(listener);
    graceful.shutdown().await;
    Ok(())
}

async fn accept(
    listener: &TcpListener,
    connections: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, impl Drop + Send + use<>)> {
    let permit = Arc::clone(connections)
        .acquire_owned()
        .await
        .map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, peer, permit))
}

/// Runs `work` with a request id that problems and log lines can show.
pub async fn with_request_id<F: Future>(id: String, work: F) -> F::Output {
    guard::REQUEST_ID.scope(id, work).await
}
