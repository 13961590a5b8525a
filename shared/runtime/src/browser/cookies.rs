//! Cookies of ours: sent to this host alone, out of scripts' reach, gone when the browser closes.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::HeaderMap;
use http::header::COOKIE;
use url::Url;

use crate::ids::random_bytes;

/// Nobody guesses 144 bits.
const SESSION_BYTES: usize = 18;

/// The same in Base64.
const SESSION_LENGTH: usize = 24;

/// With which requests from other sites a browser sends a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    /// With none: who comes by a link from elsewhere is a stranger until the next press.
    Strict,
    /// With links that are followed, and never with forms: who comes back is known.
    Lax,
}

impl fmt::Display for SameSite {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Strict => "Strict",
            Self::Lax => "Lax",
        })
    }
}

/// One cookie: what it is called and when it is sent.
#[derive(Debug)]
pub struct Cookie {
    name: String,
    same_site: SameSite,
    secure: bool,
}

impl Cookie {
    /// `__Host-` in front of its name, where there is TLS, makes browsers refuse it from anyone but
    /// this host.
    pub fn new(name: &str, same_site: SameSite, public_url: &Url) -> Self {
        let secure = public_url.scheme() == "https";
        let prefix = if secure { "__Host-" } else { "" };
        Self {
            name: format!("{prefix}{name}"),
            same_site,
            secure,
        }
    }

    /// What the browser sends in it.
    pub fn sent<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        self.all_sent(headers).next()
    }

    /// The session that the browser sends in it, if it is one of ours by its form.
    pub fn session(&self, headers: &HeaderMap) -> Option<String> {
        self.all_sent(headers)
            .find(|value| is_session(value))
            .map(str::to_owned)
    }

    /// The value of `Set-Cookie` that has the browser keep it.
    pub fn set(&self, value: &str) -> String {
        self.with(value, "")
    }

    /// The value of `Set-Cookie` that takes it away.
    pub fn clear(&self) -> String {
        self.with("", "; Max-Age=0")
    }

    fn with(&self, value: &str, age: &str) -> String {
        let (name, same_site) = (&self.name, self.same_site);
        let secure = if self.secure { "; Secure" } else { "" };
        format!("{name}={value}; Path=/; HttpOnly; SameSite={same_site}{secure}{age}")
    }

    fn all_sent<'a>(&self, headers: &'a HeaderMap) -> impl Iterator<Item = &'a str> {
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == self.name)
            .map(|(_, value)| value)
    }
}

/// The value of a new session's cookie.
pub fn new_session() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(random_bytes::<SESSION_BYTES>())
}

fn is_session(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    text.len() == SESSION_LENGTH && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn sent(text: &str) -> HeaderMap {
        let value = HeaderValue::try_from(text).unwrap();
        HeaderMap::from_iter([(COOKIE, value)])
    }

    #[test]
    fn a_cookie_is_for_this_host_and_no_script_and_can_be_taken_away() {
        let url = "https://ops.example/".parse().unwrap();
        let strict = Cookie::new("console", SameSite::Strict, &url);
        let attributes = "Path=/; HttpOnly; SameSite=Strict; Secure";
        assert_eq!(strict.set("a"), format!("__Host-console=a; {attributes}"));
        assert_eq!(
            strict.clear(),
            format!("__Host-console=; {attributes}; Max-Age=0")
        );
        let here = "http://127.0.0.1:1/".parse().unwrap();
        let plain = Cookie::new("tixian", SameSite::Lax, &here);
        assert_eq!(plain.set("a"), "tixian=a; Path=/; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn a_session_is_found_among_other_cookies_and_nothing_else_is_one() {
        let url = "https://pay.example/".parse().unwrap();
        let cookie = Cookie::new("tixian", SameSite::Lax, &url);
        let session = new_session();
        assert_ne!(session, new_session());
        let ours = format!("a=b; __Host-tixian=short; __Host-tixian={session}");
        assert_eq!(cookie.session(&sent(&ours)), Some(session.clone()));
        assert_eq!(cookie.sent(&sent(&ours)), Some("short"));
        for other in [
            format!("tixian={session}"),
            format!("__Host-tixian-lang={session}"),
            format!("__Host-tixian={session}a"),
            format!("__Host-tixian={}", session.replace(&session[..1], "!")),
        ] {
            assert_eq!(cookie.session(&sent(&other)), None, "{other}");
        }
        assert_eq!(cookie.session(&HeaderMap::new()), None);
    }
}
