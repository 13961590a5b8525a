//! Signs calls to the server-to-server API, and verifies what comes back.
//!
//! `Authorization: TIXIAN-RSA2 partner_id="…",key_id="…",timestamp="…",nonce="…",signature="…"`
//! over method, path with query, timestamp, nonce and body, one per line, each line ended by a
//! newline: the last one too.

use crate::clock;
use crate::partner::platform_keys::PlatformKeys;
use crate::partner::world::World;
use uuid::Uuid;

const SCHEME: &str = "TIXIAN-RSA2 ";

pub(crate) fn authorization(world: &World, method: &str, path: &str, body: &str) -> String {
    let timestamp = clock::beijing_seconds(clock::now());
    let nonce = Uuid::new_v4().simple().to_string();
    let (key_id, key) = world.signing_key();
    let signature = key.sign(text(method, path, &timestamp, &nonce, body).as_bytes());
    let partner_id = &world.partner_id;
    format!(
        "{SCHEME}partner_id=\"{partner_id}\",key_id=\"{key_id}\",timestamp=\"{timestamp}\",\
         nonce=\"{nonce}\",signature=\"{signature}\""
    )
}

/// Whether the platform signed this answer to the call with this method and path.
pub(crate) async fn verifies(
    keys: &PlatformKeys,
    header: &str,
    method: &str,
    path: &str,
    body: &str,
) -> bool {
    let Some(parameters) = header.strip_prefix(SCHEME) else {
        return false;
    };
    let parameter = |wanted: &str| {
        parameters
            .split(',')
            .filter_map(|part| part.trim().split_once('='))
            .find(|(name, _)| *name == wanted)
            .map(|(_, value)| value.trim_matches('"'))
    };
    let (Some(timestamp), Some(nonce), Some(signature)) = (
        parameter("timestamp"),
        parameter("nonce"),
        parameter("signature"),
    ) else {
        return false;
    };
    let text = text(method, path, timestamp, nonce, body);
    keys.verify(parameter("key_id"), text.as_bytes(), signature)
        .await
}

fn text(method: &str, path: &str, timestamp: &str, nonce: &str, body: &str) -> String {
    format!("{method}\n{path}\n{timestamp}\n{nonce}\n{body}\n")
}
