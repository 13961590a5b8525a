//! What a partner sandbox is started with.

use crate::keys::SigningKey;
use crate::partner::standard_webhooks::NoticeSecret;
use std::net::SocketAddr;
use url::Url;

/// Everything a partner sandbox needs to start.
#[derive(Clone, Debug)]
pub struct PartnerConfig {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Given at registration.
    pub partner_id: String,
    /// Signs forms and API calls.
    pub private_key: SigningKey,
    /// The name under which its public half is registered.
    pub key_id: String,
    /// Where the platform takes page calls, without `/withdraw`.
    pub intake_url: Url,
    /// Where the platform publishes its keys.
    pub jwks_url: Url,
    /// The user as the partner knows them.
    pub third_party_user_id: String,
    /// The same user as the platform knows them.
    pub htouhui_user_id: String,
    /// Under which address the platform and browsers reach this sandbox; absent means where it
    /// listens.
    pub public_url: Option<Url>,
    /// If there is any, the Standard Webhooks headers of every notice must hold too.
    pub notice_secrets: Vec<NoticeSecret>,
    /// How many notices are kept.
    pub notice_limit: usize,
    /// One log line per notice. Off for load.
    pub log_requests: bool,
}

impl PartnerConfig {
    /// On a free loopback port, for tests. Where the platform is can be told later with
    /// `PartnerHandle::connect_to`.
    #[must_use]
    pub fn for_tests(partner_id: &str, key_id: &str, private_key: SigningKey) -> Self {
        let nowhere: Url = "http://127.0.0.1:9".parse().expect("a literal URL parses");
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            partner_id: partner_id.to_owned(),
            private_key,
            key_id: key_id.to_owned(),
            intake_url: nowhere.clone(),
            jwks_url: nowhere,
            third_party_user_id: "shop-user-1".to_owned(),
            htouhui_user_id: "10000001".to_owned(),
            public_url: None,
            notice_secrets: Vec::new(),
            notice_limit: 100_000,
            log_requests: false,
        }
    }
}
