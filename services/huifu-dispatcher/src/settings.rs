//! The settings of huifu-dispatcher.
//!
//! Two times hang together: an attempt is asked about for the first time only after its answer can
//! no longer come, or the question would be answered "not known" while the money is on its way.

mod balance;
mod onboard;
mod statement;

use std::time::Duration;

use contract::huifu::envelope::Caller;
use contract::huifu::request::check_callback_url;
use contract::later;
use contract::partner::url::is_loopback;
use contract::signing::keys::{PrivateKey, PublicKey};
use contract::withdrawal::return_check;
use jiff::Timestamp;
use runtime::backoff::{doubled, jittered};
use runtime::settings::{Env, Secret, Settings, SigningSettings};
use url::Url;

pub use balance::BalanceSettings;
pub use onboard::OnboardSettings;
pub use statement::StatementSettings;

/// Everything.
#[derive(Debug, Clone)]
pub struct DispatcherSettings {
    /// How Huifu is reached.
    pub huifu: HuifuSettings,
    /// How withdrawals are sent.
    pub dispatch: DispatchSettings,
    /// How attempts are asked about.
    pub reconcile: ReconcileSettings,
    /// How applications are sent and asked about.
    pub onboard: OnboardSettings,
    /// How balances are asked for.
    pub balance: BalanceSettings,
    /// How statement files are asked for, fetched and read.
    pub statement: StatementSettings,
    /// `SIGNING_KEY` and `SIGNING_KEY_ID`: what signs the balance of a day.
    pub signing: SigningSettings,
}

/// How Huifu is reached, as whom, and with which keys.
#[derive(Debug, Clone)]
pub struct HuifuSettings {
    /// `HUIFU_BASE_URL`: `https://api.huifu.com` in production; never in the clear, except on this
    /// machine.
    pub base_url: Url,
    /// `HUIFU_SYS_ID` and `HUIFU_PRODUCT_ID`: from Huifu's console.
    pub caller: Caller,
    /// `HUIFU_MERCHANT_PRIVATE_KEY` (or `_FILE`): signs our requests.
    pub private_key: PrivateKey,
    /// `HUIFU_PUBLIC_KEY` (or `_FILE`): verifies Huifu's answers.
    pub public_key: PublicKey,
    /// `HUIFU_CONNECT_TIMEOUT_MS`: to be connected, TLS included. Past it nothing was sent.
    pub connect_timeout: Duration,
    /// `HUIFU_ANSWER_TIMEOUT_MS`: from being connected to the last byte of the answer. Past it the
    /// outcome is unknown. Huifu's own clients wait 15 to 30 s (huifu-api.md §1); we ask instead.
    pub answer_timeout: Duration,
    /// `HUIFU_MAX_CONNECTIONS`: requests at once, sendings and questions together.
    pub max_connections: usize,
}

/// How withdrawals are sent.
#[derive(Debug, Clone)]
pub struct DispatchSettings {
    /// `CALLBACK_URL`: callback-receiver's public address, told to Huifu with each withdrawal; at
    /// most 128 characters, no query.
    pub callback_url: String,
    /// When an attempt that provably never left is followed by another.
    pub resend: ResendSettings,
    /// [`ReconcileSettings::first_pause`], for the attempts that are opened.
    pub first_query_after: Duration,
}

/// How what provably never left is sent again.
#[derive(Debug, Clone, Copy)]
pub struct ResendSettings {
    /// `RESEND_PAUSE_MS`: before the second attempt; doubles with each that follows.
    pub pause: Duration,
    /// `RESEND_LONGEST_PAUSE_MS`: where the doubling ends.
    pub longest: Duration,
}

