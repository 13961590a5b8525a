//! What the browser asked of whom, as its own network log tells it, and what it complained of.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result};
use serde_json::Value;
use thirtyfour::BrowserLogEntry;
use url::Url;

use crate::browser::Browser;

/// One request, or one more after a redirect.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) url: Url,
    /// The page that needed it; of a page itself, that page.
    pub(crate) page: Url,
    pub(crate) is_page: bool,
    /// Whose loading it belongs to: pages have one each.
    loader: String,
    id: String,
}

/// Everything since the browser was opened that nobody has asked for yet.
#[derive(Debug, Default)]
pub(crate) struct Traffic(Mutex<Seen>);

/// What happened between two looks.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) requests: Vec<Request>,
    pub(crate) complaints: Vec<BrowserLogEntry>,
    /// By the id of the request, headers included.
    bytes: BTreeMap<String, u64>,
}

impl Seen {
    /// What the page that came last cost with everything that it needed.
    pub(crate) fn bytes_of_last_page(&self) -> Option<u64> {
        let page = self.requests.iter().rfind(|request| request.is_page)?;
        let belongs = |request: &&Request| request.loader == page.loader;
        let mut ids: Vec<&str> = self
            .requests
            .iter()
            .filter(belongs)
            .map(|request| request.id.as_str())
            .collect();
        ids.dedup();
        Some(ids.iter().filter_map(|id| self.bytes.get(*id)).sum())
    }

    fn note(&mut self, entry: &BrowserLogEntry) -> Result<()> {
        let entry: Value = serde_json::from_str(&entry.message)?;
        let (method, told) = (&entry["message"]["method"], &entry["message"]["params"]);
        match method.as_str() {
            Some("Network.requestWillBeSent") => self.requests.extend(request(told)?),
            Some("Network.loadingFinished") => {
                let bytes = told["encodedDataLength"].as_f64().unwrap_or_default();
                // Counted by the browser, and far below what a float cannot hold.
                *self.bytes.entry(text(&told["requestId"])).or_default() += bytes.round() as u64;
            }
            _ => {}
        }
        Ok(())
    }
}

/// `None` for what never leaves the browser, such as `data:`.
fn request(told: &Value) -> Result<Option<Request>> {
    let url: Url = text(&told["request"]["url"]).parse()?;
    if !matches!(url.scheme(), "http" | "https" | "ws" | "wss") {
        return Ok(None);
    }
    let page = text(&told["documentURL"]).parse();
    Ok(Some(Request {
        page: page.context("a request of no page")?,
        is_page: told["type"] == "Document",
        loader: text(&told["loaderId"]),
        id: text(&told["requestId"]),
        url,
    }))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

impl Browser {
    /// Reads on in the browser's logs.
    pub(crate) async fn read_logs(&self) -> Result<()> {
        let events = self.driver.get_log("performance").await?;
        let complaints = self.driver.browser_log().await?;
        let mut seen = self
            .traffic
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for event in &events {
            seen.note(event)?;
        }
        seen.complaints.extend(complaints);
        Ok(())
    }

    /// What happened since this was asked last.
    pub(crate) async fn seen(&self) -> Result<Seen> {
        self.read_logs().await?;
        let mut seen = self
            .traffic
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Ok(std::mem::take(&mut seen))
    }
}
