//! Posts one form to a partner and says what came of it, by whom it was answered, and where the
//! time went.
//!
//! partner-notifier's notices go this way, and so do those by which `opsctl partner certify` tries
//! an endpoint: what a certification finds is what a notice would meet.
//!
//! Nothing here decides about retries or writes anything; every failure becomes an [`Answer`] with
//! a class, because for the partner's engineer they are all the same: it was not taken.
//!
//! It speaks HTTP/1.1 over connections of its own making, because a client library does not tell a
//! lookup from a connection from a handshake. HTTP/2 would buy nothing here: a partner is sent a
//! few small forms at once, each must be answered by itself, and one that hangs must not hold up
//! its neighbours on the same connection. Every server that partners put before their shops speaks
//! 1.1.
//!
//! **Invariant:** what [`crate::http_client`] promises holds here too. A request is written at most
//! once; there is no redirect, no proxy, no cookie, no retry, not even when a kept connection turns
//! out to be dead: whether a notice is sent again is for the schedule to say.

mod answer;
mod connector;
mod error_class;
mod exchange;
mod pool;
mod timings;

use std::error::Error;
use std::sync::Arc;

use axum::body::Bytes;
use contract::partner::url::{LoopbackHttp, PartnerUrl};
use http::header::{ACCEPT, CONTENT_TYPE, HOST, USER_AGENT};
use http::{Method, Request};
use http_body_util::Full;
use jiff::Timestamp;
use tokio_rustls::rustls;
use url::Position;

use crate::http_client::{Limits, Metered, Peer, USER_AGENT as OURS};
use crate::trace::TRACEPARENT;
use crate::url_guard;

pub use answer::Answer;
use connector::Connector;
pub use contract::dead_letter::ErrorClass;
use error_class::Undelivered;
use exchange::Exchange;
use pool::Pool;
use timings::Stopwatch;
pub use timings::Timings;

/// Posts forms to partners.
pub struct Courier {
    exchange: Exchange,
    loopback: LoopbackHttp,
}

/// Where a form goes.
#[derive(Debug, Clone, Copy)]
pub struct Destination<'a> {
    /// The partner's URL, as it gave it.
    pub url: &'a str,
    /// The hosts on which it must be.
    pub hosts: &'a [String],
}

/// What goes there.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// `application/x-www-form-urlencoded`, UTF-8.
    pub body: String,
    /// Beside the usual ones.
    pub headers: Vec<(&'static str, String)>,
}

/// The system's trust roots cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("TLS cannot be set up")]
pub struct CourierError(#[source] rustls::Error);

impl Courier {
    /// One courier for all partners: connections are kept for each host. Of an answer's body
    /// `max_answer_bytes` are read.
    pub fn new(
        limits: &Limits,
        loopback: LoopbackHttp,
        max_answer_bytes: usize,
    ) -> Result<Self, CourierError> {
        let tls = connector::tls_of_this_system().map_err(CourierError)?;
        Ok(Self::with_tls(limits, loopback, max_answer_bytes, tls))
    }

    fn with_tls(
        limits: &Limits,
        loopback: LoopbackHttp,
        max_answer_bytes: usize,
        tls: rustls::ClientConfig,
    ) -> Self {
        Self {
            exchange: Exchange {
                connector: Connector::new(loopback, tls),
                pool: Arc::new(Pool::new(limits.idle_per_host)),
                limits: *limits,
                max_answer_bytes,
            },
            loopback,
        }
    }

    /// Posts `parcel`. `now` reads a `Retry-After` date.
    pub async fn deliver(&self, to: Destination<'_>, mut parcel: Parcel, now: Timestamp) -> Answer {
        let metered = Metered::begin(Peer::Partner, "POST", None);
        // Random numbers, by which a partner's engineer and we find the same step.
        parcel.headers.push((TRACEPARENT, metered.traceparent()));
        let answer = self.ask(to, now, |url| form(url, parcel)).await;
        metered.end(answer.status, answer.taken.err().map(ErrorClass::as_str));
        answer
    }

    /// What the same URL answers to somebody who only looks.
    pub async fn look(&self, to: Destination<'_>, now: Timestamp) -> Answer {
        let look = |url: &PartnerUrl| {
            let request = to_peer(Method::GET, url).body(Full::default())?;
            Ok(request)
        };
        self.ask(to, now, look).await
    }

    async fn ask(
        &self,
        to: Destination<'_>,
        now: Timestamp,
        request: impl FnOnce(&PartnerUrl) -> Result<Request<Full<Bytes>>, http::Error>,
    ) -> Answer {
        let mut stopwatch = Stopwatch::start();
        let url = match url_guard::check(to.url, to.hosts, self.loopback) {
            Ok(url) => url,
            Err(refused) => {
                tracing::warn!(%refused, "a notice may not be sent to its URL");
                return Answer::failed(ErrorClass::AddressRefused, stopwatch.stop());
            }
        };
        let answered = match request(&url).map_err(Undelivered::Unwritable) {
            Ok(request) => self.exchange.run(&url, request, &mut stopwatch).await,
            Err(unwritable) => Err(unwritable),
        };
        match answered {
            Ok(answered) => Answer::read(answered, now, stopwatch.stop()),
            Err(failure) => {
                let class = failure.class();
                // None of these errors repeats the URL, whose query may carry a secret of the
                // partner.
                tracing::info!(
                    class = class.as_str(),
                    error = &failure as &dyn Error,
                    "not delivered"
                );
                Answer::failed(class, stopwatch.stop())
            }
        }
    }
}

fn form(url: &PartnerUrl, parcel: Parcel) -> Result<Request<Full<Bytes>>, http::Error> {
    let form = "application/x-www-form-urlencoded; charset=utf-8";
    let post = to_peer(Method::POST, url).header(CONTENT_TYPE, form);
    let headers = parcel.headers.into_iter();
    headers
        .fold(post, |post, (name, value)| post.header(name, value))
        .body(Full::new(Bytes::from(parcel.body)))
}

/// As HTTP/1.1 writes it to the server itself: the path alone, and the host beside it.
fn to_peer(method: Method, url: &PartnerUrl) -> http::request::Builder {
    let url = url.as_url();
    Request::builder()
        .method(method)
        .uri(&url[Position::BeforePath..Position::AfterQuery])
        .header(HOST, &url[Position::BeforeHost..Position::AfterPort])
        .header(USER_AGENT, OURS)
        .header(ACCEPT, "*/*")
}

#[cfg(test)]
mod tests;
