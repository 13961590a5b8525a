//! The throw-away keys of the Huifu vectors, so that tests need not wait for new ones.

use std::sync::LazyLock;

use super::keys::{KeySet, PrivateKey, RegisteredKey};

static VECTORS: LazyLock<serde_json::Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../tests/huifu-sign-vectors.json"))
        .expect("the vectors are JSON")
});

pub(crate) fn pem(name: &str) -> &'static str {
    VECTORS["keys"][name]
        .as_str()
        .expect("a key of the vectors")
}

pub(crate) fn ours() -> PrivateKey {
    pem("merchant_private_pkcs8_pem")
        .parse()
        .expect("a good key")
}

pub(crate) fn theirs() -> PrivateKey {
    pem("huifu_private_pkcs8_pem").parse().expect("a good key")
}

pub(crate) fn registered(key_id: &str, key: &PrivateKey) -> RegisteredKey {
    RegisteredKey {
        key_id: key_id.parse().expect("a good key_id"),
        key: key.public().clone(),
        not_before: "2026-01-01T00:00:00Z".parse().expect("a time"),
        retired_at: None,
    }
}

pub(crate) fn key_set(key: &PrivateKey) -> KeySet {
    KeySet::new(vec![registered("k1", key)]).expect("one key")
}

pub(crate) fn noon() -> jiff::Timestamp {
    "2026-11-22T04:00:00Z".parse().expect("a time")
}
