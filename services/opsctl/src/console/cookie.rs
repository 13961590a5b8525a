//! The cookie that carries a session's value.

use http::HeaderMap;
use runtime::browser::sent_cookies;
use url::Url;

/// 32 bytes in Base64.
const LENGTH: usize = 43;

/// How the cookie is called, which depends on whether there is TLS.
#[derive(Debug)]
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
            "__Host-console"
        } else {
            "console"
        }
    }

    /// The session's value that the browser sends, if it is one of ours by its form.
    pub(crate) fn read(&self, headers: &HeaderMap) -> Option<String> {
        sent_cookies(headers)
            .find(|(name, value)| *name == self.name() && is_value(value))
            .map(|(_, value)| value.to_owned())
    }

    /// The value of `Set-Cookie` for a session: gone when the browser closes.
    pub(crate) fn set(&self, value: &str) -> String {
        self.cookie(value, "")
    }

    /// The value of `Set-Cookie` that takes it away.
    pub(crate) fn clear(&self) -> String {
        self.cookie("", "; Max-Age=0")
    }

    fn cookie(&self, value: &str, age: &str) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        let name = self.name();
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{age}")
    }
}

fn is_value(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    text.len() == LENGTH && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use http::header::COOKIE;

    use super::*;

    #[test]
    fn the_cookie_is_strict_and_found_among_others() {
        let cookie = Cookie::new(&"https://ops.example/".parse().unwrap());
        let value = "a".repeat(LENGTH);
        assert_eq!(
            cookie.set(&value),
            format!("__Host-console={value}; Path=/; HttpOnly; SameSite=Strict; Secure")
        );
        let mut headers = HeaderMap::new();
        let sent = format!("a=b; __Host-console={value}");
        headers.insert(COOKIE, HeaderValue::try_from(sent).unwrap());
        assert_eq!(cookie.read(&headers), Some(value));
        headers.insert(COOKIE, HeaderValue::from_static("__Host-console=short"));
        assert_eq!(cookie.read(&headers), None);
    }
}
