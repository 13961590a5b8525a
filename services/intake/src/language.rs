//! Which language we speak: the user's, else the partner's, else the browser's, else Chinese.
//!
//! The partner's `lang`, or the browser's language where it sent none, stands in the draft. A user
//! who chooses another has it in a cookie: the draft is the partner's, and a page that is only
//! looked at changes nothing in it.

use axum::response::{IntoResponse as _, Response};
use contract::withdrawal::{Language, Withdrawal};
use http::header::{ACCEPT_LANGUAGE, LOCATION, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};

use crate::front::Front;

/// The language of a withdrawal's pages.
pub(crate) fn of_page(front: &Front, headers: &HeaderMap, withdrawal: &Withdrawal) -> Language {
    let chosen = front.cookies.language(headers);
    chosen.unwrap_or(withdrawal.request.language)
}

/// The language of an error, when no withdrawal says it.
pub(crate) fn of_visitor(front: &Front, headers: &HeaderMap) -> Language {
    let chosen = front.cookies.language(headers);
    chosen.unwrap_or_else(|| of_browser(headers))
}

/// `?lang=en` behind a page's address is the user's choice: it is kept, and the page opened again.
pub(crate) fn switched(front: &Front, uri: &Uri) -> Option<Response> {
    let mut query = form_urlencoded::parse(uri.query()?.as_bytes());
    let (_, chosen) = query.find(|(name, _)| name == "lang")?;
    let language = Language::from_name(&chosen)?;
    let location = HeaderValue::try_from(uri.path()).ok()?;
    let cookie = HeaderValue::try_from(front.cookies.set_language(language)).ok()?;
    let headers = [(LOCATION, location), (SET_COOKIE, cookie)];
    Some((StatusCode::SEE_OTHER, headers).into_response())
}

/// The form's `lang`, else the first language of the browser that we speak, else Chinese.
pub(crate) fn of_form(form: &[(String, String)], headers: &HeaderMap) -> Language {
    form.iter()
        .find(|(name, _)| name == "lang")
        .and_then(|(_, value)| Language::from_name(value))
        .unwrap_or_else(|| of_browser(headers))
}

/// Browsers list languages in the order of preference, so weights need not be compared.
pub(crate) fn of_browser(headers: &HeaderMap) -> Language {
    let listed = headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    listed
        .split(',')
        .filter_map(|entry| {
            let primary = entry.trim().split(['-', ';']).next().unwrap_or_default();
            match primary.to_ascii_lowercase().as_str() {
                "zh" => Some(Language::Chinese),
                "en" => Some(Language::English),
                _ => None,
            }
        })
        .next()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn the_forms_language_wins_over_the_browsers_and_chinese_is_for_the_rest() {
        let mut headers = HeaderMap::new();
        assert_eq!(of_browser(&headers), Language::Chinese);
        headers.insert(
            ACCEPT_LANGUAGE,
            HeaderValue::from_static("de-DE,en-GB;q=0.8,zh;q=0.5"),
        );
        assert_eq!(of_browser(&headers), Language::English);
        let form = [("lang".to_owned(), "zh-CN".to_owned())];
        assert_eq!(of_form(&form, &headers), Language::Chinese);
        assert_eq!(of_form(&[], &headers), Language::English);
    }
}
