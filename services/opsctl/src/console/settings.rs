//! What the console is told.

use std::net::SocketAddr;
use std::time::Duration;

use runtime::settings::{Env, Settings, public_url};
use url::{Host, Url};

use super::proxy::Proxy;
use super::tokens::Tokens;
use crate::replays;

/// Everything the console itself is told; the database and the rest are read by `runtime`.
#[derive(Debug, Clone)]
pub struct ConsoleSettings {
    /// `CONSOLE_LISTEN`: where pages and the API are served, behind whatever ends TLS.
    pub listen: SocketAddr,
    /// `CONSOLE_PUBLIC_URL`: under which address browsers reach that; https, except on this
    /// machine.
    pub public_url: Url,
    /// `CONSOLE_TOKENS_FILE`: who may sign in with a token; `opsctl console token` makes its lines.
    pub(crate) tokens: Tokens,
    /// `CONSOLE_OIDC_*`: which proxies say who somebody is.
    pub(crate) proxy: Option<Proxy>,
    /// `CONSOLE_SESSION_IDLE_MS`: after how long without a request a session ends.
    pub session_idle: Duration,
    /// `CONSOLE_SESSION_MAX_AGE_MS`: after how long it ends in any case.
    pub session_max_age: Duration,
    /// `REPLAY_*`: what every replay job must keep to.
    pub(crate) replays: replays::Limits,
}

impl Settings for ConsoleSettings {
    // What is sent again goes into the outbox, which the services' relays empty.
    const USES_BROKER: bool = false;

    fn read(env: &mut Env) -> Option<Self> {
        let listen = env.required("CONSOLE_LISTEN");
        let public_url = own_address(env);
        let tokens = Tokens::read(env);
        let proxy = Proxy::read(env);
        let longest = Duration::from_secs(86_400);
        let session_idle = env.or_in(
            "CONSOLE_SESSION_IDLE_MS",
            Duration::from_secs(1_800),
            Duration::from_millis(1)..=longest,
        );
        let session_max_age = env.or_in(
            "CONSOLE_SESSION_MAX_AGE_MS",
            Duration::from_secs(36_000),
            Duration::from_millis(1)..=longest,
        );
        let replays = replays::limits(env);
        let (tokens, proxy) = (tokens?, proxy?);
        if tokens.is_none() && proxy.is_none() {
            return env.refuse(
                "CONSOLE_TOKENS_FILE",
                "or CONSOLE_OIDC_PROXIES must be set, or nobody could sign in",
            );
        }
        Some(Self {
            listen: listen?,
            public_url: public_url?,
            tokens: tokens.unwrap_or_default(),
            proxy,
            session_idle: session_idle?,
            session_max_age: session_max_age?,
            replays: replays?,
        })
    }
}

fn own_address(env: &mut Env) -> Option<Url> {
    let url = public_url(env, "CONSOLE_PUBLIC_URL")?;
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if url.scheme() == "https" || here {
        return Some(url);
    }
    env.refuse(
        "CONSOLE_PUBLIC_URL",
        "must be https: tokens and sessions must not cross a network in the clear",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_console_is_not_served_in_the_clear_nor_to_nobody() {
        let errors = |url: &str| {
            let mut env = Env::new([
                ("CONSOLE_LISTEN", "127.0.0.1:0"),
                ("CONSOLE_PUBLIC_URL", url),
            ]);
            assert!(ConsoleSettings::read(&mut env).is_none());
            env.errors().join("\n")
        };
        assert!(errors("http://ops.example").contains("must be https"));
        for good in [
            "https://ops.example",
            "http://127.0.0.1:8",
            "http://[::1]:8",
        ] {
            let errors = errors(good);
            assert!(!errors.contains("CONSOLE_PUBLIC_URL"), "{errors}");
            assert!(errors.contains("nobody could sign in"), "{errors}");
        }
    }
}
