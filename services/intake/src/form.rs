//! Reading a posted form: bounded, and nothing guessed.

use axum::body::Body;
use contract::partner::ErrorCode;
use http::HeaderMap;
use runtime::http_server::has_media_type;

use crate::body;
use crate::refusal::Refusal;

/// A page call at all its limits, URL-encoded, is below 8 KiB; this leaves room for a partner's own
/// fields.
const LONGEST_BODY: usize = 16 * 1024;

/// A decoded form, in the order in which it was sent.
pub(crate) type Form = Vec<(String, String)>;

/// Reads `application/x-www-form-urlencoded` in UTF-8.
pub(crate) async fn read_form(headers: &HeaderMap, body: Body) -> Result<Form, Refusal> {
    if !has_media_type(headers, "application/x-www-form-urlencoded") {
        return Err(ErrorCode::RequestMalformed.into());
    }
    let bytes = body::read(body, LONGEST_BODY).await?;
    let form: Form = form_urlencoded::parse(&bytes).into_owned().collect();
    // What is not UTF-8 was replaced by this character, so the signed text would be another one.
    let replaced = |(name, value): &(String, String)| {
        name.contains(char::REPLACEMENT_CHARACTER) || value.contains(char::REPLACEMENT_CHARACTER)
    };
    if form.iter().any(replaced) {
        return Err(ErrorCode::RequestMalformed.into());
    }
    Ok(form)
}

/// The value of a field of our own forms; the first, where somebody sends several.
pub(crate) fn field<'form>(form: &'form Form, name: &str) -> &'form str {
    form.iter()
        .find(|(field, _)| field == name)
        .map_or("", |(_, value)| value.as_str())
}
