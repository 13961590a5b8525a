//! Tries at the transaction password: counted, and locked for a time that grows.

use std::time::Duration;

use contract::ids::HtouhuiUserId;
use jiff::Timestamp;
use tokio_postgres::types::ToSql;

use crate::{StoreError, Transaction};

/// Counts a try unless the password is locked. The try that uses up the allowance locks at once, so
/// that no other try can slip in while this one is being checked; a right password lifts the lock.
const BEGIN_PASSWORD_TRY: &str = "\
-- users.begin_password_try
update users
   set password_failures = (password_failures % $3) + 1,
       password_locks = password_locks + case when password_failures % $3 + 1 = $3 then 1 else 0 end,
       locked_until = case when password_failures % $3 + 1 = $3
           then $2::timestamptz
                + least($4::float8 * power(2, least(password_locks, 30)), $5::float8) * interval '1 second'
       end,
       updated_at = $2,
       updated_by = $6
 where htouhui_user_id = $1
   and password_hash is not null
   and (locked_until is null or locked_until <= $2)
returning password_hash, password_failures, locked_until";

const LOCKED_UNTIL: &str = "\
-- users.locked_until
select locked_until from users where htouhui_user_id = $1 and password_hash is not null";

const PASSWORD_WAS_RIGHT: &str = "\
-- users.password_was_right
update users
   set password_failures = 0, password_locks = 0, locked_until = null, updated_at = $2, updated_by = $3
 where htouhui_user_id = $1";

const SET_PASSWORD: &str = "\
-- users.set_password
update users
   set password_hash = $2, password_failures = 0, password_locks = 0, locked_until = null,
       updated_at = $3, updated_by = $4
 where htouhui_user_id = $1";

/// How many tries there are, and how long a lock lasts.
#[derive(Debug, Clone, Copy)]
pub struct LockPolicy {
    /// Wrong tries until the password is locked.
    pub tries: i32,
    /// The length of the first lock; each further one in a row lasts twice as long.
    pub first_lock: Duration,
    /// The length that no lock exceeds.
    pub longest_lock: Duration,
}

/// What a try meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordTry {
    /// Check the password against this hash.
    Check {
        /// argon2id in PHC form.
        hash: String,
        /// Tries left if this one is wrong.
        tries_left: i32,
        /// Until when it is locked if this one is wrong.
        locked_until: Option<Timestamp>,
    },
    /// Do not check anything before then.
    Locked(Timestamp),
    /// No password has been set.
    Unset,
}

/// Between a refusal to count and the look at the reason, a right password elsewhere may lift the
/// lock; then the try is counted after all.
const LOOKS: u32 = 3;

/// Counts a try at the password and says what to check. Commit before checking.
pub async fn begin_password_try(
    tx: &Transaction<'_>,
    now: Timestamp,
    user: &HtouhuiUserId,
    policy: LockPolicy,
) -> Result<PasswordTry, StoreError> {
    for _ in 0..LOOKS {
        if let Some(counted) = count_try(tx, now, user, policy).await? {
            return Ok(counted);
        }
        let Some(row) = tx.query_opt(LOCKED_UNTIL, &[&user.as_str()]).await? else {
            return Ok(PasswordTry::Unset);
        };
        let until: Option<Timestamp> = row.try_get(0)?;
        if let Some(until) = until.filter(|until| *until > now) {
            return Ok(PasswordTry::Locked(until));
        }
    }
    Ok(PasswordTry::Locked(now))
}

async fn count_try(
    tx: &Transaction<'_>,
    now: Timestamp,
    user: &HtouhuiUserId,
    policy: LockPolicy,
) -> Result<Option<PasswordTry>, StoreError> {
    let first = policy.first_lock.as_secs_f64();
    let longest = policy.longest_lock.as_secs_f64();
    let parameters: [&(dyn ToSql + Sync); 6] = [
        &user.as_str(),
        &now,
        &policy.tries,
        &first,
        &longest,
        &tx.name(),
    ];
    let Some(row) = tx.query_opt(BEGIN_PASSWORD_TRY, &parameters).await? else {
        return Ok(None);
    };
    let failures: i32 = row.try_get("password_failures")?;
    Ok(Some(PasswordTry::Check {
        hash: row.try_get("password_hash")?,
        tries_left: policy.tries - failures,
        locked_until: row.try_get("locked_until")?,
    }))
}

/// Forgets the tries: the password was right.
pub async fn password_was_right(
    tx: &Transaction<'_>,
    now: Timestamp,
    user: &HtouhuiUserId,
) -> Result<(), StoreError> {
    tx.execute(PASSWORD_WAS_RIGHT, &[&user.as_str(), &now, &tx.name()])
        .await
        .map(drop)
}

/// Sets the password, the first or another one, and forgets the tries at the one before. `false` if
/// there is no such user.
pub async fn set_password(
    tx: &Transaction<'_>,
    now: Timestamp,
    user: &HtouhuiUserId,
    hash: &str,
) -> Result<bool, StoreError> {
    tx.execute(SET_PASSWORD, &[&user.as_str(), &hash, &now, &tx.name()])
        .await
        .map(|set| set == 1)
}
