//! Which language an error is told in first, when no withdrawal says it.

use contract::withdrawal::Language;
use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;

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
