//! The style sheet, the script and the icon of the pages.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use runtime::browser;

use crate::front::Front;

const STYLE: &str = include_str!("../assets/page.css");

/// Pages work without it.
const SCRIPT: &str = include_str!("../assets/page.js");

/// Browsers ask for one whether a page names it or not.
const ICON: &str = include_str!("../assets/icon.svg");

/// The files that pages need beside themselves.
pub(crate) struct Assets {
    all: browser::Assets,
    /// Where the style sheet is.
    pub(crate) style_path: String,
    /// Where the script is.
    pub(crate) script_path: String,
    /// Where the icon is.
    pub(crate) icon_path: String,
}

impl Assets {
    pub(crate) fn new() -> Self {
        let style = browser::Asset::new("page.css", STYLE, "text/css; charset=utf-8");
        let script = browser::Asset::new("page.js", SCRIPT, "text/javascript; charset=utf-8");
        let icon = browser::Asset::new("icon.svg", ICON, "image/svg+xml");
        Self {
            style_path: style.path(),
            script_path: script.path(),
            icon_path: icon.path(),
            all: browser::Assets(vec![style, script, icon]),
        }
    }
}

/// Serves a file under its present name, and nothing else.
pub(crate) async fn asset(State(front): State<Arc<Front>>, Path(name): Path<String>) -> Response {
    front.assets.all.answer(&name)
}
