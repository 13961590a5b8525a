//! Pictures of whole pages, for a person to look at.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use crate::browser::Browser;

impl Browser {
    /// Takes one of the whole page, however far down it goes.
    pub(crate) async fn take_picture(&self, name: &str) -> Result<()> {
        let cdp = self.driver.cdp();
        let metrics = cdp.send_raw("Page.getLayoutMetrics", json!({})).await?;
        let size = &metrics["cssContentSize"];
        let asked = json!({
            "format": "png",
            "captureBeyondViewport": true,
            "clip": {
                "x": 0, "y": 0, "scale": 1,
                "width": size["width"], "height": size["height"],
            },
        });
        let taken = cdp.send_raw("Page.captureScreenshot", asked).await?;
        let encoded = taken["data"].as_str().context("a picture without data")?;
        let file = folder()?.join(format!("{name}.png"));
        std::fs::write(&file, BASE64_STANDARD.decode(encoded)?)
            .with_context(|| format!("cannot write {}", file.display()))
    }
}

fn folder() -> Result<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/screenshots");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}
