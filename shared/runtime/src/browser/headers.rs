//! What browsers are told about every answer.
//!
//! Pages load one style sheet, one script and one icon of ours and nothing else: no frame, no
//! foreign image, nothing inline. A handler that needs a wider policy sets it itself; this fills in
//! what is missing.

use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderValue};
use url::Url;

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// The policy of a page that has no form.
pub const POLICY_WITHOUT_FORMS: &str = "default-src 'none'; style-src 'self'; \
                                        script-src 'self'; img-src 'self'; form-action 'none'; \
                                        frame-ancestors 'none'; base-uri 'none'";

/// The policy of a page whose forms lead to `targets`, such as `'self'`.
pub fn policy_with_forms_to(targets: &str) -> HeaderValue {
    let allowed = format!("form-action {targets}");
    let policy = POLICY_WITHOUT_FORMS.replace("form-action 'none'", &allowed);
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static(POLICY_WITHOUT_FORMS))
}

/// Fills in the headers that an answer has not set itself.
pub fn secure(headers: &mut HeaderMap, public_url: &Url) {
    let mut fill = |name: HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    fill(CONTENT_SECURITY_POLICY, POLICY_WITHOUT_FORMS);
    // Addresses may be capabilities, and other people's pages are linked from ours.
    fill(REFERRER_POLICY, "no-referrer");
    fill(X_CONTENT_TYPE_OPTIONS, "nosniff");
    fill(X_FRAME_OPTIONS, "DENY");
    fill(CACHE_CONTROL, "no-store");
    fill(OPENER_POLICY, "same-origin");
    fill(
        PERMISSIONS_POLICY,
        "camera=(), geolocation=(), microphone=(), payment=(), publickey-credentials-get=()",
    );
    if public_url.scheme() == "https" {
        fill(STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
}
