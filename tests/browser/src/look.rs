//! What every page is held to, whichever journey comes by.

use std::time::Duration;

use anyhow::{Result, ensure};
use url::Url;

use crate::browser::Browser;
use crate::emulate::{Script, Theme};
use crate::findings::Findings;
use crate::house::{MOBILE, PASSWORD};
use crate::traffic::Seen;

/// A page with everything that it needs, headers included.
const MOST_BYTES: u64 = 50 * 1024;

/// What no page repeats and no address holds.
const SECRETS: [&str; 2] = [PASSWORD, MOBILE];

/// A page is there long before.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The page that was looked at.
#[derive(Debug, Clone)]
pub struct Page {
    /// Where it is.
    pub url: Url,
    /// What a reader sees of it.
    pub text: String,
}

impl Browser {
    /// Holds the page that is shown to everything that is said of our pages, and takes its
    /// pictures; `name` is the journey and the state it has come to.
    pub async fn look(&self, name: &str) -> Result<Page> {
        let page = self.read(name).await?;
        let mut findings = Findings::default();
        if self.device.script == Script::Runs {
            for theme in Theme::ALL {
                self.wear(theme).await?;
                self.run_axe(theme.name(), &mut findings).await?;
                self.measure(theme, &mut findings).await?;
                self.take_picture(&self.picture(name, theme)).await?;
            }
            self.wear(Theme::Light).await?;
        } else {
            self.take_picture(&self.picture(name, Theme::Light)).await?;
        }
        let source = self.driver.source().await?;
        for secret in SECRETS {
            findings.unless(!source.contains(secret), || {
                "a password or a mobile number stands in the page".to_owned()
            });
        }
        weigh(&page.url, &self.seen().await?, &mut findings);
        findings.none(name)?;
        Ok(page)
    }

    /// The page once it is all there, without looking at it any closer.
    pub async fn read(&self, name: &str) -> Result<Page> {
        let what = format!("{name} to be loaded");
        stand::try_eventually(PATIENCE, &what, async || {
            let state = self.driver.execute("return document.readyState", []).await;
            state.is_ok_and(|state| state.json() == "complete")
        })
        .await?;
        let url = self.driver.current_url().await?;
        ensure!(
            url.scheme() != "chrome-error",
            "{name}: the browser shows an error of its own"
        );
        let text = "return document.body.innerText";
        let text = self.driver.execute(text, []).await?.convert()?;
        Ok(Page { url, text })
    }

    fn picture(&self, name: &str, theme: Theme) -> String {
        let width = self.device.width();
        match theme {
            Theme::Light => format!("{name}-{width}"),
            Theme::Dark => format!("{name}-{width}-dark"),
        }
    }
}

/// What the page and those on the way to it asked for.
fn weigh(page: &Url, seen: &Seen, findings: &mut Findings) {
    for request in &seen.requests {
        let (asked, asker) = (request.url.origin(), request.page.origin());
        findings.unless(request.is_page || asked == asker, || {
            format!("{} was asked for {}", request.url, request.page)
        });
        for secret in SECRETS {
            findings.unless(!request.url.as_str().contains(secret), || {
                "a password or a mobile number stands in an address".to_owned()
            });
        }
    }
    for complaint in &seen.complaints {
        // The browser explains itself, as where it does not move the focus once more.
        if complaint.level == "INFO" {
            continue;
        }
        // The status of a page that tells what is wrong is told as a page that failed.
        let is_status = complaint.source.as_deref() == Some("network")
            && seen.requests.iter().any(|request| {
                request.is_page && complaint.message.starts_with(request.url.as_str())
            });
        findings.unless(is_status, || format!("the console: {}", complaint.message));
    }
    if let Some(bytes) = seen.bytes_of_last_page() {
        findings.unless(bytes > 0, || format!("{page} weighs nothing"));
        findings.unless(bytes <= MOST_BYTES, || {
            format!("{page} costs {bytes} bytes, {MOST_BYTES} are allowed")
        });
    }
}
