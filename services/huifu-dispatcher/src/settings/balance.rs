//! How balances are asked for.

use std::time::Duration;

use contract::huifu::operations::DEFAULT_DM_QUOTA_FIELD;
use runtime::settings::{Env, Settings};

use super::ms;

/// How balances are asked for.
#[derive(Debug, Clone)]
pub struct BalanceSettings {
    /// `BALANCE_CONCURRENCY`: questions about balances at once; what is left of
    /// `HUIFU_MAX_CONNECTIONS` is for withdrawals.
    pub concurrency: usize,
    /// `BALANCE_TIMEOUT_MS`: for the answer about one user, DM's quota included. Somebody is
    /// looking at a page meanwhile, which does without when it takes longer.
    pub timeout: Duration,
    /// `HUIFU_DM_QUOTA_FIELD`: what the quota is called in Huifu's answer.
    pub dm_quota_field: String,
}

impl Settings for BalanceSettings {
    fn read(env: &mut Env) -> Option<Self> {
        let concurrency = env.or_in("BALANCE_CONCURRENCY", 8, 1..=2_000);
        let timeout = env.or_in("BALANCE_TIMEOUT_MS", ms(3_000), ms(1)..=ms(60_000));
        let default = DEFAULT_DM_QUOTA_FIELD.to_owned();
        let dm_quota_field = env.or("HUIFU_DM_QUOTA_FIELD", default);
        Some(Self {
            concurrency: concurrency?,
            timeout: timeout?,
            dm_quota_field: dm_quota_field?,
        })
    }
}
