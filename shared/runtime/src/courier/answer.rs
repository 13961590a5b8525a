//! What came of one sending, as everybody sees it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use contract::partner::notice::is_taken;
use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;

use super::ErrorClass;
use super::exchange::Answered;
use super::timings::Timings;

/// Enough for an operator to see what answered; the rest may be a whole page.
const KEPT_CHARACTERS: usize = 200;

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
    pub certificate: Option<Arc<[u8]>>,
    /// Whom we were connected to, or tried to be connected to when it failed.
    pub address: Option<SocketAddr>,
    /// Where the time went.
    pub timings: Timings,
}

impl Answer {
    pub(super) fn read(
        answered: Answered,
        now: Timestamp,
        (address, timings): (Option<SocketAddr>, Timings),
    ) -> Self {
        let Answered {
            status,
            headers,
            certificate,
            body,
            whole,
        } = answered;
        Self {
            taken: judge(status, &body, whole),
            status: Some(status.as_u16()),
            text: Some(first_characters(&body)),
            retry_after: headers
                .get(RETRY_AFTER)
                .and_then(|value| retry_after(value.to_str().ok()?, now)),
            headers,
            certificate,
            address,
            timings,
        }
    }

    pub(super) fn failed(
        class: ErrorClass,
        (address, timings): (Option<SocketAddr>, Timings),
    ) -> Self {
        Self {
            taken: Err(class),
            status: None,
            text: None,
            retry_after: None,
            headers: HeaderMap::new(),
            certificate: None,
            address,
            timings,
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

fn judge(
    status: StatusCode,
    body: &Bytes,
    whole: Result<(), ErrorClass>,
) -> Result<(), ErrorClass> {
    if status.is_redirection() {
        return Err(ErrorClass::Redirect);
    }
    if status != StatusCode::OK {
        return Err(ErrorClass::Status);
    }
    whole?;
    if is_taken(200, body) {
        Ok(())
    } else {
        Err(ErrorClass::Body)
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
