//! A value that must not be printed.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use super::FromEnv;

/// A password, key or address with a password. Read from `NAME`, or from the file named by
/// `NAME_FILE`; printed as `***`; wiped from memory when dropped.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Keeps `text` secret from here on.
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// The text itself. Hand it straight to what needs it; never store or log it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

impl FromEnv for Secret {
    const MAY_BE_A_FILE: bool = true;

    fn expected() -> String {
        "a secret, or a file with it named by the same variable with _FILE".to_owned()
    }

    fn from_env(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self::new(text))
    }

    fn show(&self) -> String {
        "***".to_owned()
    }
}
