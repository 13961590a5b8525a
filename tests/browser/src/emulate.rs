//! What a browser pretends to be: the size of its window, what its user prefers, and who made it.

use anyhow::Result;
use serde_json::json;

use crate::browser::Browser;

/// The word for a phone in WeChat's own browser.
const WECHAT: &str = "Mozilla/5.0 (Linux; Android 14; 23013RK75C Build/UKQ1.230804.001; wv) \
    AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/130.0.6723.103 Mobile \
    Safari/537.36 XWEB/1300473 MMWEBSDK/20250201 MicroMessenger/8.0.57.2820(0x28003956) \
    WeChat/arm64 Weixin NetType/WIFI Language/zh_CN ABI/arm64";

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    pub(crate) const ALL: [Self; 2] = [Self::Light, Self::Dark];

    /// As `prefers-color-scheme` spells it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// Whether pages may run script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// As almost everywhere.
    Runs,
    /// Switched off.
    Off,
}

/// What the browser pretends to be.
#[derive(Debug, Clone)]
pub struct Device {
    width: u32,
    height: u32,
    is_phone: bool,
    languages: &'static str,
    user_agent: Option<&'static str>,
    letters: u32,
    pub(crate) script: Script,
}

impl Device {
    /// A phone of the usual size, in Chinese.
    #[must_use]
    pub fn phone() -> Self {
        Self {
            width: 360,
            height: 740,
            is_phone: true,
            languages: "zh-CN,zh;q=0.9,en;q=0.5",
            user_agent: None,
            letters: 100,
            script: Script::Runs,
        }
    }

    /// A window on a desk, in Chinese.
    #[must_use]
    pub fn desk() -> Self {
        Self {
            width: 1280,
            height: 800,
            is_phone: false,
            ..Self::phone()
        }
    }

    /// The phone, then the desk.
    #[must_use]
    pub fn both() -> [Self; 2] {
        [Self::phone(), Self::desk()]
    }

    /// The smallest phone, in WeChat. A window of 640 pixels shows the same at 200 %.
    #[must_use]
    pub fn wechat() -> Self {
        Self {
            width: 320,
            height: 568,
            user_agent: Some(WECHAT),
            ..Self::phone()
        }
    }

    /// For a user whose browser asks for English first.
    #[must_use]
    pub fn in_english(mut self) -> Self {
        self.languages = "en-GB,en;q=0.9,zh;q=0.2";
        self
    }

    /// With letters of so many per cent of their usual size, as the user has set them once for all
    /// pages. A browser keeps the size with which it was opened.
    #[must_use]
    pub fn with_letters(mut self, percent: u32) -> Self {
        self.letters = percent;
        self
    }

    /// With script switched off.
    #[must_use]
    pub fn without_script(mut self) -> Self {
        self.script = Script::Off;
        self
    }

    /// The size of letters where a page does not say any, in pixels.
    pub(crate) fn letter_size(&self) -> u32 {
        16 * self.letters / 100
    }

    /// The width of its window in CSS pixels.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }
}

impl Browser {
    /// Applies the device to the window that is in front.
    pub async fn emulate(&self) -> Result<()> {
        let device = &self.device;
        let cdp = self.driver.cdp();
        let metrics = json!({
            "width": device.width,
            "height": device.height,
            // Sharp enough to judge letters by, and half as many bytes as a phone would make.
            "deviceScaleFactor": if device.is_phone { 2 } else { 1 },
            "mobile": device.is_phone,
        });
        cdp.send_raw("Emulation.setDeviceMetricsOverride", metrics)
            .await?;
        let touch = json!({ "enabled": device.is_phone });
        cdp.send_raw("Emulation.setTouchEmulationEnabled", touch)
            .await?;
        let version = cdp.send_raw("Browser.getVersion", json!({})).await?;
        let usual = version["userAgent"].as_str().unwrap_or_default();
        let agent = json!({
            "userAgent": device.user_agent.unwrap_or(usual),
            "acceptLanguage": device.languages,
        });
        cdp.send_raw("Network.setUserAgentOverride", agent).await?;
        // Every page is weighed as a user gets it who was never here before.
        let uncached = json!({ "cacheDisabled": true });
        cdp.send_raw("Network.setCacheDisabled", uncached).await?;
        self.allow(device.script).await?;
        self.wear(Theme::Light).await
    }

    /// Lets pages run script from their next load on, or not.
    pub(crate) async fn allow(&self, script: Script) -> Result<()> {
        let disabled = json!({ "value": script == Script::Off });
        let cdp = self.driver.cdp();
        cdp.send_raw("Emulation.setScriptExecutionDisabled", disabled)
            .await?;
        Ok(())
    }

    /// Tells pages what the user prefers. Nothing moves, so that pictures are the same each time.
    pub(crate) async fn wear(&self, theme: Theme) -> Result<()> {
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": theme.name() },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]});
        let cdp = self.driver.cdp();
        cdp.send_raw("Emulation.setEmulatedMedia", features).await?;
        Ok(())
    }
}
