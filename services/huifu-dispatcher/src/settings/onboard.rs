//! How applications are sent and asked about.

use contract::huifu::operations::check_onboarding_url;
use contract::ids::HuifuId;
use runtime::data_keys::DataKeys;
use runtime::settings::Env;
use url::Url;

use super::{DispatchSettings, HuifuSettings, ReconcileSettings, ResendSettings, ms};

/// How applications are sent and asked about. The pauses are those of withdrawals.
#[derive(Debug, Clone)]
pub struct OnboardSettings {
    /// `DATA_KEYS` (or `_FILE`): open what partners sent in, at sending time and nowhere else.
    pub data_keys: DataKeys,
    /// `HUIFU_UPPER_HUIFU_ID`: the channel that merchants and users belong to; `HUIFU_SYS_ID`
    /// unless it is set. At most 18 characters.
    pub upper_huifu_id: HuifuId,
    /// `ONBOARDING_CALLBACK_URL`: callback-receiver's public address for reviews, told to Huifu
    /// with each step; at most 120 characters, no query.
    pub callback_url: String,
    /// `ONBOARDING_CONCURRENCY`: requests about applications at once, pictures and questions
    /// included; what is left of `HUIFU_MAX_CONNECTIONS` is for withdrawals.
    pub concurrency: usize,
    /// As for withdrawals: when a step or a picture that did not arrive is sent again.
    pub resend: ResendSettings,
    /// How attempts at steps are asked about: with the pauses of withdrawals, as many at once as
    /// there may be requests.
    pub ask: ReconcileSettings,
}

/// What the environment says, before it is put beside the other sections.
pub(super) struct Read {
    data_keys: Option<DataKeys>,
    upper_huifu_id: Option<Option<String>>,
    callback_url: Option<String>,
    concurrency: Option<usize>,
}

impl Read {
    pub(super) fn of(env: &mut Env) -> Self {
        Self {
            data_keys: DataKeys::read(env),
            upper_huifu_id: env.optional("HUIFU_UPPER_HUIFU_ID"),
            callback_url: callback_url(env),
            concurrency: env.or_in("ONBOARDING_CONCURRENCY", 4, 1..=2_000),
        }
    }

    pub(super) fn beside(
        self,
        env: &mut Env,
        huifu: &HuifuSettings,
        dispatch: &DispatchSettings,
        reconcile: &ReconcileSettings,
    ) -> Option<OnboardSettings> {
        let channel = self.upper_huifu_id?;
        let channel = channel.as_deref().unwrap_or(&huifu.caller.sys_id);
        let channel = upper_huifu_id(env, channel);
        let concurrency = self.concurrency?;
        if concurrency >= huifu.max_connections {
            return env.refuse(
                "ONBOARDING_CONCURRENCY",
                "must be less than HUIFU_MAX_CONNECTIONS, or nothing is left for withdrawals",
            );
        }
        let request = huifu.connect_timeout + huifu.answer_timeout;
        Some(OnboardSettings {
            data_keys: self.data_keys?,
            upper_huifu_id: channel?,
            callback_url: self.callback_url?,
            concurrency,
            resend: dispatch.resend,
            ask: ReconcileSettings {
                batch: i64::try_from(concurrency).unwrap_or(i64::MAX),
                // Two questions, each of which may have to wait for a sending or an upload.
                lease: request * 4 + ms(5_000),
                ..reconcile.clone()
            },
        })
    }
}

/// Onboarding takes 18 characters where everything else takes 32 (huifu-api.md §3.7).
fn upper_huifu_id(env: &mut Env, text: &str) -> Option<HuifuId> {
    match text.parse() {
        Ok(id) if text.len() <= 18 => Some(id),
        Ok(_) | Err(_) => env.refuse(
            "HUIFU_UPPER_HUIFU_ID",
            "must be a huifu_id of at most 18 characters; HUIFU_SYS_ID is taken without it",
        ),
    }
}

fn callback_url(env: &mut Env) -> Option<String> {
    let url: Url = env.required("ONBOARDING_CALLBACK_URL")?;
    match check_onboarding_url(url.as_str()) {
        Ok(()) => Some(url.into()),
        Err(_) => env.refuse(
            "ONBOARDING_CALLBACK_URL",
            "must be what Huifu calls: at most 120 characters, no query, port 80, 443 or 8000-9005",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::DispatcherSettings;
    use super::*;
    use runtime::settings::Settings as _;

    fn errors(changed: &[(&'static str, &str)]) -> Vec<String> {
        let mut env = Env::new(changed.iter().map(|(name, value)| (*name, *value)));
        assert!(DispatcherSettings::read(&mut env).is_none());
        let of_onboarding = |error: &&String| {
            ["DATA_KEYS", "ONBOARDING", "UPPER"]
                .iter()
                .any(|name| error.contains(name))
        };
        env.errors().iter().filter(of_onboarding).cloned().collect()
    }

    #[test]
    fn what_is_missing_is_named_and_no_key_is_repeated() {
        let wrong = errors(&[
            ("DATA_KEYS", "one:hunter2"),
            ("ONBOARDING_CALLBACK_URL", "https://callback.example/?a=b"),
            ("ONBOARDING_CONCURRENCY", "0"),
        ]);
        assert_eq!(wrong.len(), 3, "{wrong:?}");
        assert!(!wrong.join(" ").contains("hunter2"), "{wrong:?}");
    }
}
