//! The session cookie: ties a form to the browser that was shown it, and says nothing else. Beside
//! it stands a second cookie with the language, once the user has chosen another.
//!
//! It is made by the page and not by the page call: a browser does not send a `SameSite=Lax` cookie
//! with a form that another site posts: each call would replace the cookie, and the forms of
//! an older tab would stop working.

use axum::response::Response;
use contract::ids::WithdrawalId;
use contract::partner::ErrorCode;
use contract::withdrawal::Language;
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};
use runtime::browser::{Cookie, SameSite, new_session};
use url::Url;

use crate::front::Front;
use crate::refusal::Refusal;

/// The two cookies that the pages set.
pub(crate) struct Cookies {
    session: Cookie,
    language: Cookie,
}

impl Cookies {
    pub(crate) fn new(public_url: &Url) -> Self {
        Self {
            session: Cookie::new("tixian", SameSite::Lax, public_url),
            language: Cookie::new("tixian-lang", SameSite::Lax, public_url),
        }
    }

    /// The language that the user has chosen.
    pub(crate) fn language(&self, headers: &HeaderMap) -> Option<Language> {
        Language::from_name(self.language.sent(headers)?)
    }

    /// The value of `Set-Cookie` for a language.
    pub(crate) fn set_language(&self, language: Language) -> String {
        self.language.set(language.as_str())
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
        let sent = front.cookies.session.session(headers);
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
            let cookie = front.cookies.session.set(&self.value);
            let cookie = HeaderValue::try_from(cookie).map_err(|_| ErrorCode::Internal)?;
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use http::header::COOKIE;

    use super::*;

    #[test]
    fn a_language_is_remembered_and_any_other_word_is_none() {
        let cookies = Cookies::new(&"https://pay.example/".parse().unwrap());
        let set = cookies.set_language(Language::English);
        assert!(set.starts_with("__Host-tixian-lang=en; Path=/; HttpOnly; SameSite=Lax; Secure"));
        let mut headers = HeaderMap::new();
        assert_eq!(cookies.language(&headers), None);
        for (sent, language) in [
            ("__Host-tixian-lang=en", Some(Language::English)),
            ("__Host-tixian-lang=fr", None),
            ("tixian-lang=en", None),
        ] {
            headers.insert(COOKIE, HeaderValue::from_static(sent));
            assert_eq!(cookies.language(&headers), language, "{sent}");
        }
    }
}
