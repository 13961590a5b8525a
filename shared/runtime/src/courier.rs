//! Posts one form to a partner and says what came of it.
//!
//! partner-notifier's notices go this way, and so do those by which `opsctl partner certify` tries
//! an endpoint: what a certification finds is what a notice would meet.
//!
//! Nothing here decides about retries or writes anything; every failure becomes an [`Answer`] with
//! a class, because for the partner's engineer they are all the same: it was not taken.

mod error_class;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use contract::partner::notice::is_taken;
use contract::partner::url::LoopbackHttp;
use http::HeaderMap;
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::tls::TlsInfo;
use reqwest::{Client, RequestBuilder, Response};

use crate::http_client::{self, Limits};
use crate::url_guard::{self, GuardedResolver};

pub use error_class::ErrorClass;
use error_class::classify;

/// Enough for an operator to see what answered; the rest may be a whole page.
const KEPT_CHARACTERS: usize = 200;

/// Posts forms to partners.
pub struct Courier {
    client: Client,
    loopback: LoopbackHttp,
    max_answer_bytes: usize,
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

/// What came of one sending.
#[derive(Debug)]
pub struct Answer {
    /// `Ok` when the partner took it.
    pub taken: Result<(), ErrorClass>,
    /// The status, if there was one.
    pub status: Option<u16>,
    /// The first characters of the body, without control characters.
    pub text: Option<String>,
    /// How long the partner asks us to wait.
    pub retry_after: Option<Duration>,
    /// The headers of the answer; empty if there was none.
    pub headers: HeaderMap,
    /// The certificate (DER) of whoever answered over TLS. It was checked before a byte was sent.
    pub certificate: Option<Vec<u8>>,
}

impl Courier {
    /// One client for all partners: connections are kept for each host.
    pub fn new(
        limits: &Limits,
        loopback: LoopbackHttp,
        max_answer_bytes: usize,
    ) -> Result<Self, reqwest::Error> {
        let client = http_client::builder(limits)
            .dns_resolver(Arc::new(GuardedResolver { loopback }))
            .tls_info(true)
            .build()?;
        Ok(Self {
            client,
            loopback,
            max_answer_bytes,
        })
    }

    /// Posts `parcel`. `now` reads a `Retry-After` date.
    pub async fn deliver(&self, to: Destination<'_>, parcel: Parcel, now: Timestamp) -> Answer {
        let form = "application/x-www-form-urlencoded; charset=utf-8";
        self.ask(to, now, |url| {
            let post = self.client.post(url).header(CONTENT_TYPE, form);
            let headers = parcel.headers.into_iter();
            headers
                .fold(post, |post, (name, value)| post.header(name, value))
                .body(parcel.body)
        })
        .await
    }

    /// What the same URL answers to somebody who only looks.
    pub async fn look(&self, to: Destination<'_>, now: Timestamp) -> Answer {
        self.ask(to, now, |url| self.client.get(url)).await
    }

    async fn ask(
        &self,
        to: Destination<'_>,
        now: Timestamp,
        request: impl FnOnce(url::Url) -> RequestBuilder,
    ) -> Answer {
        let url = match url_guard::check(to.url, to.hosts, self.loopback) {
            Ok(url) => url,
            Err(refused) => {
                tracing::warn!(%refused, "a notice may not be sent to its URL");
                return Answer::failed(ErrorClass::AddressRefused);
            }
        };
        match request(url.as_url().clone()).send().await {
            Ok(response) => self.read(response, now).await,
            Err(error) => {
                let class = classify(&error);
                // Without the URL, whose query may carry a secret of the partner.
                let error = error.without_url();
                tracing::info!(
                    class = class.as_str(),
                    error = &error as &dyn Error,
                    "not delivered"
                );
                Answer::failed(class)
            }
        }
    }

    async fn read(&self, response: Response, now: Timestamp) -> Answer {
        let status = response.status();
        let headers = response.headers().clone();
        let retry_after = headers
            .get(RETRY_AFTER)
            .and_then(|value| retry_after(value.to_str().ok()?, now));
        let certificate = response
            .extensions()
            .get::<TlsInfo>()
            .and_then(|tls| tls.peer_certificate().map(<[u8]>::to_vec));
        let mut body = Vec::new();
        let whole = read_start(response, self.max_answer_bytes, &mut body).await;
        let taken = if status.is_redirection() {
            Err(ErrorClass::Redirect)
        } else if status.as_u16() != 200 {
            Err(ErrorClass::Status)
        } else {
            whole.and_then(|()| {
                if is_taken(200, &body) {
                    Ok(())
                } else {
                    Err(ErrorClass::Body)
                }
            })
        };
        Answer {
            taken,
            status: Some(status.as_u16()),
            text: Some(first_characters(&body)),
            retry_after,
            headers,
            certificate,
        }
    }
}

impl Answer {
    fn failed(class: ErrorClass) -> Self {
        Self {
            taken: Err(class),
            status: None,
            text: None,
            retry_after: None,
            headers: HeaderMap::new(),
            certificate: None,
        }
    }

    /// The word that the sending is remembered by: `delivered`, or the class of the failure.
    pub fn outcome(&self) -> &'static str {
        match self.taken {
            Ok(()) => "delivered",
            Err(class) => class.as_str(),
        }
    }
}

/// Reads at most `most` bytes and hangs up on whoever sends more.
async fn read_start(
    mut response: Response,
    most: usize,
    body: &mut Vec<u8>,
) -> Result<(), ErrorClass> {
    loop {
        let chunk = response.chunk().await.map_err(|error| {
            if error.is_timeout() {
                ErrorClass::Timeout
            } else {
                ErrorClass::Body
            }
        })?;
        let Some(chunk) = chunk else { return Ok(()) };
        let room = most.saturating_sub(body.len());
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() > room {
            return Err(ErrorClass::Body);
        }
    }
}

/// Seconds, or a date as HTTP writes them; a date that is past means no wait.
fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    Some(Duration::try_from(at.duration_since(now)).unwrap_or_default())
}

fn first_characters(body: &[u8]) -> String {
    String::from_utf8_lossy(body)
        .chars()
        .filter(|character| !character.is_control())
        .take(KEPT_CHARACTERS)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_in_both_forms_and_nonsense_is_not() {
        let now: Timestamp = "2026-11-22T04:00:00Z".parse().unwrap();
        for (value, seconds) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Sun, 22 Nov 2026 04:02:00 GMT", Some(120)),
            ("Sun, 22 Nov 2026 03:00:00 GMT", Some(0)),
            ("18446744073709551615", Some(u64::MAX)),
            ("-1", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(
                retry_after(value, now),
                seconds.map(Duration::from_secs),
                "{value:?}"
            );
        }
    }

    #[test]
    fn what_is_kept_of_an_answer_is_short_and_harmless() {
        let body = format!("\x1b[2J<html>\r\n{}", "提".repeat(500));
        let kept = first_characters(body.as_bytes());
        assert!(kept.starts_with("[2J<html>提"));
        assert_eq!(kept.chars().count(), KEPT_CHARACTERS);
        assert_eq!(first_characters(b"\xff\x00ok"), "\u{fffd}ok");
    }
}
