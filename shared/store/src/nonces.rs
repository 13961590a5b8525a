//! Nonces that partners used, each once.

use contract::ids::PartnerId;
use jiff::Timestamp;

use crate::{Connection, StoreError, Transaction};

const USE: &str = "\
-- nonces.use
insert into nonces (partner_id, nonce, expires_at, created_at)
values ($1, $2, $3, $4)
on conflict on constraint nonce_used_once do nothing";

const IS_USED: &str = "\
-- nonces.is_used
select exists(select from nonces where partner_id = $1 and nonce = $2) as used";

const FORGET_EXPIRED: &str = "\
-- nonces.forget_expired
delete from nonces
 where ctid = any(array(select ctid from nonces where expires_at <= $1 limit $2
                          for update skip locked))";

/// Uses a nonce up; `false` means that this partner used it before.
pub async fn use_once(
    tx: &Transaction<'_>,
    now: Timestamp,
    partner: &PartnerId,
    nonce: &str,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx
        .execute(USE, &[&partner.as_str(), &nonce, &expires_at, &now])
        .await?
        == 1)
}

/// Whether this partner used a nonce before, as far as that is remembered.
pub async fn is_used(
    connection: &Connection,
    partner: &PartnerId,
    nonce: &str,
) -> Result<bool, StoreError> {
    let row = connection
        .query_opt(IS_USED, &[&partner.as_str(), &nonce])
        .await?;
    row.map_or(Ok(false), |row| Ok(row.try_get("used")?))
}

/// Forgets at most `limit` nonces whose time has passed, and answers how many.
pub async fn forget_expired(
    tx: &Transaction<'_>,
    now: Timestamp,
    limit: i64,
) -> Result<u64, StoreError> {
    tx.execute(FORGET_EXPIRED, &[&now, &limit]).await
}
