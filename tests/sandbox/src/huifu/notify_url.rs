//! Which addresses Huifu calls back (huifu-api.md §4).

use crate::huifu::fields::BadField;
use url::Url;

/// Callbacks go to addresses without a query, on the standard port or 8000-9005. Loopback is let
/// through on any port: a test has to take the port it gets.
pub(crate) fn notify_url(text: String) -> Result<String, BadField> {
    let bad = |rule| BadField::new("notify_url", rule);
    let url = Url::parse(&text).map_err(|_| bad("不是有效的URL"))?;
    if !matches!(url.scheme(), "http" | "https") || url.query().is_some() {
        return Err(bad("应为不带参数的http(s)地址"));
    }
    let loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(bad("不是有效的URL")),
    };
    match url.port() {
        Some(port) if !loopback && !(8000..=9005).contains(&port) => Err(bad("端口应为8000-9005")),
        Some(_) | None => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_callback_address_may_use_the_ports_huifu_names() {
        for url in [
            "https://example.com/a",
            "https://example.com:8443/a",
            "http://example.com:9005/",
        ] {
            assert_eq!(notify_url(url.to_owned()), Ok(url.to_owned()));
        }
    }
}
