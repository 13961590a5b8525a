//! What a body is said to be.

use http::HeaderMap;
use http::header::CONTENT_TYPE;

/// Whether the body is said to be of this media type, in small letters or large and with whatever
/// parameters.
pub fn has_media_type(headers: &HeaderMap, media_type: &str) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|said| said.trim().eq_ignore_ascii_case(media_type))
}
