//! What browsers are told about every answer.
//!
//! Pages load one style sheet, one script and one icon of ours and nothing else: no frame, no
//! foreign image, nothing inline. A handler that needs a wider policy sets it itself; this fills in
//! what is missing.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use contract::partner::url::PartnerUrl;
use http::HeaderValue;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

use crate::front::Front;

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

const NO_FORMS: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
                        form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

/// Fills in the headers that an answer has not set itself.
pub(crate) async fn secure(
    State(front): State<Arc<Front>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut fill = |name: HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    fill(CONTENT_SECURITY_POLICY, NO_FORMS);
    // The page's address is a capability, and partners' pages are linked from it.
    fill(REFERRER_POLICY, "no-referrer");
    fill(X_CONTENT_TYPE_OPTIONS, "nosniff");
    fill(X_FRAME_OPTIONS, "DENY");
    fill(CACHE_CONTROL, "no-store");
    fill(OPENER_POLICY, "same-origin");
    fill(
        PERMISSIONS_POLICY,
        "camera=(), geolocation=(), microphone=(), payment=(), publickey-credentials-get=()",
    );
    if front.public_url.scheme() == "https" {
        fill(STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}

/// The policy of a page with forms. Chromium holds redirects that follow a form to `form-action`
/// too, so the partner's address must be in it, and the partner's other hosts as well: a return
/// page that redirects once more within the partner's house would leave the user with nothing.
pub(crate) fn policy_with_forms(return_url: &PartnerUrl, hosts: &[String]) -> HeaderValue {
    let mut targets = format!(
        "'self' {}",
        return_url.as_url().origin().ascii_serialization()
    );
    // A host in brackets is an IPv6 address, for which the policy has no spelling.
    for host in hosts.iter().filter(|host| is_plain_host(host)) {
        targets.push_str(&format!(" https://{host}:*"));
    }
    let policy = NO_FORMS.replace("form-action 'none'", &format!("form-action {targets}"));
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static(NO_FORMS))
}

/// The policy of a page whose forms lead to us alone.
pub(crate) fn policy_with_own_forms() -> HeaderValue {
    let policy = NO_FORMS.replace("form-action 'none'", "form-action 'self'");
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static(NO_FORMS))
}

fn is_plain_host(host: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-';
    !host.is_empty() && host.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::partner::url::LoopbackHttp;

    #[test]
    fn forms_may_lead_to_us_and_to_the_partner_only() {
        let url = PartnerUrl::parse("https://shop.example:8443/back?a=1", LoopbackHttp::Refused);
        let hosts = ["m.shop.example".to_owned(), "evil.example; x".to_owned()];
        let policy = policy_with_forms(&url.unwrap(), &hosts);
        let policy = policy.to_str().unwrap();
        assert!(policy.contains(
            "form-action 'self' https://shop.example:8443 https://m.shop.example:*; frame"
        ));
        assert!(!policy.contains("evil"));
    }
}
