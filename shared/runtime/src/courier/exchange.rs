//! One request and its answer, within the limits of time and size.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use contract::partner::url::PartnerUrl;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use tokio::time::{Instant, timeout, timeout_at};

use super::ErrorClass;
use super::connector::{Connector, Link};
use super::error_class::Undelivered;
use super::pool::{Origin, Pool};
use super::timings::Stopwatch;
use crate::http_client::Limits;

/// How long a connection may take to be ready for the next request after the last byte of an
/// answer was read: a turn of its driver, no journey.
const READY_AGAIN_WITHIN: Duration = Duration::from_millis(20);

/// Sends requests.
pub(super) struct Exchange {
    pub(super) connector: Connector,
    pub(super) pool: Arc<Pool>,
    pub(super) limits: Limits,
    pub(super) max_answer_bytes: usize,
}

/// An answer as it came.
pub(super) struct Answered {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) certificate: Option<Arc<[u8]>>,
    /// As much of it as we hold.
    pub(super) body: Bytes,
    /// Whether that is all of it, and if not, why.
    pub(super) whole: Result<(), ErrorClass>,
}

impl Exchange {
    /// Sends the request once. An error means that there is no answer at all.
    pub(super) async fn run(
        &self,
        url: &PartnerUrl,
        request: Request<Full<Bytes>>,
        stopwatch: &mut Stopwatch,
    ) -> Result<Answered, Undelivered> {
        let deadline = Instant::now() + self.limits.total_timeout;
        let origin = Origin::of(url);
        let sent = self.send(&origin, url, request, stopwatch);
        let (mut link, response) = timeout_at(deadline, sent)
            .await
            .unwrap_or(Err(Undelivered::TimedOut))?;
        let (head, incoming) = response.into_parts();
        let mut body = Vec::new();
        let read = read_start(incoming, self.max_answer_bytes, &mut body);
        let whole = timeout_at(deadline, read)
            .await
            .unwrap_or(Err(ErrorClass::Timeout));
        let answered = Answered {
            status: head.status,
            headers: head.headers,
            certificate: link.certificate.clone(),
            body: Bytes::from(body),
            whole,
        };
        // What was not read to its end is hung up on; what the peer closes is not ready again.
        if whole.is_ok() && is_ready_again(&mut link).await {
            self.pool.put(origin, link);
        }
        Ok(answered)
    }

    async fn send(
        &self,
        origin: &Origin,
        url: &PartnerUrl,
        request: Request<Full<Bytes>>,
        stopwatch: &mut Stopwatch,
    ) -> Result<(Link, Response<Incoming>), Undelivered> {
        let mut link = match self.pool.take(origin) {
            Some(link) => {
                stopwatch.reuses(link.address);
                link
            }
            None => {
                let connecting = self.connector.connect(url, stopwatch);
                timeout(self.limits.connect_timeout, connecting)
                    .await
                    .unwrap_or(Err(Undelivered::TimedOut))?
            }
        };
        stopwatch.asks();
        let response = link.sender.send_request(request).await;
        let response = response.map_err(Undelivered::NoAnswer)?;
        stopwatch.is_answered();
        Ok((link, response))
    }
}

async fn is_ready_again(link: &mut Link) -> bool {
    let ready = timeout(READY_AGAIN_WITHIN, link.sender.ready()).await;
    matches!(ready, Ok(Ok(())))
}

/// Reads at most `most` bytes and hangs up on whoever sends more.
async fn read_start(
    mut incoming: Incoming,
    most: usize,
    body: &mut Vec<u8>,
) -> Result<(), ErrorClass> {
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|_| ErrorClass::Body)?;
        // Trailers say nothing that we want to know.
        let Ok(chunk) = frame.into_data() else {
            continue;
        };
        let room = most.saturating_sub(body.len());
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() > room {
            return Err(ErrorClass::Body);
        }
    }
    Ok(())
}
