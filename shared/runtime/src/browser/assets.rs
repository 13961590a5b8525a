//! The style sheet, the script and the icon, under addresses that change with their content, so
//! that browsers may keep them.

use aws_lc_rs::digest;
use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};

/// A file that pages need beside themselves.
#[derive(Debug)]
pub struct Asset {
    name: String,
    content: &'static str,
    kind: &'static str,
}

impl Asset {
    /// Made of a file of this name: `page.css` is served as `page.1f0c….css`.
    pub fn new(file: &str, content: &'static str, kind: &'static str) -> Self {
        let (stem, end) = file.rsplit_once('.').unwrap_or((file, ""));
        Self {
            name: format!("{stem}.{}.{end}", hash(content)),
            content,
            kind,
        }
    }

    /// Where it is.
    pub fn path(&self) -> String {
        format!("/assets/{}", self.name)
    }
}

/// All files of one service.
#[derive(Debug)]
pub struct Assets(pub Vec<Asset>);

impl Assets {
    /// The file with its present name, and nothing else.
    pub fn answer(&self, name: &str) -> Response {
        let Some(asset) = self.0.iter().find(|asset| asset.name == name) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let mut response = asset.content.into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.kind));
        headers.insert(
            CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=31536000, immutable"),
        );
        response
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
