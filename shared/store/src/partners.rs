//! Partners, the hosts their addresses may point to, and their public keys.

use contract::enumeration;
use contract::ids::{KeyId, PartnerId};
use jiff::Timestamp;

use crate::row::{named, parsed};
use crate::{Connection, StoreError, Transaction};

const FIND: &str = "\
-- partners.find
select id, name, state,
       array(select host from partner_hosts where partner_id = partners.id order by host) as hosts
  from partners
 where id = $1";

const LIST: &str = "\
-- partners.list
select id, name, state,
       array(select host from partner_hosts where partner_id = partners.id order by host) as hosts
  from partners
 order by id
 limit $1";

const KEYS: &str = "\
-- partners.keys
select key_id, spki, fingerprint, not_before, retired_at
  from partner_keys
 where partner_id = $1
 order by not_before desc, key_id
 limit 100";

const ADD: &str = "\
-- partners.add
insert into partners (id, name, state, created_at, updated_at, updated_by)
values ($1, $2, 'active', $3, $3, $4)";

const ADD_HOST: &str = "\
-- partners.add_host
insert into partner_hosts (partner_id, host, created_at, updated_at, updated_by)
values ($1, $2, $3, $3, $4)
on conflict do nothing";

const ADD_KEY: &str = "\
-- partners.add_key
insert into partner_keys (partner_id, key_id, spki, fingerprint, not_before, created_at, updated_at, updated_by)
values ($1, $2, $3, $4, $5, $6, $6, $7)";

const RETIRE_KEY: &str = "\
-- partners.retire_key
update partner_keys
   set retired_at = $3, updated_at = $4, updated_by = $5
 where partner_id = $1 and key_id = $2 and retired_at is null";

enumeration! {
    /// Whether a partner may ask for withdrawals.
    pub enum PartnerState {
        /// Yes.
        Active => "active",
        /// No; what it asked for before goes on.
        Suspended => "suspended",
    }
}

/// A partner.
#[derive(Debug, Clone)]
pub struct Partner {
    /// Given at registration.
    pub id: PartnerId,
    /// For people.
    pub name: String,
    /// Whether it may ask for withdrawals.
    pub state: PartnerState,
    /// Where its addresses may point to, lower case and without a port.
    pub hosts: Vec<String>,
}

/// A public key of a partner.
#[derive(Debug, Clone)]
pub struct PartnerKey {
    /// Its name.
    pub key_id: KeyId,
    /// The key: DER of a `SubjectPublicKeyInfo`.
    pub spki: Vec<u8>,
    /// SHA-256 of that, in hex.
    pub fingerprint: String,
    /// It verifies from then on.
    pub not_before: Timestamp,
    /// It no longer verifies from then on.
    pub retired_at: Option<Timestamp>,
}

/// The partner with this id.
pub async fn find(connection: &Connection, id: &PartnerId) -> Result<Option<Partner>, StoreError> {
    let row = connection.query_opt(FIND, &[&id.as_str()]).await?;
    row.as_ref().map(from_row).transpose()
}

/// The first `limit` partners by id.
pub async fn list(connection: &Connection, limit: i64) -> Result<Vec<Partner>, StoreError> {
    let rows = connection.query(LIST, &[&limit]).await?;
    rows.iter().map(from_row).collect()
}

/// All keys of a partner, the newest first, retired ones included.
pub async fn keys(connection: &Connection, id: &PartnerId) -> Result<Vec<PartnerKey>, StoreError> {
    let rows = connection.query(KEYS, &[&id.as_str()]).await?;
    let keys = rows.iter().map(|row| {
        Ok(PartnerKey {
            key_id: parsed(row, "key_id")?,
            spki: row.try_get("spki")?,
            fingerprint: row.try_get("fingerprint")?,
            not_before: row.try_get("not_before")?,
            retired_at: row.try_get("retired_at")?,
        })
    });
    keys.collect()
}

/// Registers a partner. Refused by `partners_pkey` if the id is taken.
pub async fn add(
    tx: &Transaction<'_>,
    now: Timestamp,
    id: &PartnerId,
    name: &str,
) -> Result<(), StoreError> {
    tx.execute(ADD, &[&id.as_str(), &name, &now, &tx.name()])
        .await
        .map(drop)
}

/// Allows a host, lower case and without a port.
pub async fn add_host(
    tx: &Transaction<'_>,
    now: Timestamp,
    id: &PartnerId,
    host: &str,
) -> Result<(), StoreError> {
    tx.execute(ADD_HOST, &[&id.as_str(), &host, &now, &tx.name()])
        .await
        .map(drop)
}

/// Adds a key. Refused by `partner_keys_pkey` if its name is taken, and by
/// `partner_key_belongs_to_one` if any partner has this key already.
pub async fn add_key(
    tx: &Transaction<'_>,
    now: Timestamp,
    id: &PartnerId,
    key: &PartnerKey,
) -> Result<(), StoreError> {
    tx.execute(
        ADD_KEY,
        &[
            &id.as_str(),
            &key.key_id.as_str(),
            &key.spki,
            &key.fingerprint,
            &key.not_before,
            &now,
            &tx.name(),
        ],
    )
    .await
    .map(drop)
}

/// Retires a key from `at` on; `false` if there is no such key, or it is retired already.
pub async fn retire_key(
    tx: &Transaction<'_>,
    now: Timestamp,
    id: &PartnerId,
    key_id: &KeyId,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let count = tx
        .execute(
            RETIRE_KEY,
            &[&id.as_str(), &key_id.as_str(), &at, &now, &tx.name()],
        )
        .await?;
    Ok(count == 1)
}

fn from_row(row: &tokio_postgres::Row) -> Result<Partner, StoreError> {
    Ok(Partner {
        id: parsed(row, "id")?,
        name: row.try_get("name")?,
        state: named(row, "state", PartnerState::from_name)?,
        hosts: row.try_get("hosts")?,
    })
}
