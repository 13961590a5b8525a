//! The style sheet, the script and the icon, under addresses that change with their content, so
//! that browsers may keep them.

use std::sync::Arc;

use aws_lc_rs::digest;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};

use crate::front::Front;

const STYLE: &str = include_str!("../assets/page.css");

/// Pages work without it.
const SCRIPT: &str = include_str!("../assets/page.js");

/// Browsers ask for one whether a page names it or not.
const ICON: &str = include_str!("../assets/icon.svg");

/// The files that pages need beside themselves.
pub(crate) struct Assets {
    style_name: String,
    script_name: String,
    icon_name: String,
}

impl Assets {
    pub(crate) fn new() -> Self {
        Self {
            style_name: format!("page.{}.css", hash(STYLE)),
            script_name: format!("page.{}.js", hash(SCRIPT)),
            icon_name: format!("icon.{}.svg", hash(ICON)),
        }
    }

    /// Where the style sheet is.
    pub(crate) fn style_path(&self) -> String {
        format!("/assets/{}", self.style_name)
    }

    /// Where the script is.
    pub(crate) fn script_path(&self) -> String {
        format!("/assets/{}", self.script_name)
    }

    /// Where the icon is.
    pub(crate) fn icon_path(&self) -> String {
        format!("/assets/{}", self.icon_name)
    }

    /// A file with its media type.
    fn find(&self, name: &str) -> Option<(&'static str, &'static str)> {
        if name == self.style_name {
            Some((STYLE, "text/css; charset=utf-8"))
        } else if name == self.script_name {
            Some((SCRIPT, "text/javascript; charset=utf-8"))
        } else if name == self.icon_name {
            Some((ICON, "image/svg+xml"))
        } else {
            None
        }
    }
}

/// Six bytes: an address must differ from the one before it, not resist anybody.
fn hash(content: &str) -> String {
    let digest = digest::digest(&digest::SHA256, content.as_bytes());
    digest.as_ref()[..6]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Serves a file under its present name, and nothing else.
pub(crate) async fn asset(State(front): State<Arc<Front>>, Path(name): Path<String>) -> Response {
    let Some((content, kind)) = front.assets.find(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut response = content.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    response
}
