//! The URLs that partners give us: where the browser goes, and where notices go.
//!
//! Only the form is judged here. Whether the host belongs to the partner is asked of
//! [`PartnerUrl::is_on`], before the first redirect; whether it resolves to a private address is
//! asked by whoever connects.

use std::fmt;

use url::{Host, Url};

use super::rule::Rule;

/// Whether `http` to this machine counts as a good URL: for tests and demonstrations only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LoopbackHttp {
    /// Every URL must be https.
    #[default]
    Refused,
    /// `http://127.0.0.0/8`, `http://[::1]` and `http://localhost` are allowed too.
    Allowed,
}

/// An absolute https URL without user name, password and fragment, its host normalised (lower
/// case, punycode).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerUrl(Url);

impl PartnerUrl {
    /// Reads a URL; the length limit is the caller's.
    pub fn parse(text: &str, loopback: LoopbackHttp) -> Result<Self, Rule> {
        // Url::parse would silently drop tabs and turn `\` into `/`: what we follow must be what
        // the partner signed.
        let plain = |byte: u8| byte.is_ascii_graphic() && !b"\\\"<>^`{|}".contains(&byte);
        if !text.bytes().all(plain) {
            return Err(Rule::HttpsUrl);
        }
        let (head, _query) = text.split_once('?').unwrap_or((text, ""));
        if head.contains('&') {
            return Err(Rule::Unambiguous);
        }
        // `https:host` and `https:///host` are read as if they were `https://host`, and `@` alone
        // as no user name at all; neither is what anybody means.
        let authority = authority(text);
        let anonymous = !authority.is_empty() && !authority.contains('@');
        let url = Url::parse(text).map_err(|_| Rule::HttpsUrl)?;
        let scheme_fits = match url.scheme() {
            "https" => true,
            "http" => loopback == LoopbackHttp::Allowed && is_loopback(&url),
            _ => false,
        };
        let host_fits = url.host_str().is_some_and(|host| !host.ends_with('.'));
        if scheme_fits && host_fits && anonymous && url.fragment().is_none() {
            Ok(Self(url))
        } else {
            Err(Rule::HttpsUrl)
        }
    }

    /// The URL to follow.
    pub fn as_url(&self) -> &Url {
        &self.0
    }

    /// The text of the URL to follow.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The host, normalised: lower case, punycode, IPv6 in brackets.
    pub fn host(&self) -> &str {
        self.0
            .host_str()
            .expect("a URL without a host is not parsed")
    }

    /// Whether the host is one of `registered`, exactly: no wildcard, no subdomain, any port.
    pub fn is_on<H: AsRef<str>>(&self, registered: &[H]) -> bool {
        registered
            .iter()
            .any(|host| normalised_host(host.as_ref()).as_deref() == Some(self.host()))
    }

    /// The names in the query, decoded.
    pub fn query_names(&self) -> impl Iterator<Item = String> {
        self.0.query_pairs().map(|(name, _)| name.into_owned())
    }
}

/// The host as [`PartnerUrl::host`] spells it, for storing; `None` if it is not a host.
pub fn normalised_host(host: &str) -> Option<String> {
    if host.contains(['/', '?', '#', '@', '\\', ' ']) {
        return None;
    }
    let url = Url::parse(&format!("https://{host}/")).ok()?;
    let bare = url.port().is_none() && !url.host_str()?.ends_with('.');
    bare.then(|| url.host_str().map(str::to_owned)).flatten()
}

fn authority(text: &str) -> &str {
    let after = text.split_once("://").map_or("", |(_, rest)| rest);
    after.split(['/', '?', '#']).next().unwrap_or("")
}

/// Whether the host is this machine, by its name or its address.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl fmt::Display for PartnerUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests;
