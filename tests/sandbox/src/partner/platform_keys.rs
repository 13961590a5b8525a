//! The platform's public keys, as it publishes them (RFC 7517).
//!
//! Fetched when first needed and again when a signature names a key that is not among them, which
//! is how a rotation reaches a partner without a deployment.

use crate::keys::VerifyingKey;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use url::Url;

const FETCH_TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    kty: String,
    kid: String,
    n: Option<String>,
    e: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
}

impl Key {
    /// RSA keys for RS256 signatures; a key set may hold others, which are not an error.
    fn read(&self) -> Option<VerifyingKey> {
        let rs256 = self.alg.as_deref().is_none_or(|alg| alg == "RS256");
        let signs = self.usage.as_deref().is_none_or(|usage| usage == "sig");
        if self.kty != "RSA" || !rs256 || !signs {
            return None;
        }
        VerifyingKey::from_jwk(self.n.as_deref()?, self.e.as_deref()?).ok()
    }
}

pub(crate) struct PlatformKeys {
    client: reqwest::Client,
    url: Mutex<Url>,
    known: Mutex<BTreeMap<String, VerifyingKey>>,
}

impl PlatformKeys {
    pub(crate) fn new(client: reqwest::Client, url: Url) -> Self {
        Self {
            client,
            url: Mutex::new(url),
            known: Mutex::new(BTreeMap::new()),
        }
    }

    pub(crate) fn set_url(&self, url: Url) {
        *self.url.lock().unwrap_or_else(PoisonError::into_inner) = url;
        self.known().clear();
    }

    /// Whether the named key made this signature; without a name, whether any key did.
    pub(crate) async fn verify(&self, key_id: Option<&str>, text: &[u8], sign: &str) -> bool {
        let known = match key_id {
            Some(key_id) => self.known().contains_key(key_id),
            None => !self.known().is_empty(),
        };
        if !known {
            self.refresh().await;
        }
        self.known()
            .iter()
            .filter(|(kid, _)| key_id.is_none_or(|key_id| key_id == *kid))
            .any(|(_, key)| key.verifies(text, sign))
    }

    async fn refresh(&self) {
        let url = self
            .url
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        match fetch(&self.client, url).await {
            Ok(set) => {
                *self.known() = set
                    .keys
                    .iter()
                    .filter_map(|key| Some((key.kid.clone(), key.read()?)))
                    .collect();
            }
            Err(error) => tracing::warn!("the platform's keys could not be fetched: {error:#}"),
        }
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, VerifyingKey>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn fetch(client: &reqwest::Client, url: Url) -> anyhow::Result<KeySet> {
    let response = client
        .get(url)
        .timeout(FETCH_TIMEOUT)
        .send()
        .await?
        .error_for_status()?;
    Ok(serde_json::from_slice(&response.bytes().await?)?)
}
