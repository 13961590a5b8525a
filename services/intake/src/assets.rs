//! The style sheet, under an address that changes with its content, so that browsers may keep it.

use std::sync::Arc;

use aws_lc_rs::digest;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};

use crate::front::Front;

const STYLE: &str = include_str!("../assets/page.css");

/// The files that pages need beside themselves.
pub(crate) struct Assets {
    style_name: String,
}

impl Assets {
    pub(crate) fn new() -> Self {
        let digest = digest::digest(&digest::SHA256, STYLE.as_bytes());
        // Six bytes: an address must differ from the one before it, not resist anybody.
        let hash: String = digest.as_ref()[..6]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self {
            style_name: format!("page.{hash}.css"),
        }
    }

    /// Where the style sheet is.
    pub(crate) fn style_path(&self) -> String {
        format!("/assets/{}", self.style_name)
    }
}

/// Serves the style sheet under its present name, and nothing else.
pub(crate) async fn asset(State(front): State<Arc<Front>>, Path(name): Path<String>) -> Response {
    if name != front.assets.style_name {
        return StatusCode::NOT_FOUND.into_response();
    }
    let mut response = STYLE.into_response();
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/css; charset=utf-8"),
    );
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    response
}
