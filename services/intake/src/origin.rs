//! What the browser says about where a form was.

use http::HeaderMap;
use http::header::ORIGIN;

use crate::front::Front;

/// Older browsers say nothing, and ours says `Origin: null`, because the page asks for no referrer;
/// the form's token stands behind both.
pub(crate) fn is_ours(front: &Front, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let ours = front.public_url.origin().ascii_serialization();
    let origin_fits = match text(ORIGIN.as_str()) {
        Some(origin) => origin == ours || origin == "null",
        None => !headers.contains_key(ORIGIN),
    };
    let site_fits = matches!(text("sec-fetch-site"), None | Some("same-origin" | "none"));
    origin_fits && site_fits
}
