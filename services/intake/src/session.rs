//! The session cookie: ties a form to the browser that was shown it, and says nothing else.
//!
//! It is made by the page and not by the page call: a browser does not send a `SameSite=Lax` cookie
//! with a form that another site posts: each call would replace the cookie, and the forms of
//! an older tab would stop working.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::HeaderMap;
use http::header::COOKIE;
use runtime::ids::random_bytes;
use url::Url;

/// 18 bytes in Base64.
const LENGTH: usize = 24;

/// How the cookie is called, which depends on whether there is TLS.
pub(crate) struct Cookie {
    secure: bool,
}

impl Cookie {
    pub(crate) fn new(public_url: &Url) -> Self {
        Self {
            secure: public_url.scheme() == "https",
        }
    }

    /// `__Host-` makes browsers refuse the cookie from anyone but this host over TLS.
    fn name(&self) -> &'static str {
        if self.secure {
            "__Host-tixian"
        } else {
            "tixian"
        }
    }

    /// The session that the browser sends, if it is one of ours by its form.
    pub(crate) fn read(&self, headers: &HeaderMap) -> Option<String> {
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, value)| *name == self.name() && is_session(value))
            .map(|(_, value)| value.to_owned())
    }

    /// The value of `Set-Cookie` for a session: gone when the browser closes.
    pub(crate) fn set(&self, session: &str) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        format!(
            "{}={session}; Path=/; HttpOnly; SameSite=Lax{secure}",
            self.name()
        )
    }
}

/// A new session.
pub(crate) fn new_session() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(random_bytes::<18>())
}

fn is_session(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    text.len() == LENGTH && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn a_session_is_found_among_other_cookies_and_nothing_else_is_one() {
        let cookie = Cookie::new(&"https://pay.example/".parse().unwrap());
        let session = new_session();
        assert!(cookie.set(&session).starts_with("__Host-tixian="));
        assert!(cookie.set(&session).ends_with("; Secure"));
        let mut headers = HeaderMap::new();
        assert_eq!(cookie.read(&headers), None);
        let sent = format!("a=b; __Host-tixian={session}");
        headers.insert(COOKIE, HeaderValue::try_from(sent).unwrap());
        assert_eq!(cookie.read(&headers), Some(session.clone()));
        let plain = Cookie::new(&"http://127.0.0.1:1/".parse().unwrap());
        assert_eq!(plain.read(&headers), None);
        headers.insert(COOKIE, HeaderValue::from_static("__Host-tixian=short"));
        assert_eq!(cookie.read(&headers), None);
    }
}
