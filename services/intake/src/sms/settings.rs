//! Where SMS are sent, and what intake needs to know of the addresses that ask for them.

use std::time::Duration;

use contract::partner::url::{LoopbackHttp, is_loopback};
use runtime::settings::{Env, Secret};
use url::Url;

/// What intake is told of the gateway.
#[derive(Debug, Clone)]
pub struct SmsSettings {
    /// `SMS_GATEWAY_URL`: where codes are posted to; https, except on this machine where
    /// `ALLOW_LOOPBACK_HTTP` says so.
    pub gateway_url: Url,
    /// `SMS_GATEWAY_TOKEN`: by which the gateway knows us.
    pub gateway_token: Secret,
    /// `SMS_GATEWAY_TIMEOUT_MS`: how long the gateway may take; a user waits meanwhile.
    pub timeout: Duration,
    /// `TRUSTED_PROXIES`: how many proxies of ours stand before intake, each of which adds the
    /// address it was called from to `X-Forwarded-For`.
    pub trusted_proxies: usize,
}

impl SmsSettings {
    pub(crate) fn read(env: &mut Env, loopback: LoopbackHttp) -> Option<Self> {
        let gateway_url = gateway_url(env, loopback);
        let gateway_token = env.required("SMS_GATEWAY_TOKEN");
        // Shorter than a request may take, with what is written before and after.
        let timeout = env.or_in(
            "SMS_GATEWAY_TIMEOUT_MS",
            Duration::from_secs(5),
            Duration::from_millis(100)..=Duration::from_secs(10),
        );
        let trusted_proxies = env.or_in("TRUSTED_PROXIES", 0_usize, 0..=16);
        Some(Self {
            gateway_url: gateway_url?,
            gateway_token: gateway_token?,
            timeout: timeout?,
            trusted_proxies: trusted_proxies?,
        })
    }
}

fn gateway_url(env: &mut Env, loopback: LoopbackHttp) -> Option<Url> {
    let url: Url = env.required("SMS_GATEWAY_URL")?;
    let fits = match url.scheme() {
        "https" => url.has_host(),
        "http" => loopback == LoopbackHttp::Allowed && is_loopback(&url),
        _ => false,
    };
    if fits && url.username().is_empty() && url.password().is_none() && url.fragment().is_none() {
        return Some(url);
    }
    env.refuse(
        "SMS_GATEWAY_URL",
        "must be https, without user name, password and fragment",
    )
}
