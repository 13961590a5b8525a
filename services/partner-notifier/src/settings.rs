//! What partner-notifier is told by its environment, besides what every service is told.

use std::num::NonZeroU32;
use std::time::Duration;

use contract::partner::url::LoopbackHttp;
use runtime::data_keys::DataKeys;
use runtime::settings::{Env, Settings, SigningSettings};
use store::lanes::Policy;

use crate::retry_schedule::RetrySchedule;

/// Its settings.
#[derive(Debug, Clone)]
pub struct NotifierSettings {
    /// `SIGNING_KEY` and `SIGNING_KEY_ID`: what signs notices.
    pub signing: SigningSettings,
    /// `DATA_KEYS`: what opens the secrets of partners that want the Standard Webhooks headers.
    pub data_keys: DataKeys,
    /// `NOTICE_SCHEDULE_MS` and `NOTICE_JITTER_PERCENT`: the pauses after each failure.
    pub schedule: RetrySchedule,
    /// `NOTICE_CONNECT_TIMEOUT_MS`: to be connected, TLS included.
    pub connect_timeout: Duration,
    /// `NOTICE_TIMEOUT_MS`: for one sending as a whole.
    pub timeout: Duration,
    /// `NOTICE_MAX_ANSWER_BYTES`: how much of an answer is read; `success` has seven.
    pub max_answer_bytes: usize,
    /// `NOTICE_PARTNER_CONCURRENCY`: sendings to one partner at once.
    pub partner_concurrency: usize,
    /// `NOTICE_SLOW_PARTNER_CONCURRENCY`: the same for a host that takes longer than a second.
    pub slow_partner_concurrency: usize,
    /// `NOTICE_PARTNER_RATE`: sendings to one host each second, and at once after a rest.
    pub partner_rate: NonZeroU32,
    /// `NOTICE_LANE_FAILURES`, `NOTICE_PROBE_MS` and `NOTICE_LONGEST_PROBE_MS`: when nothing more
    /// is sent to a host, and how often it is tried.
    pub breaker: Policy,
    /// `ALLOW_LOOPBACK_HTTP`: whether partners may live on this machine, for tests and the demo.
    pub loopback: LoopbackHttp,
}

impl Settings for NotifierSettings {
    fn read(env: &mut Env) -> Option<Self> {
        let signing = SigningSettings::read(env);
        let data_keys = DataKeys::read(env);
        let schedule = schedule(env);
        let connect_timeout = env.or_in(
            "NOTICE_CONNECT_TIMEOUT_MS",
            Duration::from_secs(3),
            ms(1)..=ms(60_000),
        );
        // Best shorter than SHUTDOWN_GRACE_MS: a service told to stop can then still record what
        // the partner answered. It is not demanded. What the end of the grace cuts off is sent
        // again later, so a partner may hear it twice, which it must bear anyway.
        let timeout = env.or_in(
            "NOTICE_TIMEOUT_MS",
            Duration::from_secs(10),
            ms(1)..=ms(120_000),
        );
        let max_answer_bytes = env.or_in("NOTICE_MAX_ANSWER_BYTES", 4096, 16..=1_048_576);
        // Half of CONSUMER_CONCURRENCY's default: one partner never has all of the consumer.
        let partner_concurrency = env.or_in("NOTICE_PARTNER_CONCURRENCY", 16, 1..=2000);
        let slow_partner_concurrency = env.or_in("NOTICE_SLOW_PARTNER_CONCURRENCY", 2, 1..=2000);
        // A guard against floods, not a promise: quick partners take several hundred a second.
        let partner_rate = env.or_in("NOTICE_PARTNER_RATE", 500, 1..=100_000);
        let breaker = breaker(env);
        let loopback = env.or("ALLOW_LOOPBACK_HTTP", false);
        Some(Self {
            signing: signing?,
            data_keys: data_keys?,
            schedule: schedule?,
            connect_timeout: connect_timeout?,
            timeout: timeout?,
            max_answer_bytes: max_answer_bytes?,
            partner_concurrency: partner_concurrency?,
            slow_partner_concurrency: slow_partner_concurrency?,
            partner_rate: NonZeroU32::new(partner_rate?)?,
            breaker: breaker?,
            loopback: if loopback? {
                LoopbackHttp::Allowed
            } else {
                LoopbackHttp::Refused
            },
        })
    }
}

/// Five in a row: one notice that fails by itself has its first five tries in four minutes, and a
/// host that is down has that many after its first five notices.
fn breaker(env: &mut Env) -> Option<Policy> {
    let failures = env.or_in("NOTICE_LANE_FAILURES", 5_u16, 1..=1000);
    let first_pause = env.or_in(
        "NOTICE_PROBE_MS",
        Duration::from_secs(15),
        ms(1)..=ms(3_600_000),
    );
    let longest_pause = env.or_in(
        "NOTICE_LONGEST_PROBE_MS",
        Duration::from_secs(300),
        ms(1)..=ms(3_600_000),
    );
    Some(Policy {
        failures: failures?.into(),
        first_pause: first_pause?,
        longest_pause: longest_pause?,
    })
}

fn schedule(env: &mut Env) -> Option<RetrySchedule> {
    let pauses = env.or("NOTICE_SCHEDULE_MS", RetrySchedule::default_pauses());
    let jitter = env.or_in("NOTICE_JITTER_PERCENT", 10, 0..=100);
    let (pauses, jitter) = (pauses?, jitter?);
    if pauses.len() > RetrySchedule::MOST_PAUSES
        || pauses
            .iter()
            .any(|pause| *pause > RetrySchedule::LONGEST_PAUSE)
    {
        return env.refuse(
            "NOTICE_SCHEDULE_MS",
            "must have at most 100 pauses of at most 24 hours",
        );
    }
    Some(RetrySchedule::new(pauses, jitter))
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_named_at_once_and_no_value_is_repeated() {
        let mut env = Env::new([
            ("SIGNING_KEY", "hunter2"),
            ("NOTICE_SCHEDULE_MS", "15000,soon"),
            ("NOTICE_TIMEOUT_MS", "0"),
        ]);
        assert!(NotifierSettings::read(&mut env).is_none());
        let errors = env.errors().join("\n");
        for name in [
            "SIGNING_KEY must",
            "SIGNING_KEY_ID is not set",
            "DATA_KEYS is not set",
            "NOTICE_SCHEDULE_MS must",
            "NOTICE_TIMEOUT_MS must",
        ] {
            assert!(errors.contains(name), "{name} in:\n{errors}");
        }
        assert!(!errors.contains("hunter2"));
    }

    #[test]
    fn a_pause_of_more_than_a_day_is_refused() {
        let mut env = Env::new([("NOTICE_SCHEDULE_MS", "86400001")]);
        assert!(schedule(&mut env).is_none());
    }
}
