//! What every handler shares, made once when the console starts.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use runtime::browser::{self, Cookie, SameSite};
use store::{Connection, Store, StoreError};
use url::Url;

use super::proxy::Proxy;
use super::sessions::Sessions;
use super::settings::ConsoleSettings;
use super::tokens::Tokens;
use crate::overview::Past;
use crate::replays;

const STYLE: &str = include_str!("../../assets/console.css");

/// Pages work without it.
const SCRIPT: &str = include_str!("../../assets/console.js");

const ICON: &str = include_str!("../../assets/icon.svg");

/// The shared parts of the console.
pub(crate) struct Front {
    pub(crate) store: Store,
    pub(crate) tokens: Tokens,
    pub(crate) proxy: Option<Proxy>,
    pub(crate) sessions: Sessions,
    pub(crate) cookie: Cookie,
    pub(crate) public_url: Url,
    /// What every replay job must keep to.
    pub(crate) replays: replays::Limits,
    assets: browser::Assets,
    /// What the overview has counted before.
    pub(crate) past: Past,
    pub(crate) style_path: String,
    pub(crate) script_path: String,
    pub(crate) icon_path: String,
}

impl Front {
    pub(crate) fn new(store: Store, settings: &ConsoleSettings) -> Self {
        let style = browser::Asset::new("console.css", STYLE, "text/css; charset=utf-8");
        let script = browser::Asset::new("console.js", SCRIPT, "text/javascript; charset=utf-8");
        let icon = browser::Asset::new("icon.svg", ICON, "image/svg+xml");
        let (idle, max_age) = (settings.session_idle, settings.session_max_age);
        Self {
            sessions: Sessions::new(store.clone(), idle, max_age),
            store,
            tokens: settings.tokens.clone(),
            proxy: settings.proxy.clone(),
            cookie: Cookie::new("console", SameSite::Strict, &settings.public_url),
            public_url: settings.public_url.clone(),
            replays: settings.replays,
            past: Past::default(),
            style_path: style.path(),
            script_path: script.path(),
            icon_path: icon.path(),
            assets: browser::Assets(vec![style, script, icon]),
        }
    }

    /// A connection for one request.
    pub(crate) async fn connection(&self) -> Result<Connection, StoreError> {
        self.store.connection().await
    }
}

/// Serves a file under its present name, and nothing else.
pub(crate) async fn asset(State(front): State<Arc<Front>>, Path(name): Path<String>) -> Response {
    front.assets.answer(&name)
}
