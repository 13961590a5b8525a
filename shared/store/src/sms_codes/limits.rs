//! How many codes may be sent: to one user, and for one address.
//!
//! They are counted here and not in a process, so that all replicas share them. Whoever counts
//! holds the user's row and a lock on the address: two tabs cannot both be the fifth.

use std::time::Duration;

use jiff::Timestamp;
use tokio_postgres::types::ToSql;

use super::{CodeState, NewCode};
use crate::{StoreError, Transaction};

const LOCK_USER: &str = "\
-- sms_codes.lock_user
select htouhui_user_id from users where htouhui_user_id = $1 for no key update";

/// Always after the user's row, so that nobody waits in a circle.
const LOCK_CLIENT: &str = "\
-- sms_codes.lock_client
select pg_advisory_xact_lock(hashtextextended($1, 0))";

/// When the newest, and the nth newest, is old enough. What was not sent counts for its own short
/// pause alone.
const NOT_BEFORE: &str = "\
-- sms_codes.not_before
select greatest(
    (select max(created_at) + $4::float8 * interval '1 second'
       from sms_codes
      where htouhui_user_id = $1 and state <> 'not_sent'),
    (select max(created_at) + $5::float8 * interval '1 second'
       from sms_codes
      where htouhui_user_id = $1 and state = 'not_sent'),
    (select created_at + interval '1 hour'
       from sms_codes
      where htouhui_user_id = $1 and state <> 'not_sent'
        and created_at > $3::timestamptz - interval '1 hour'
      order by created_at desc
     offset $6::bigint - 1 limit 1),
    (select created_at + interval '24 hours'
       from sms_codes
      where htouhui_user_id = $1 and state <> 'not_sent'
        and created_at > $3::timestamptz - interval '24 hours'
      order by created_at desc
     offset $7::bigint - 1 limit 1),
    (select created_at + interval '1 hour'
       from sms_codes
      where client_digest = $2 and state <> 'not_sent'
        and created_at > $3::timestamptz - interval '1 hour'
      order by created_at desc
     offset $8::bigint - 1 limit 1)) as not_before";

const INSERT: &str = "\
-- sms_codes.insert
insert into sms_codes (id, htouhui_user_id, withdrawal_id, purpose, code_digest, session_digest,
                       client_digest, state, expires_at, created_at, updated_at, updated_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11)";

/// How many codes may be sent.
#[derive(Debug, Clone, Copy)]
pub struct SendLimits {
    /// Between two to the same user.
    pub pause: Duration,
    /// After one that was not sent.
    pub pause_after_not_sent: Duration,
    /// To one user within an hour.
    pub user_per_hour: i64,
    /// To one user within 24 hours.
    pub user_per_day: i64,
    /// For one address within an hour, to whomever.
    pub client_per_hour: i64,
}

/// Whether a code may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Issued {
    /// Commit, then send it.
    Written,
    /// Nothing was written: not before then.
    NotBefore(Timestamp),
}

/// Writes a code down, unless too many were sent. Commit before sending.
pub async fn issue(
    tx: &Transaction<'_>,
    now: Timestamp,
    code: &NewCode<'_>,
    limits: &SendLimits,
) -> Result<Issued, StoreError> {
    tx.query(LOCK_USER, &[&code.bearer.user.as_str()]).await?;
    tx.query(LOCK_CLIENT, &[&code.client_digest]).await?;
    if let Some(at) = not_before(tx, now, code, limits)
        .await?
        .filter(|at| *at > now)
    {
        return Ok(Issued::NotBefore(at));
    }
    let parameters: [&(dyn ToSql + Sync); 11] = [
        &code.id,
        &code.bearer.user.as_str(),
        &code.bearer.withdrawal.as_str(),
        &code.bearer.purpose.as_str(),
        &code.code_digest,
        &code.bearer.session_digest,
        &code.client_digest,
        &CodeState::Issued.as_str(),
        &code.expires_at,
        &now,
        &tx.name(),
    ];
    tx.execute(INSERT, &parameters).await?;
    Ok(Issued::Written)
}

async fn not_before(
    tx: &Transaction<'_>,
    now: Timestamp,
    code: &NewCode<'_>,
    limits: &SendLimits,
) -> Result<Option<Timestamp>, StoreError> {
    let pause = limits.pause.as_secs_f64();
    let after_not_sent = limits.pause_after_not_sent.as_secs_f64();
    let parameters: [&(dyn ToSql + Sync); 8] = [
        &code.bearer.user.as_str(),
        &code.client_digest,
        &now,
        &pause,
        &after_not_sent,
        &limits.user_per_hour,
        &limits.user_per_day,
        &limits.client_per_hour,
    ];
    let row = tx.query_one(NOT_BEFORE, &parameters).await?;
    Ok(row.try_get("not_before")?)
}
