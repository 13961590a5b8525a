//! The session cookie: ties a form to the browser that was shown it, and says nothing else. Beside
//! it stands a second cookie with the language, once the user has chosen another.
//!
//! It is made by the page and not by the page call: a browser does not send a `SameSite=Lax` cookie
//! with a form that another site posts: each call would replace the cookie, and the forms of
//! an older tab would stop working.

use axum::response::Response;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use contract::ids::WithdrawalId;
use contract::partner::ErrorCode;
use contract::withdrawal::Language;
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};
use runtime::browser::sent_cookies;
use runtime::ids::random_bytes;
use url::Url;

use crate::front::Front;
use crate::refusal::Refusal;

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

    fn language_name(&self) -> String {
        format!("{}-lang", self.name())
    }

    /// The session that the browser sends, if it is one of ours by its form.
    pub(crate) fn read(&self, headers: &HeaderMap) -> Option<String> {
        sent_cookies(headers)
            .find(|(name, value)| *name == self.name() && is_session(value))
            .map(|(_, value)| value.to_owned())
    }

    /// The language that the user has chosen.
    pub(crate) fn language(&self, headers: &HeaderMap) -> Option<Language> {
        let wanted = self.language_name();
        let (_, value) = sent_cookies(headers).find(|(name, _)| *name == wanted)?;
        Language::from_name(value)
    }

    /// The value of `Set-Cookie` for a session: gone when the browser closes.
    pub(crate) fn set(&self, session: &str) -> String {
        self.cookie(self.name(), session)
    }

    /// The value of `Set-Cookie` for a language; gone as soon.
    pub(crate) fn set_language(&self, language: Language) -> String {
        self.cookie(&self.language_name(), language.as_str())
    }

    fn cookie(&self, name: &str, value: &str) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}")
    }
}

/// The browser that is being answered.
pub(crate) struct Session {
    value: String,
    is_new: bool,
}

impl Session {
    /// The one that it sends, or a new one.
    pub(crate) fn of(front: &Front, headers: &HeaderMap) -> Self {
        let sent = front.cookie.read(headers);
        Self {
            is_new: sent.is_none(),
            value: sent.unwrap_or_else(new_session),
        }
    }

    /// What this browser's forms of a page carry.
    pub(crate) fn csrf(&self, front: &Front, id: &WithdrawalId) -> String {
        front.page_key.csrf(id, &self.value)
    }

    /// Whether a form came from this withdrawal's page as this browser saw it.
    pub(crate) fn is_from_here(&self, front: &Front, id: &WithdrawalId, csrf: &str) -> bool {
        !self.is_new && front.page_key.is_csrf(id, &self.value, csrf)
    }

    /// By what a code that is bound to this browser knows it.
    pub(crate) fn digest(&self, front: &Front) -> String {
        front.page_key.session_digest(&self.value)
    }

    /// Has the browser keep it, if it is new.
    pub(crate) fn give(&self, front: &Front, response: &mut Response) -> Result<(), Refusal> {
        if self.is_new {
            let cookie = front.cookie.set(&self.value);
            let cookie = HeaderValue::try_from(cookie).map_err(|_| ErrorCode::Internal)?;
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        Ok(())
    }
}

fn new_session() -> String {
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
    use http::header::COOKIE;

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

    #[test]
    fn a_language_is_remembered_and_any_other_word_is_none() {
        let cookie = Cookie::new(&"https://pay.example/".parse().unwrap());
        let set = cookie.set_language(Language::English);
        assert!(set.starts_with("__Host-tixian-lang=en; Path=/; HttpOnly; SameSite=Lax; Secure"));
        let mut headers = HeaderMap::new();
        assert_eq!(cookie.language(&headers), None);
        for (sent, language) in [
            ("__Host-tixian-lang=en", Some(Language::English)),
            ("__Host-tixian-lang=fr", None),
            ("tixian-lang=en", None),
        ] {
            headers.insert(COOKIE, HeaderValue::from_static(sent));
            assert_eq!(cookie.language(&headers), language, "{sent}");
        }
    }
}
