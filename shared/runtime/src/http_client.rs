//! The one way to make an HTTP client: bounded in time, connections and bytes, and doing nothing on
//! its own account.
//!
//! **Invariant:** a client made here sends a request at most once. It follows no redirect, asks no
//! proxy, keeps no cookie, and does not retry: the library's own retry of refused HTTP/2 streams is
//! turned off, since whether a payment may be sent again is not for a library to say.

mod meter;

use std::time::Duration;

use axum::body::Bytes;
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Response};

pub use meter::{Metered, Peer};

/// What we call ourselves.
pub(crate) const USER_AGENT: &str = concat!("tixian/", env!("CARGO_PKG_VERSION"));

/// How long an idle connection is kept. Shorter than the 60 s after which most servers close: a
/// request written into a connection that is being closed has an unknown outcome.
pub(crate) const KEPT_FOR: Duration = Duration::from_secs(20);

/// What a client may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// To be connected, TLS included.
    pub connect_timeout: Duration,
    /// For all of a request, from the first byte out to the last byte in.
    pub total_timeout: Duration,
    /// Idle connections kept open for each host.
    pub idle_per_host: usize,
}

/// A builder with everything set; for those who need more, such as a resolver of their own.
pub fn builder(limits: &Limits) -> ClientBuilder {
    Client::builder()
        .user_agent(USER_AGENT)
        .connect_timeout(limits.connect_timeout)
        .timeout(limits.total_timeout)
        .pool_max_idle_per_host(limits.idle_per_host)
        .pool_idle_timeout(KEPT_FOR)
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .tcp_nodelay(true)
}

/// A client that is good for most.
pub fn build(limits: &Limits) -> Result<Client, reqwest::Error> {
    builder(limits).build()
}

/// Why a body could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There was more than we are willing to hold.
    #[error("the body is longer than {max} bytes")]
    TooLong {
        /// The most we would have read.
        max: usize,
    },
    /// It broke off, or took too long.
    #[error("the body could not be read to its end")]
    Broken(#[source] reqwest::Error),
}

/// Reads a body of at most `max` bytes, and stops reading at the first byte beyond.
pub async fn read_capped(mut response: Response, max: usize) -> Result<Bytes, ReadError> {
    let announced = response.content_length().unwrap_or(0);
    if announced > max as u64 {
        return Err(ReadError::TooLong { max });
    }
    let mut body = Vec::with_capacity(usize::try_from(announced).unwrap_or(0));
    while let Some(chunk) = response.chunk().await.map_err(ReadError::Broken)? {
        if body.len() + chunk.len() > max {
            return Err(ReadError::TooLong { max });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Bytes::from(body))
}

/// Whether nothing of the request can have reached anybody: no connection was made.
///
/// Anything else, a time-out above all, may have arrived. `false` is always the safe answer.
pub fn provably_not_sent(error: &reqwest::Error) -> bool {
    error.is_connect()
}
