//! One browser with a driver of its own, both ended with the test.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::json;
use stand::process::Process;
use tempfile::TempDir;
use thirtyfour::{Capabilities, WebDriver};

use crate::emulate::Device;
use crate::traffic::Traffic;

/// Much more than a browser needs on a busy machine.
const START: Duration = Duration::from_secs(60);

/// What keeps a browser to itself: it asks nobody for updates, lists or addresses, and finds no
/// host but this machine.
const ARGUMENTS: [&str; 17] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-extensions",
    "--disable-breakpad",
    "--disable-dev-shm-usage",
    "--disable-component-update",
    "--disable-background-networking",
    "--disable-features=OptimizationHints,MediaRouter,Translate",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    // Through a pipe and not a port: the browser then ends with its driver, however that ends.
    "--remote-debugging-pipe",
];

/// Debian's Chromium with a profile that nobody has used before.
pub struct Browser {
    /// What the browser does for us.
    pub driver: WebDriver,
    pub(crate) device: Device,
    pub(crate) traffic: Traffic,
    pub(crate) axe: String,
    _process: Process,
    _profile: TempDir,
}

impl Browser {
    /// Starts one that shows pages as `device` does.
    pub async fn open(device: Device) -> Result<Self> {
        let chromium = tokio::task::spawn_blocking(|| stand::chromium(|_| ())).await??;
        let profile = tempfile::Builder::new().prefix("browser-").tempdir()?;
        let log = profile.path().join("chromedriver.log");
        let port = stand::free_port();
        let argument = format!("--port={port}");
        let mut process = Process::spawn_installed(&chromium.driver, &[&argument], &log)?;
        let url = format!("http://127.0.0.1:{port}");
        process.wait_ready(&format!("{url}/status"), START).await?;

        let capabilities = capabilities(&chromium.browser, profile.path(), &device);
        // The machine may have a proxy for the outer world, which knows nothing of this one.
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(START)
            .build()?;
        let driver = WebDriver::builder(url, capabilities)
            .client(client)
            .await
            .with_context(|| process.log_tail())?;
        let browser = Self {
            driver,
            device,
            traffic: Traffic::default(),
            axe: crate::axe::source().await?,
            _process: process,
            _profile: profile,
        };
        browser.emulate().await?;
        Ok(browser)
    }

    /// Shows pages as another device does, from now on.
    pub async fn become_a(&mut self, device: Device) -> Result<()> {
        self.device = device;
        self.emulate().await
    }

    /// Forgets everything it was told by pages: cookies and what it has cached.
    pub async fn forget(&self) -> Result<()> {
        let network = self.driver.cdp();
        network
            .send_raw("Network.clearBrowserCookies", json!({}))
            .await?;
        network
            .send_raw("Network.clearBrowserCache", json!({}))
            .await?;
        Ok(())
    }

    /// Ends it. One that is only dropped is ended too, less politely.
    pub async fn close(self) -> Result<()> {
        Ok(self.driver.quit().await?)
    }
}

fn capabilities(binary: &Path, profile: &Path, device: &Device) -> Capabilities {
    let user_data = format!("--user-data-dir={}", profile.join("profile").display());
    let arguments: Vec<&str> = ARGUMENTS.iter().copied().chain([&*user_data]).collect();
    let wanted = json!({
        "browserName": "chrome",
        "acceptInsecureCerts": true,
        "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        "goog:chromeOptions": {
            "binary": binary,
            "args": arguments,
            "perfLoggingPrefs": { "enableNetwork": true, "enablePage": false },
            // As the strictest of today's browsers does it.
            "prefs": {
                "profile.block_third_party_cookies": true,
                "profile.cookie_controls_mode": 1,
                "webkit.webprefs.default_font_size": device.letter_size(),
                "credentials_enable_service": false,
                "profile.password_manager_leak_detection": false,
            },
        },
    });
    match wanted {
        serde_json::Value::Object(map) => Capabilities::from(map),
        _ => Capabilities::new(),
    }
}
