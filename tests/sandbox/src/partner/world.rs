//! Everything the partner's handlers share.

use crate::heard::Heard;
use crate::keys::SigningKey;
use crate::partner::config::PartnerConfig;
use crate::partner::mode::{Mode, ModeRule};
use crate::partner::notices::Notices;
use crate::partner::platform_keys::PlatformKeys;
use crate::partner::standard_webhooks::NoticeSecret;
use serde::Deserialize;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio_util::sync::CancellationToken;
use url::Url;

/// The one who buys in this shop.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct User {
    pub(crate) third_party_user_id: String,
    pub(crate) htouhui_user_id: String,
}

pub(crate) struct World {
    pub(crate) partner_id: String,
    pub(crate) client: reqwest::Client,
    pub(crate) platform_keys: PlatformKeys,
    pub(crate) followed_redirects: AtomicU64,
    pub(crate) heard: Arc<Heard>,
    pub(crate) log_requests: bool,
    public_url: String,
    signing_key: Mutex<(String, SigningKey)>,
    intake_url: Mutex<Url>,
    user: Mutex<User>,
    mode: Mutex<ModeRule>,
    notice_secrets: Mutex<Vec<NoticeSecret>>,
    notices: Mutex<Notices>,
    listening: Mutex<CancellationToken>,
}

impl World {
    pub(crate) fn new(config: PartnerConfig, base_url: &str) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        let public_url = config
            .public_url
            .map_or_else(|| base_url.to_owned(), Into::into);
        Ok(Self {
            partner_id: config.partner_id,
            platform_keys: PlatformKeys::new(client.clone(), config.jwks_url),
            client,
            followed_redirects: AtomicU64::new(0),
            heard: Arc::default(),
            log_requests: config.log_requests,
            public_url: public_url.trim_end_matches('/').to_owned(),
            signing_key: Mutex::new((config.key_id, config.private_key)),
            intake_url: Mutex::new(config.intake_url),
            user: Mutex::new(User {
                third_party_user_id: config.third_party_user_id,
                htouhui_user_id: config.htouhui_user_id,
            }),
            mode: Mutex::new(ModeRule {
                mode: Mode::Ok,
                times: None,
            }),
            notice_secrets: Mutex::new(config.notice_secrets),
            notices: Mutex::new(Notices::new(config.notice_limit)),
            listening: Mutex::new(CancellationToken::new()),
        })
    }

    /// Without a slash at the end.
    pub(crate) fn public_url(&self) -> &str {
        &self.public_url
    }

    /// Name and key that sign now.
    pub(crate) fn signing_key(&self) -> (String, SigningKey) {
        locked(&self.signing_key).clone()
    }

    pub(crate) fn use_key(&self, key_id: &str, key: SigningKey) {
        *locked(&self.signing_key) = (key_id.to_owned(), key);
    }

    pub(crate) fn user(&self) -> User {
        locked(&self.user).clone()
    }

    pub(crate) fn use_user(&self, user: User) {
        *locked(&self.user) = user;
    }

    /// Where the signed form is posted.
    pub(crate) fn withdraw_url(&self) -> String {
        self.platform_url("/withdraw")
    }

    /// Where this path is at the platform.
    pub(crate) fn platform_url(&self, path: &str) -> String {
        let base = locked(&self.intake_url);
        format!("{}{path}", base.as_str().trim_end_matches('/'))
    }

    pub(crate) fn set_intake_url(&self, url: Url) {
        *locked(&self.intake_url) = url;
    }

    pub(crate) fn notice_secrets(&self) -> Vec<NoticeSecret> {
        locked(&self.notice_secrets).clone()
    }

    pub(crate) fn use_notice_secrets(&self, secrets: Vec<NoticeSecret>) {
        *locked(&self.notice_secrets) = secrets;
    }

    /// Whether the next notice would be taken without care. Looking uses nothing up.
    pub(crate) fn is_careless(&self) -> bool {
        matches!(locked(&self.mode).mode, Mode::Careless { .. })
    }

    pub(crate) fn take_mode(&self) -> Mode {
        locked(&self.mode).take()
    }

    pub(crate) fn set_mode(&self, rule: ModeRule) {
        *locked(&self.mode) = rule;
    }

    /// Held for moments only, never across an await.
    pub(crate) fn notices(&self) -> MutexGuard<'_, Notices> {
        locked(&self.notices)
    }

    /// Cancelled when the present listener is closed.
    pub(crate) fn listening_token(&self) -> CancellationToken {
        locked(&self.listening).clone()
    }

    pub(crate) fn renew_listening_token(&self) -> CancellationToken {
        let token = CancellationToken::new();
        *locked(&self.listening) = token.clone();
        token
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
