//! What the browser says about where a form was.

use http::HeaderMap;
use runtime::browser::Origin;

use crate::front::Front;

/// Older browsers say nothing, and ours says `Origin: null`, because the page asks for no referrer;
/// the form's token stands behind both.
pub(crate) fn is_ours(front: &Front, headers: &HeaderMap) -> bool {
    match Origin::of(headers, &front.public_url) {
        Origin::Unnamed | Origin::Withheld | Origin::Ours => true,
        Origin::Foreign => false,
    }
}
