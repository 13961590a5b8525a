//! Users, with their cards, what each cash type costs them, where codes go, and the tries at their
//! password.
//!
//! A try is counted **before** the password is checked: were it counted afterwards, a hundred
//! guesses sent at once would all pass while the count still says zero.

pub mod cards;
pub mod cash_rules;
pub mod mobile;
mod password;

use contract::application::SubjectKind;
use contract::ids::{HtouhuiUserId, HuifuId, PartnerId, ThirdPartyUserId};
use jiff::Timestamp;
use tokio_postgres::Row;

use crate::row::{named, parsed};
use crate::{Connection, StoreError, Transaction};

pub use cards::{Card, NewCard};
pub use mobile::SealedMobile;
pub use password::{LockPolicy, PasswordTry, begin_password_try, password_was_right, set_password};

const FIND: &str = "\
-- users.find
select htouhui_user_id, partner_id, third_party_user_id, huifu_id, kind,
       password_hash is not null as has_password, locked_until, mobile_tail
  from users
 where htouhui_user_id = $1";

const FIND_AT_PARTNER: &str = "\
-- users.find_at_partner
select htouhui_user_id, partner_id, third_party_user_id, huifu_id, kind,
       password_hash is not null as has_password, locked_until, mobile_tail
  from users
 where partner_id = $1 and third_party_user_id = $2";

const LIST: &str = "\
-- users.list
select htouhui_user_id, partner_id, third_party_user_id, huifu_id, kind,
       password_hash is not null as has_password, locked_until, mobile_tail
  from users
 where ($1::text is null or partner_id = $1)
 order by htouhui_user_id
 limit $2";

const ADD: &str = "\
-- users.add
insert into users (htouhui_user_id, partner_id, third_party_user_id, huifu_id, kind, password_hash,
                   created_at, updated_at, updated_by)
values ($1, $2, $3, $4, $5, $6, $7, $7, $8)";

/// A user who may withdraw.
#[derive(Debug, Clone)]
pub struct User {
    /// In our words.
    pub htouhui_user_id: HtouhuiUserId,
    /// Through which partner.
    pub partner_id: PartnerId,
    /// In that partner's words.
    pub third_party_user_id: ThirdPartyUserId,
    /// Whose account at Huifu.
    pub huifu_id: HuifuId,
    /// As what Huifu knows them.
    pub kind: SubjectKind,
    /// Whether a transaction password has been set.
    pub has_password: bool,
    /// Until when the password is locked; may lie in the past.
    pub locked_until: Option<Timestamp>,
    /// The last four digits of the mobile number, if one is registered.
    pub mobile_tail: Option<String>,
}

/// A user about to be added.
#[derive(Debug, Clone)]
pub struct NewUser<'a> {
    /// In our words.
    pub htouhui_user_id: &'a HtouhuiUserId,
    /// Through which partner.
    pub partner_id: &'a PartnerId,
    /// In that partner's words.
    pub third_party_user_id: &'a ThirdPartyUserId,
    /// Whose account at Huifu.
    pub huifu_id: &'a HuifuId,
    /// As what Huifu knows them.
    pub kind: SubjectKind,
    /// The password's argon2id hash in PHC form.
    pub password_hash: Option<&'a str>,
}

/// The user with this id, whichever partner's; the caller compares the partner.
pub async fn find(connection: &Connection, id: &HtouhuiUserId) -> Result<Option<User>, StoreError> {
    let row = connection.query_opt(FIND, &[&id.as_str()]).await?;
    row.as_ref().map(from_row).transpose()
}

/// The user whom this partner knows by this id.
pub async fn find_at_partner(
    connection: &Connection,
    partner: &PartnerId,
    third_party_user_id: &ThirdPartyUserId,
) -> Result<Option<User>, StoreError> {
    let (partner, user) = (partner.as_str(), third_party_user_id.as_str());
    let row = connection
        .query_opt(FIND_AT_PARTNER, &[&partner, &user])
        .await?;
    row.as_ref().map(from_row).transpose()
}

/// Users in the order of their ids: of one partner, or of all.
pub async fn list(
    connection: &Connection,
    partner: Option<&PartnerId>,
    limit: i64,
) -> Result<Vec<User>, StoreError> {
    let partner = partner.map(PartnerId::as_str);
    let rows = connection.query(LIST, &[&partner, &limit]).await?;
    rows.iter().map(from_row).collect()
}

/// Adds a user. Refused by `users_pkey`, `user_unique_at_partner`, `users_partner_id_fkey`.
pub async fn add(
    tx: &Transaction<'_>,
    now: Timestamp,
    user: &NewUser<'_>,
) -> Result<(), StoreError> {
    tx.execute(
        ADD,
        &[
            &user.htouhui_user_id.as_str(),
            &user.partner_id.as_str(),
            &user.third_party_user_id.as_str(),
            &user.huifu_id.as_str(),
            &user.kind.as_str(),
            &user.password_hash,
            &now,
            &tx.name(),
        ],
    )
    .await
    .map(drop)
}

fn from_row(row: &Row) -> Result<User, StoreError> {
    Ok(User {
        htouhui_user_id: parsed(row, "htouhui_user_id")?,
        partner_id: parsed(row, "partner_id")?,
        third_party_user_id: parsed(row, "third_party_user_id")?,
        huifu_id: parsed(row, "huifu_id")?,
        kind: named(row, "kind", SubjectKind::from_name)?,
        has_password: row.try_get("has_password")?,
        locked_until: row.try_get("locked_until")?,
        mobile_tail: row.try_get("mobile_tail")?,
    })
}
