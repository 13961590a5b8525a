//! Where a user can be reached: a mobile number, sealed, with the four digits that may be read.
//!
//! This crate has no key: whoever has one seals and opens (`runtime::mobile`).

use contract::ids::HtouhuiUserId;
use jiff::Timestamp;

use crate::row::parsed;
use crate::{Connection, StoreError, Transaction};

/// A code that went to another number is good for nothing any more.
const SET_MOBILE: &str = "\
-- users.set_mobile
with replaced as (
    update sms_codes
       set state = 'replaced', updated_at = $4, updated_by = $5
     where htouhui_user_id = $1 and state in ('issued', 'sent'))
update users
   set mobile_sealed = $2, mobile_tail = $3, updated_at = $4, updated_by = $5
 where htouhui_user_id = $1";

const SEALED_MOBILE: &str = "\
-- users.sealed_mobile
select mobile_sealed from users where htouhui_user_id = $1";

const MOBILES_TO_RESEAL: &str = "\
-- users.mobiles_to_reseal
select htouhui_user_id, mobile_sealed
  from users
 where htouhui_user_id > $1 and not starts_with(mobile_sealed, $2)
 order by htouhui_user_id
 limit $3
   for update";

const RESEAL_MOBILE: &str = "\
-- users.reseal_mobile
update users
   set mobile_sealed = $2, updated_at = $3, updated_by = $4
 where htouhui_user_id = $1";

const MOBILES_BY_KEY: &str = "\
-- users.mobiles_by_key
select split_part(mobile_sealed, '.', 2) as key_id, count(*) as count
  from users
 where mobile_sealed is not null
 group by key_id
 order by key_id";

/// A number as it is kept. Its `Debug` is of use to nobody who has no key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedMobile {
    /// The number, sealed.
    pub sealed: String,
    /// Its last four digits.
    pub tail: String,
}

/// Registers a number, the first or another one. `false` if there is no such user.
pub async fn set(
    tx: &Transaction<'_>,
    now: Timestamp,
    user: &HtouhuiUserId,
    mobile: &SealedMobile,
) -> Result<bool, StoreError> {
    tx.execute(
        SET_MOBILE,
        &[
            &user.as_str(),
            &mobile.sealed,
            &mobile.tail,
            &now,
            &tx.name(),
        ],
    )
    .await
    .map(|set| set == 1)
}

/// The user's number, sealed; `None` if none is registered, or there is no such user.
pub async fn sealed(
    connection: &Connection,
    user: &HtouhuiUserId,
) -> Result<Option<String>, StoreError> {
    match connection
        .query_opt(SEALED_MOBILE, &[&user.as_str()])
        .await?
    {
        Some(row) => Ok(row.try_get("mobile_sealed")?),
        None => Ok(None),
    }
}

/// The next numbers behind `after` that do not begin with `current_prefix`; their rows are locked.
pub async fn to_reseal(
    tx: &Transaction<'_>,
    current_prefix: &str,
    after: Option<&HtouhuiUserId>,
    limit: i64,
) -> Result<Vec<(HtouhuiUserId, String)>, StoreError> {
    let after = after.map_or("", HtouhuiUserId::as_str);
    let rows = tx
        .query(MOBILES_TO_RESEAL, &[&after, &current_prefix, &limit])
        .await?;
    let mobiles = rows.iter().map(|row| {
        Ok((
            parsed(row, "htouhui_user_id")?,
            row.try_get("mobile_sealed")?,
        ))
    });
    mobiles.collect()
}

/// Puts the same number back under another key.
pub async fn reseal(
    tx: &Transaction<'_>,
    now: Timestamp,
    user: &HtouhuiUserId,
    sealed: &str,
) -> Result<(), StoreError> {
    tx.execute(RESEAL_MOBILE, &[&user.as_str(), &sealed, &now, &tx.name()])
        .await
        .map(drop)
}

/// How many numbers lie under each key, by the key's name.
pub async fn by_key(connection: &Connection) -> Result<Vec<(String, i64)>, StoreError> {
    let rows = connection.query(MOBILES_BY_KEY, &[]).await?;
    let counts = rows
        .iter()
        .map(|row| Ok((row.try_get("key_id")?, row.try_get("count")?)));
    counts.collect()
}
