//! What every handler shares, made once when the service starts.

use std::sync::Arc;
use std::time::Duration;

use contract::money::Fen;
use contract::partner::url::LoopbackHttp;
use contract::signing::keys::KeySet;
use runtime::data_keys::DataKeys;
use store::Store;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::assets::Assets;
use crate::balance::{Asked, Patience};
use crate::body::LargeBodies;
use crate::check_password::PasswordDesk;
use crate::jwks;
use crate::link::PageKey;
use crate::openapi::OpenApi;
use crate::rates::Rates;
use crate::session::Cookies;
use crate::settings::IntakeSettings;
use crate::signer::Signer;
use crate::sms::SmsGateway;

/// The shared parts of intake.
pub(crate) struct Front {
    pub(crate) store: Store,
    pub(crate) signer: Signer,
    pub(crate) page_key: PageKey,
    pub(crate) passwords: PasswordDesk,
    pub(crate) cookies: Cookies,
    pub(crate) assets: Assets,
    pub(crate) public_url: Url,
    pub(crate) withdrawal_max: Fen,
    pub(crate) draft_ttl: Duration,
    pub(crate) loopback_http: LoopbackHttp,
    pub(crate) large_bodies: LargeBodies,
    pub(crate) rates: Rates,
    pub(crate) data_keys: DataKeys,
    pub(crate) patience: Patience,
    pub(crate) asked: Asked,
    /// Cancelled when the service is told to stop: wait for nothing any more.
    pub(crate) stopping: CancellationToken,
    pub(crate) sms: Arc<dyn SmsGateway>,
    pub(crate) trusted_proxies: usize,
    /// The document at `/.well-known/jwks.json`.
    pub(crate) jwks: String,
    /// The document at `/openapi.json`.
    pub(crate) openapi: OpenApi,
    /// The same keys, to verify with.
    pub(crate) our_keys: KeySet,
}

impl Front {
    pub(crate) fn new(
        store: Store,
        settings: &IntakeSettings,
        sms: Arc<dyn SmsGateway>,
        stopping: CancellationToken,
    ) -> Self {
        let signing = &settings.signing;
        let signer = Signer::new(signing.key.clone(), signing.key_id.clone());
        Self {
            store,
            jwks: jwks::document(signer.jwk(), &settings.published_keys),
            openapi: OpenApi::new(),
            our_keys: jwks::key_set(signer.registered(), &settings.published_keys),
            signer,
            page_key: PageKey::new(&settings.page_key),
            passwords: PasswordDesk::new(
                settings.password_pepper.clone(),
                settings.password_hash_concurrency,
            ),
            cookies: Cookies::new(&settings.public_url),
            assets: Assets::new(),
            public_url: settings.public_url.clone(),
            withdrawal_max: settings.withdrawal_max,
            draft_ttl: settings.draft_ttl,
            loopback_http: settings.loopback_http,
            large_bodies: LargeBodies::new(),
            rates: Rates::new(settings.api_calls_per_s),
            data_keys: settings.data_keys.clone(),
            patience: Patience {
                max_age: settings.balance_max_age,
                wait: settings.balance_wait,
            },
            asked: Asked::new(),
            stopping,
            sms,
            trusted_proxies: settings.sms.trusted_proxies,
        }
    }
}
