//! What intake is told.
//!
//! Keys are read and checked here, before anything listens: a service that finds out at the first
//! withdrawal that it cannot sign has already taken it.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use contract::money::Fen;
use contract::partner::url::LoopbackHttp;
use runtime::data_keys::DataKeys;
use runtime::settings::{Env, Secret, Settings, SigningSettings, public_url};
use url::Url;

use crate::jwks::{PublishedKey, read_key_set};
use crate::sms::settings::SmsSettings;

/// 32 bytes: what HMAC-SHA256 can use, and nobody can guess.
const PAGE_KEY_BYTES: usize = 32;

/// Everything intake itself is told; database, broker and the rest are read by `runtime`.
#[derive(Debug, Clone)]
pub struct IntakeSettings {
    /// `LISTEN`: where partners' forms, users and the API arrive, behind whatever ends TLS.
    pub listen: SocketAddr,
    /// `PUBLIC_URL`: under which address browsers reach that; without a slash at the end.
    pub public_url: Url,
    /// `SIGNING_KEY` and `SIGNING_KEY_ID`: what signs answers.
    pub signing: SigningSettings,
    /// `PUBLISHED_KEYS_FILE`: a JSON Web Key Set of further public keys of ours, so that partners
    /// know a new key before it signs, and an old one while its signatures are still under way.
    pub published_keys: Vec<PublishedKey>,
    /// `PASSWORD_PEPPER`: goes into every hash of a transaction password. Losing it makes every
    /// stored password wrong.
    pub password_pepper: Secret,
    /// `PAGE_KEY`: proves that we made a page's address and its forms; 32 bytes or more.
    pub page_key: Secret,
    /// `WITHDRAWAL_MAX_FEN`: the most that one withdrawal may ask for.
    pub withdrawal_max: Fen,
    /// `DRAFT_TTL_MS`: how long a page stays open.
    pub draft_ttl: Duration,
    /// `ALLOW_LOOPBACK_HTTP`: whether partners' addresses may be http on this machine; for tests.
    pub loopback_http: LoopbackHttp,
    /// `PASSWORD_HASH_CONCURRENCY`: passwords checked at once; each takes a core and 19 MiB.
    pub password_hash_concurrency: usize,
    /// `DATA_KEYS`: the keys under which forms and pictures are sealed.
    pub data_keys: DataKeys,
    /// `BALANCE_MAX_AGE_MS`: how old a balance may be before Huifu is asked again.
    pub balance_max_age: Duration,
    /// `BALANCE_WAIT_MS`: how long a page or a quote waits for Huifu's answer.
    pub balance_wait: Duration,
    /// `API_CALLS_PER_S`: calls of the API that each partner may make of this process, in the long
    /// run; twice as many at once.
    pub api_calls_per_s: NonZeroU32,
    /// Where codes are sent.
    pub sms: SmsSettings,
}

impl Settings for IntakeSettings {
    fn read(env: &mut Env) -> Option<Self> {
        let listen = env.required("LISTEN");
        let public_url = public_url(env, "PUBLIC_URL");
        let signing = SigningSettings::read(env);
        let published_keys = published_keys(env);
        let password_pepper = env.required("PASSWORD_PEPPER");
        let page_key = page_key(env);
        let withdrawal_max = withdrawal_max(env);
        let quarter_of_an_hour = Duration::from_secs(900);
        let a_day = Duration::from_secs(86_400);
        let draft_ttl = env.or_in(
            "DRAFT_TTL_MS",
            quarter_of_an_hour,
            Duration::from_millis(1)..=a_day,
        );
        let loopback_http = loopback_http(env);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let password_hash_concurrency =
            env.or_in("PASSWORD_HASH_CONCURRENCY", cores.min(1024), 1..=1024);
        let data_keys = DataKeys::read(env);
        let balance_max_age = balance_max_age(env);
        let balance_wait = balance_wait(env);
        let api_calls_per_s = api_calls_per_s(env);
        let sms = SmsSettings::read(env, loopback_http.unwrap_or_default());
        Some(Self {
            listen: listen?,
            public_url: public_url?,
            signing: signing?,
            published_keys: published_keys?,
            password_pepper: password_pepper?,
            page_key: page_key?,
            withdrawal_max: withdrawal_max?,
            draft_ttl: draft_ttl?,
            loopback_http: loopback_http?,
            password_hash_concurrency: password_hash_concurrency?,
            data_keys: data_keys?,
            balance_max_age: balance_max_age?,
            balance_wait: balance_wait?,
            api_calls_per_s: api_calls_per_s?,
            sms: sms?,
        })
    }
}

fn loopback_http(env: &mut Env) -> Option<LoopbackHttp> {
    let allowed: bool = env.or("ALLOW_LOOPBACK_HTTP", false)?;
    Some(if allowed {
        LoopbackHttp::Allowed
    } else {
        LoopbackHttp::Refused
    })
}

fn published_keys(env: &mut Env) -> Option<Vec<PublishedKey>> {
    let Some(path) = env.optional::<String>("PUBLISHED_KEYS_FILE")? else {
        return Some(Vec::new());
    };
    let Ok(text) = std::fs::read_to_string(path) else {
        return env.refuse("PUBLISHED_KEYS_FILE", "must name a file that can be read");
    };
    match read_key_set(&text) {
        Ok(keys) => Some(keys),
        Err(problem) => env.refuse("PUBLISHED_KEYS_FILE", &format!("cannot be used: {problem}")),
    }
}

fn page_key(env: &mut Env) -> Option<Secret> {
    let key: Secret = env.required("PAGE_KEY")?;
    if key.expose().len() >= PAGE_KEY_BYTES {
        return Some(key);
    }
    env.refuse("PAGE_KEY", "must be 32 bytes or longer")
}

fn withdrawal_max(env: &mut Env) -> Option<Fen> {
    let fen: i64 = env.required("WITHDRAWAL_MAX_FEN")?;
    match Fen::new(fen) {
        Ok(most) if most > Fen::ZERO => Some(most),
        Ok(_) | Err(_) => env.refuse("WITHDRAWAL_MAX_FEN", "must be more than zero"),
    }
}

/// Long enough for a user who reads the page, short enough that what is shown is what is there.
fn balance_max_age(env: &mut Env) -> Option<Duration> {
    let longest = Duration::from_secs(3_600);
    let usual = Duration::from_secs(30);
    env.or_in(
        "BALANCE_MAX_AGE_MS",
        usual,
        Duration::from_millis(1)..=longest,
    )
}

/// A good answer of Huifu's takes less; a page that takes longer feels broken. Never as long as a
/// request may take.
fn balance_wait(env: &mut Env) -> Option<Duration> {
    let usual = Duration::from_millis(800);
    let longest = Duration::from_secs(5);
    env.or_in("BALANCE_WAIT_MS", usual, Duration::ZERO..=longest)
}

/// More than a partner needs, and little beside what one process can answer.
fn api_calls_per_s(env: &mut Env) -> Option<NonZeroU32> {
    let most = NonZeroU32::new(10_000)?;
    env.or_in(
        "API_CALLS_PER_S",
        NonZeroU32::new(50)?,
        NonZeroU32::MIN..=most,
    )
}

#[cfg(test)]
mod tests;
