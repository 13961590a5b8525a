//! The cookies that a browser sends.

use http::HeaderMap;
use http::header::COOKIE;

/// Every cookie with its value, in the order in which they were sent.
pub fn sent_cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}
