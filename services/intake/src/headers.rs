//! What browsers are told about every answer: what all pages of ours tell, and where the forms of
//! these may lead.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use contract::partner::url::PartnerUrl;
use http::HeaderValue;
use runtime::browser;

use crate::front::Front;

/// Fills in the headers that an answer has not set itself.
pub(crate) async fn secure(
    State(front): State<Arc<Front>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    browser::secure(response.headers_mut(), &front.public_url);
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
    browser::policy_with_forms_to(&targets)
}

/// The policy of a page whose forms lead to us alone.
pub(crate) fn policy_with_own_forms() -> HeaderValue {
    browser::policy_with_forms_to("'self'")
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
