//! Signs calls to the server-to-server API, and verifies what comes back.
//!
//! `Authorization: TIXIAN-RSA2 partner_id="…",key_id="…",timestamp="…",nonce="…",signature="…"`
//! over method, path with query, timestamp, nonce and body, one per line, each line ended by a
//! newline: the last one too.

use crate::clock;
use crate::partner::platform_keys::PlatformKeys;
use crate::partner::world::World;
use http::{Method, header};
use serde::Serialize;
use serde_json::Value;
use std::time::Duration;
use uuid::Uuid;

const SCHEME: &str = "TIXIAN-RSA2 ";

/// Longer than the platform takes for anything.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// A call of the platform's server-to-server API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    /// Hands in a picture.
    Materials,
    /// Applies for an account with its first card and cash types.
    Openings,
    /// Applies for one more card.
    Cards,
    /// Applies for other cash types or fees.
    CashRules,
    /// Asks what became of an application.
    Applications,
    /// Asks what a user could withdraw now, and what that would cost.
    Quotes,
    /// Asks what became of a withdrawal.
    Withdrawals,
    /// Asks why a signature does not hold.
    SignatureCheck,
}

impl Api {
    /// Every call.
    pub const ALL: [Self; 8] = [
        Self::Materials,
        Self::Openings,
        Self::Cards,
        Self::CashRules,
        Self::Applications,
        Self::Quotes,
        Self::Withdrawals,
        Self::SignatureCheck,
    ];

    /// Its name at the admin endpoint.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Materials => "materials",
            Self::Openings => "openings",
            Self::Cards => "cards",
            Self::CashRules => "cash-rules",
            Self::Applications => "applications",
            Self::Quotes => "quotes",
            Self::Withdrawals => "withdrawals",
            Self::SignatureCheck => "signature-check",
        }
    }

    /// Its path at the platform; all are POST. The feed of events is no such call: it is GET and
    /// says in its query what it asks.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Materials => "/v1/onboarding/materials",
            Self::Openings => "/v1/onboarding/openings",
            Self::Cards => "/v1/onboarding/cards",
            Self::CashRules => "/v1/onboarding/cash-rules",
            Self::Applications => "/v1/onboarding/query",
            Self::Quotes => "/v1/quotes",
            Self::Withdrawals => "/v1/withdrawals/query",
            Self::SignatureCheck => "/v1/signature/check",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|api| api.name() == name)
    }
}

/// What the platform answered to a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ApiAnswer {
    /// The HTTP status.
    pub status: u16,
    /// Whether the platform signed it. Refusals before the partner was known are not signed.
    pub signed: bool,
    /// The body; null if it was no JSON.
    pub body: Value,
}

/// There is no answer.
#[derive(Debug, thiserror::Error)]
#[error("the platform did not answer")]
pub struct ApiCallError(#[from] reqwest::Error);

/// Signs `body`, posts it, and judges what comes back.
pub(crate) async fn call(world: &World, api: Api, body: &str) -> Result<ApiAnswer, ApiCallError> {
    send(world, &Method::POST, api.path(), body).await
}

/// Asks for the events of this partner behind `after`.
pub(crate) async fn events(world: &World, after: &str) -> Result<ApiAnswer, ApiCallError> {
    send(
        world,
        &Method::GET,
        &format!("/v1/events?after={after}"),
        "",
    )
    .await
}

/// Asks for a notice once more.
pub(crate) async fn resend(world: &World, notice_id: &str) -> Result<ApiAnswer, ApiCallError> {
    let path = format!("/v1/notices/{notice_id}/resend");
    send(world, &Method::POST, &path, "").await
}

/// Signs a call of `path`, which may have a query, makes it, and judges what comes back.
pub(crate) async fn send(
    world: &World,
    method: &Method,
    path: &str,
    body: &str,
) -> Result<ApiAnswer, ApiCallError> {
    let answer = world
        .client
        .request(method.clone(), world.platform_url(path))
        .timeout(CALL_TIMEOUT)
        .header(header::CONTENT_TYPE, "application/json")
        .header(
            header::AUTHORIZATION,
            authorization(world, method.as_str(), path, body),
        )
        .body(body.to_owned())
        .send()
        .await?;
    let status = answer.status().as_u16();
    let signature = answer.headers().get(header::AUTHORIZATION);
    let signature = signature.and_then(|value| value.to_str().ok().map(str::to_owned));
    let text = answer.text().await?;
    let signed = match signature {
        Some(header) => {
            let keys = &world.platform_keys;
            verifies(keys, &header, method.as_str(), path, &text).await
        }
        None => false,
    };
    Ok(ApiAnswer {
        status,
        signed,
        body: serde_json::from_str(&text).unwrap_or_default(),
    })
}

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
