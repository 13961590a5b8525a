//! What the browser says about where a form was.

use http::HeaderMap;
use http::header::ORIGIN;
use url::Url;

/// The origin that comes with a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Older browsers name none.
    Unnamed,
    /// `null`: the page asks for no referrer.
    Withheld,
    /// Ours.
    Ours,
    /// Another one, or nothing that can be read.
    Foreign,
}

impl Origin {
    /// What the browser says, both by `Origin` and by `Sec-Fetch-Site`.
    pub fn of(headers: &HeaderMap, public_url: &Url) -> Self {
        let site = headers.get("sec-fetch-site").map(|site| site.to_str());
        if !matches!(site, None | Some(Ok("same-origin" | "none"))) {
            return Self::Foreign;
        }
        let ours = public_url.origin().ascii_serialization();
        match headers.get(ORIGIN).map(|origin| origin.to_str()) {
            None => Self::Unnamed,
            Some(Ok("null")) => Self::Withheld,
            Some(Ok(origin)) if origin == ours => Self::Ours,
            Some(_) => Self::Foreign,
        }
    }
}
