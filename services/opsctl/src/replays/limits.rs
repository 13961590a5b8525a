//! What every replay job must keep to, as the environment says it.

use contract::money::Fen;
use runtime::settings::Env;
use store::replays::Limits;

use crate::exit::WrongUsage;

/// More letters than one person should send again on their own.
const COUNT: i64 = 1000;

/// 100,000.00 yuan.
const AMOUNT: &str = "100000.00";

/// A message that died so often dies again, unless somebody knows why it should not.
const REPLAYS: i32 = 3;

/// A few seconds of work for partner-notifier: what is live waits no longer than that.
const OUT: u32 = 500;

/// Some megabytes at the broker, and twenty seconds of one quick host: a runner fills it again long
/// before it is empty, so it slows nothing, and a million letters wait in PostgreSQL.
const UNPACED_OUT: u32 = 10_000;

/// `REPLAY_APPROVAL_ABOVE_COUNT`, `REPLAY_APPROVAL_ABOVE_YUAN`, `REPLAY_OUT_AT_MOST` and
/// `REPLAY_UNPACED_OUT_AT_MOST`.
pub(crate) fn limits(env: &mut Env) -> Option<Limits> {
    let count = env.or_in("REPLAY_APPROVAL_ABOVE_COUNT", COUNT, 0..=i64::MAX);
    let yuan = env.or("REPLAY_APPROVAL_ABOVE_YUAN", AMOUNT.to_owned());
    let amount = yuan.and_then(|yuan| match yuan.parse::<Fen>() {
        Ok(amount) => Some(amount),
        Err(_) => env.refuse(
            "REPLAY_APPROVAL_ABOVE_YUAN",
            "must be yuan, such as 100000.00",
        ),
    });
    let out = env.or_in("REPLAY_OUT_AT_MOST", OUT, 1..=100_000);
    let unpaced = env.or_in("REPLAY_UNPACED_OUT_AT_MOST", UNPACED_OUT, 1..=100_000);
    Some(Limits {
        approval_above_count: count?,
        approval_above_amount: amount?,
        replays_most: REPLAYS,
        out_most: i32::try_from(out?).unwrap_or(i32::MAX),
        unpaced_out_most: i32::try_from(unpaced?).unwrap_or(i32::MAX),
    })
}

/// The same, for a command.
pub(crate) fn limits_of_process() -> Result<Limits, WrongUsage> {
    let mut env = Env::of_process();
    let limits = limits(&mut env);
    limits.ok_or_else(|| WrongUsage(env.errors().join("; ")))
}
