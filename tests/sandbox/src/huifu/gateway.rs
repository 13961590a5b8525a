//! What stands before every interface: content type, envelope, who is calling, signature.
//!
//! The gateway answers with HTTP statuses of its own, without an envelope, and with one body
//! that nobody signed (huifu-api.md §1). An unsigned answer is proof of nothing: that is for the
//! caller to know.

use crate::huifu::rule_r;
use crate::keys::VerifyingKey;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde_json::value::RawValue;

/// Huifu: the envelope's `sign` is S(512).
const SIGN_MAX: usize = 512;

/// Who may call.
pub(crate) struct Gateway {
    pub(crate) sys_id: String,
    pub(crate) product_id: String,
    pub(crate) merchant_key: VerifyingKey,
}

/// Stopped at the gateway.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// 10000000 无效参数, unsigned, HTTP 200: wrong content type or no envelope.
    InvalidParameter,
    /// 412: bytes that are no text.
    IllegalCharacters,
    /// 921: unknown sys_id or product_id.
    NotAuthenticated,
    /// 922: the signature does not hold.
    SignatureRefused,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    sys_id: String,
    product_id: String,
    sign: Option<String>,
    #[serde(borrow)]
    data: &'a RawValue,
}

impl Gateway {
    /// The members of `data`, if everything around them is in order.
    pub(crate) fn open<'a>(
        &self,
        headers: &HeaderMap,
        body: &'a [u8],
    ) -> Result<rule_r::Members<'a>, Stopped> {
        if !is_json(headers) {
            return Err(Stopped::InvalidParameter);
        }
        let text = std::str::from_utf8(body).map_err(|_| Stopped::IllegalCharacters)?;
        let envelope: Envelope<'_> =
            serde_json::from_str(text).map_err(|_| Stopped::InvalidParameter)?;
        if envelope.sys_id != self.sys_id || envelope.product_id != self.product_id {
            return Err(Stopped::NotAuthenticated);
        }
        let members =
            rule_r::members(envelope.data.get()).map_err(|_| Stopped::InvalidParameter)?;
        let sign = envelope.sign.filter(|sign| sign.len() <= SIGN_MAX);
        let holds = sign.is_some_and(|sign| {
            self.merchant_key
                .verifies(rule_r::signed_text_of(&members).as_bytes(), &sign)
        });
        if holds {
            Ok(members)
        } else {
            Err(Stopped::SignatureRefused)
        }
    }

    /// The same for a form, whose signature may be missing. True: there was one, and it holds.
    pub(crate) fn open_form<'a>(
        &self,
        sys_id: &str,
        product_id: &str,
        sign: &str,
        data: &'a str,
    ) -> Result<(rule_r::Members<'a>, bool), Stopped> {
        if sys_id != self.sys_id || product_id != self.product_id {
            return Err(Stopped::NotAuthenticated);
        }
        let members = rule_r::members(data).map_err(|_| Stopped::InvalidParameter)?;
        let signed_text = rule_r::signed_text_of(&members);
        if sign.is_empty() {
            return Ok((members, false));
        }
        if sign.len() > SIGN_MAX || !self.merchant_key.verifies(signed_text.as_bytes(), sign) {
            return Err(Stopped::SignatureRefused);
        }
        Ok((members, true))
    }
}

/// `application/json` with no charset or with UTF-8: PHP's client sends none.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    let mut parts = value.split(';').map(str::trim);
    let json = parts
        .next()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    json && parts.all(|part| {
        part.split_once('=').is_none_or(|(name, value)| {
            !name.trim().eq_ignore_ascii_case("charset")
                || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        })
    })
}

impl IntoResponse for Stopped {
    fn into_response(self) -> Response {
        let status = match self {
            Self::InvalidParameter => {
                let body = r#"{"data":{"resp_code":"10000000","resp_desc":"无效参数"}}"#;
                return (
                    [(header::CONTENT_TYPE, "application/json;charset=UTF-8")],
                    body,
                )
                    .into_response();
            }
            Self::IllegalCharacters => 412,
            Self::NotAuthenticated => 921,
            Self::SignatureRefused => 922,
        };
        bare_status(status)
    }
}

/// An HTTP status without a body worth reading.
pub(crate) fn bare_status(status: u16) -> Response {
    StatusCode::from_u16(status)
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn json_is_recognised_with_and_without_its_charset() {
        for (value, expected) in [
            ("application/json;charset=UTF-8", true),
            ("application/json; charset=utf-8", true),
            ("application/json", true),
            ("application/json;charset=GBK", false),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(value));
            assert_eq!(is_json(&headers), expected, "{value}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
