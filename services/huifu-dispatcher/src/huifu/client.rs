//! Posts one text to Huifu and brings back the answer's text: at most once, bounded in everything.
//!
//! **Why [`SendError::NoConnection`] is proof.** The library reports it for failures while a
//! connection is made: name, route, TCP, TLS, each before a request exists on it, and TLS early
//! data is off. A request that goes out on a kept connection which dies is `NoAnswer`, whatever the
//! library knows. One thing it does by itself: a request that a dying kept connection handed back
//! *unbegun* is put on another connection. Not one byte of it had been written, so Huifu still
//! sees it at most once. Everything else that could repeat a request is off: HTTP/2 with its
//! refused streams, retries, redirects, proxies.

use contract::huifu::CONTENT_TYPE;
use reqwest::header;
use reqwest::multipart::Form;
use reqwest::{Client, RequestBuilder, StatusCode};
use runtime::http_client::{self, Limits, Metered, Peer, provably_not_sent, read_capped};

use super::error::SendError;
use crate::settings::HuifuSettings;

/// Real answers are below 2 KiB; the longest lists what Huifu has of a merchant, with its cards.
const LONGEST_ANSWER: usize = 64 * 1024;

/// The connection to Huifu.
#[derive(Debug)]
pub(super) struct Wire {
    http: Client,
    /// Without a slash at its end.
    base: String,
}

impl Wire {
    pub(super) fn new(settings: &HuifuSettings) -> Result<Self, reqwest::Error> {
        let limits = Limits {
            connect_timeout: settings.connect_timeout,
            // The sum, so that a connection that cannot be made is always reported as such: it is
            // proof that nothing was sent, where running out of the total time proves nothing.
            total_timeout: settings.connect_timeout + settings.answer_timeout,
            idle_per_host: settings.max_connections,
        };
        Ok(Self {
            http: http_client::builder(&limits).http1_only().build()?,
            base: settings.base_url.as_str().trim_end_matches('/').to_owned(),
        })
    }

    /// A JSON body.
    pub(super) async fn post(&self, path: &'static str, body: String) -> Result<String, SendError> {
        let request = self.request(path);
        let request = request.header(header::CONTENT_TYPE, CONTENT_TYPE);
        measured(path, request.body(body)).await
    }

    /// A form of several parts: pictures alone.
    pub(super) async fn post_form(
        &self,
        path: &'static str,
        form: Form,
    ) -> Result<String, SendError> {
        measured(path, self.request(path).multipart(form)).await
    }

    fn request(&self, path: &str) -> RequestBuilder {
        self.http.post(format!("{}{path}", self.base))
    }
}

async fn measured(path: &'static str, request: RequestBuilder) -> Result<String, SendError> {
    let metered = Metered::begin(Peer::Huifu, "POST", Some(path));
    let answer = exchange(request).await;
    let status = match &answer {
        Ok(_) => Some(StatusCode::OK.as_u16()),
        Err(SendError::Status(status)) => Some(*status),
        Err(_) => None,
    };
    metered.end(status, answer.as_ref().err().map(SendError::as_str));
    answer
}

async fn exchange(request: RequestBuilder) -> Result<String, SendError> {
    let response = request.send().await.map_err(|error| {
        if provably_not_sent(&error) {
            SendError::NoConnection(error)
        } else {
            SendError::NoAnswer(error)
        }
    })?;
    let status = response.status();
    if status != StatusCode::OK {
        // Also 911 and 914 (too often), 912 (banned), 921 and 922 (not let in): the table says
        // that the gateway stops such requests, but these answers are not signed, and whoever
        // stands between us and Huifu can write one. Sending again on their word would make
        // paying twice a matter of trust. They are asked about like any other.
        return Err(SendError::Status(status.as_u16()));
    }
    let body = read_capped(response, LONGEST_ANSWER)
        .await
        .map_err(SendError::Body)?;
    let text = std::str::from_utf8(&body).map_err(SendError::NotText)?;
    Ok(text.to_owned())
}
