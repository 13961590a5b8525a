//! What a variable's text can become.
//!
//! Times are whole milliseconds, and the variable's name ends in `_MS`.

use std::net::{IpAddr, SocketAddr};
use std::num::{NonZeroU16, NonZeroU32, NonZeroUsize};
use std::time::Duration;

use url::Url;

/// A type that one variable can hold.
pub trait FromEnv: Sized {
    /// Whether `NAME_FILE` may name a file that holds the value.
    const MAY_BE_A_FILE: bool = false;

    /// What a good value looks like, to follow "must be".
    fn expected() -> String;

    /// The value; the text is never empty.
    fn from_env(text: &str) -> Option<Self>;

    /// How `--check` prints it.
    fn show(&self) -> String;
}

macro_rules! parsed {
    ($($kind:ty => $expected:literal,)+) => {$(
        impl FromEnv for $kind {
            fn expected() -> String {
                $expected.to_owned()
            }

            fn from_env(text: &str) -> Option<Self> {
                text.parse().ok()
            }

            fn show(&self) -> String {
                self.to_string()
            }
        }
    )+};
}

parsed! {
    String => "a text",
    bool => "true or false",
    u16 => "a whole number from 0 to 65535",
    u32 => "a whole number from 0 to 4294967295",
    u64 => "a whole number, not negative",
    usize => "a whole number, not negative",
    i64 => "a whole number",
    f64 => "a number",
    NonZeroU16 => "a whole number from 1 to 65535",
    NonZeroU32 => "a whole number from 1 to 4294967295",
    NonZeroUsize => "a whole number, at least 1",
    IpAddr => "an IP address",
    SocketAddr => "an address and a port, such as 127.0.0.1:8080",
}

impl FromEnv for Url {
    fn expected() -> String {
        "a URL with a host and without a password".to_owned()
    }

    fn from_env(text: &str) -> Option<Self> {
        let url: Url = text.parse().ok()?;
        // It is printed as it stands, so it must not carry a password; those are `Secret`s.
        (url.has_host() && url.password().is_none()).then_some(url)
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl FromEnv for Duration {
    fn expected() -> String {
        "whole milliseconds".to_owned()
    }

    fn from_env(text: &str) -> Option<Self> {
        text.parse().ok().map(Duration::from_millis)
    }

    fn show(&self) -> String {
        self.as_millis().to_string()
    }
}

impl<T: FromEnv> FromEnv for Vec<T> {
    fn expected() -> String {
        format!("a list separated by commas, each {}", T::expected())
    }

    fn from_env(text: &str) -> Option<Self> {
        text.split(',')
            .map(str::trim)
            .map(|part| {
                if part.is_empty() {
                    None
                } else {
                    T::from_env(part)
                }
            })
            .collect()
    }

    fn show(&self) -> String {
        let parts: Vec<_> = self.iter().map(T::show).collect();
        parts.join(",")
    }
}