impl ResendSettings {
    /// When the next attempt is due after so many.
    pub(crate) fn due_after(self, now: Timestamp, attempts: usize) -> Timestamp {
        let times = u32::try_from(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
        later(now, jittered(doubled(self.pause, times, self.longest)))
    }
}

/// How attempts are asked about.
#[derive(Debug, Clone)]
pub struct ReconcileSettings {
    /// `RECONCILE_FIRST_PAUSE_MS`: from opening an attempt to the first question.
    pub first_pause: Duration,
    /// `RECONCILE_LONGEST_PAUSE_MS`: where the doubling of the pauses ends. There is no last one.
    pub longest_pause: Duration,
    /// `RECONCILE_POLL_MS`: how often we look for attempts that are due.
    pub poll: Duration,
    /// `RECONCILE_BATCH`: attempts claimed, and asked about at once.
    pub batch: i64,
    /// `RECONCILE_CASE_AFTER`: after so many questions an attempt that Huifu does not know, or says
    /// nothing clear about, is a case for a person.
    pub case_after: i32,
    /// `RETURN_CHECK_UNTIL_MS`: for how long after its end a withdrawal is asked about, because a
    /// bank may return the money. When the first question comes is no setting: callback-receiver
    /// plans it too (`contract::withdrawal::return_check`).
    pub return_check_until: Duration,
    /// How long a claim lasts: longer than a question may take.
    pub lease: Duration,
}

impl Settings for DispatcherSettings {
    fn read(env: &mut Env) -> Option<Self> {
        let huifu = HuifuSettings::read(env);
        let callback_url = callback_url(env);
        let resend = ResendSettings::read(env);
        let first_pause = env.or_in(
            "RECONCILE_FIRST_PAUSE_MS",
            ms(30_000),
            ms(1)..=ms(3_600_000),
        );
        let longest_pause = env.or_in(
            "RECONCILE_LONGEST_PAUSE_MS",
            ms(3_600_000),
            ms(1)..=ms(86_400_000),
        );
        let poll = env.or_in("RECONCILE_POLL_MS", ms(1_000), ms(10)..=ms(60_000));
        let batch = env.or_in("RECONCILE_BATCH", 16, 1..=500);
        let case_after = env.or_in("RECONCILE_CASE_AFTER", 5_u32, 1..=1_000_000);
        let return_check_until = env.or_in(
            "RETURN_CHECK_UNTIL_MS",
            return_check::LAST_PAUSE,
            ms(0)..=ms(90 * 86_400_000),
        );
        let onboard = onboard::Read::of(env);
        let balance = BalanceSettings::read(env);
        let statement = statement::Read::of(env);
        let signing = SigningSettings::read(env);
        let (huifu, first_pause) = (huifu?, first_pause?);
        if first_pause <= huifu.answer_timeout {
            return env.refuse(
                "RECONCILE_FIRST_PAUSE_MS",
                "must be longer than HUIFU_ANSWER_TIMEOUT_MS",
            );
        }
        let question = huifu.connect_timeout + huifu.answer_timeout;
        let dispatch = DispatchSettings {
            callback_url: callback_url?,
            resend: resend?,
            first_query_after: first_pause,
        };
        let reconcile = ReconcileSettings {
            first_pause,
            longest_pause: longest_pause?,
            poll: poll?,
            batch: batch?,
            case_after: i32::try_from(case_after?).unwrap_or(i32::MAX),
            return_check_until: return_check_until?,
            // Twice: a batch may have to wait for connections that sendings hold.
            lease: question * 2 + ms(5_000),
        };
        let onboard = onboard.beside(env, &huifu, &dispatch, &reconcile)?;
        let balance = balance?;
        if onboard.concurrency + balance.concurrency >= huifu.max_connections {
            return env.refuse(
                "BALANCE_CONCURRENCY",
                "and ONBOARDING_CONCURRENCY must leave something of HUIFU_MAX_CONNECTIONS",
            );
        }
        Some(Self {
            statement: statement.or_of(&onboard.upper_huifu_id)?,
            signing: signing?,
            onboard,
            balance,
            huifu,
            dispatch,
            reconcile,
        })
    }
}

impl Settings for ResendSettings {
    fn read(env: &mut Env) -> Option<Self> {
        let pause = env.or_in("RESEND_PAUSE_MS", ms(5_000), ms(1)..=ms(3_600_000));
        let longest = env.or_in(
            "RESEND_LONGEST_PAUSE_MS",
            ms(600_000),
            ms(1)..=ms(86_400_000),
        );
        Some(Self {
            pause: pause?,
            longest: longest?,
        })
    }
}

impl Settings for HuifuSettings {
    fn read(env: &mut Env) -> Option<Self> {
        let base_url = base_url(env);
        let sys_id = env.required("HUIFU_SYS_ID");
        let product_id = env.required("HUIFU_PRODUCT_ID");
        let private_key = key(env, "HUIFU_MERCHANT_PRIVATE_KEY", "an RSA private key");
        let public_key = key(env, "HUIFU_PUBLIC_KEY", "an RSA public key");
        let connect_timeout = env.or_in("HUIFU_CONNECT_TIMEOUT_MS", ms(3_000), ms(1)..=ms(60_000));
        let answer_timeout = env.or_in("HUIFU_ANSWER_TIMEOUT_MS", ms(10_000), ms(1)..=ms(120_000));
        let max_connections = env.or_in("HUIFU_MAX_CONNECTIONS", 32, 1..=2_000);
        Some(Self {
            base_url: base_url?,
            caller: Caller {
                sys_id: sys_id?,
                product_id: product_id?,
            },
            private_key: private_key?,
            public_key: public_key?,
            connect_timeout: connect_timeout?,
            answer_timeout: answer_timeout?,
            max_connections: max_connections?,
        })
    }
}

fn base_url(env: &mut Env) -> Option<Url> {
    let url: Url = env.required("HUIFU_BASE_URL")?;
    match url.scheme() {
        "https" => Some(url),
        "http" if is_loopback(&url) => Some(url),
        _ => env.refuse("HUIFU_BASE_URL", "must be https, except on this machine"),
    }
}

fn key<K: std::str::FromStr>(env: &mut Env, name: &'static str, what: &str) -> Option<K> {
    let text: Secret = env.required(name)?;
    match text.expose().parse() {
        Ok(key) => Some(key),
        Err(_) => env.refuse(
            name,
            &format!("must be {what} of 2048 to 4096 bits, PEM or Base64"),
        ),
    }
}

fn callback_url(env: &mut Env) -> Option<String> {
    let url: Url = env.required("CALLBACK_URL")?;
    match check_callback_url(url.as_str()) {
        Ok(()) => Some(url.into()),
        Err(_) => env.refuse(
            "CALLBACK_URL",
            "must be what Huifu calls: at most 128 characters, no query, port 80, 443 or 8000-9005",
        ),
    }
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_wrong_is_reported_at_once_and_no_key_is_repeated() {
        let mut env = Env::new([
            ("HUIFU_BASE_URL", "huifu"),
            ("HUIFU_PRODUCT_ID", "YYZY"),
            ("HUIFU_MERCHANT_PRIVATE_KEY", "MIIhunter2"),
            ("CALLBACK_URL", "https://callback.example/huifu?partner=1"),
            ("RECONCILE_BATCH", "0"),
        ]);
        assert!(DispatcherSettings::read(&mut env).is_none());
        let errors = env.errors().join("\n");
        for name in [
            "HUIFU_BASE_URL",
            "HUIFU_SYS_ID",
            "HUIFU_MERCHANT_PRIVATE_KEY",
            "HUIFU_PUBLIC_KEY",
            "CALLBACK_URL",
            "RECONCILE_BATCH",
        ] {
            assert!(errors.contains(name), "{name} in:\n{errors}");
        }
        assert!(!errors.contains("hunter2"), "{errors}");
    }

    #[test]
    fn names_and_cards_cross_no_network_in_the_clear() {
        let read = |text: &str| {
            let mut env = Env::new([("HUIFU_BASE_URL", text)]);
            base_url(&mut env)
                .map(drop)
                .ok_or_else(|| env.errors().join("\n"))
        };
        for good in [
            "https://api.huifu.com",
            "http://127.0.0.1:7070",
            "http://[::1]:1",
        ] {
            assert_eq!(read(good), Ok(()), "{good}");
        }
        for bad in [
            "http://api.huifu.com",
            "http://huifu-sandbox",
            "ftp://api.huifu.com",
        ] {
            let said = read(bad).unwrap_err();
            assert!(said.contains("HUIFU_BASE_URL must be https"), "{said}");
        }
    }
}
