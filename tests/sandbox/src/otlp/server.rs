//! The HTTP side: one path, one content type.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http::{HeaderMap, StatusCode, header};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prost::Message as _;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{Book, CollectorHandle, CollectorMode, span};

/// What the specification calls binary Protobuf.
const PROTOBUF: &str = "application/x-protobuf";

/// The sandbox did not start.
#[derive(Debug, thiserror::Error)]
#[error("could not listen on loopback")]
pub struct StartError(#[from] io::Error);

/// Starts collectors.
#[derive(Debug)]
pub struct CollectorSandbox;

#[derive(Clone)]
struct Desk {
    book: Arc<Book>,
    closing: CancellationToken,
}

impl CollectorSandbox {
    /// Listens on a free port of loopback, in the background, until the handle is dropped.
    pub async fn start() -> Result<CollectorHandle, StartError> {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let address = listener.local_addr()?;
        let (book, closing) = (Arc::<Book>::default(), CancellationToken::new());
        let desk = Desk {
            book: Arc::clone(&book),
            closing: closing.clone(),
        };
        let router = Router::new()
            .route("/v1/traces", post(traces))
            .layer(DefaultBodyLimit::max(8 * 1024 * 1024))
            .with_state(desk);
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::warn!(%error, "the collector stopped serving");
            }
        });
        Ok(CollectorHandle {
            base_url: format!("http://{address}"),
            address,
            book,
            closing,
            server,
        })
    }
}

async fn traces(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Response {
    let mode = desk.book.with(|kept| {
        kept.requests += 1;
        kept.mode
    });
    match mode {
        CollectorMode::Ok => {}
        CollectorMode::Refuse => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        CollectorMode::Hang => {
            desk.closing.cancelled().await;
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    }
    match take(&headers, body) {
        Ok(spans) => {
            desk.book.with(|kept| kept.spans.extend(spans));
            let taken = ExportTraceServiceResponse::default().encode_to_vec();
            ([(header::CONTENT_TYPE, PROTOBUF)], taken).into_response()
        }
        Err(problem) => {
            desk.book.with(|kept| kept.refused.push(problem));
            StatusCode::BAD_REQUEST.into_response()
        }
    }
}

fn take(headers: &HeaderMap, body: Bytes) -> Result<Vec<span::CollectedSpan>, String> {
    let kind = headers.get(header::CONTENT_TYPE);
    if kind.is_none_or(|kind| kind != PROTOBUF) {
        return Err(format!("the content type is {kind:?}"));
    }
    let request = ExportTraceServiceRequest::decode(body).map_err(|error| error.to_string())?;
    span::read(request)
}
