//! Debian's Chromium and its driver, for tests that look at the hosted page as a user does.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::folder::Lock;
use crate::packages;

/// The browser itself. Debian's wrapper in `/usr/bin` reads the settings of the machine's user.
const BROWSER: &str = "/usr/lib/chromium/chromium";
const DRIVER: &str = "/usr/bin/chromedriver";

/// Where a browser and its driver are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chromium {
    /// The browser.
    pub browser: PathBuf,
    /// What speaks WebDriver for it.
    pub driver: PathBuf,
}

/// The browser, its driver, and a font with Chinese characters, installed where they are missing;
/// tells in one line each what it does. Whoever comes meanwhile waits.
///
/// # Errors
/// When something is missing and cannot be installed, with what to install by hand.
pub fn chromium(tell: impl FnMut(&str)) -> Result<Chromium> {
    let _lock = Lock::take_blocking("chromium")?;
    let mut missing = Vec::new();
    for (program, package) in [(BROWSER, "chromium"), (DRIVER, "chromium-driver")] {
        if !Path::new(program).exists() {
            missing.push(package);
        }
    }
    if !packages::can_write_chinese() {
        // Without one every character is the same box. This one is small: 2 MB.
        missing.push("fonts-wqy-microhei");
    }
    packages::install_telling(&missing, tell)?;
    Ok(Chromium {
        browser: BROWSER.into(),
        driver: DRIVER.into(),
    })
}
