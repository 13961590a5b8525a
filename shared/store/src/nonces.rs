//! Nonces that partners used, each once.

use contract::ids::PartnerId;
use jiff::Timestamp;

use crate::{StoreError, Transaction};

const USE: &str = "\
-- nonces.use
insert into nonces (partner_id, nonce, expires_at, created_at)
values ($1, $2, $3, $4)
on conflict on constraint nonce_used_once do nothing";

const FORGET_EXPIRED: &str = "\
-- nonces.forget_expired
delete from nonces
 where ctid = any(array(select ctid from nonces where expires_at <= $1 limit $2))";

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

/// Forgets at most `limit` nonces whose time has passed, and answers how many.
pub async fn forget_expired(
    tx: &Transaction<'_>,
    now: Timestamp,
    limit: i64,
) -> Result<u64, StoreError> {
    tx.execute(FORGET_EXPIRED, &[&now, &limit]).await
}
