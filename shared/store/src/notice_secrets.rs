//! Secrets that sign the Standard Webhooks headers of a partner's notices, sealed.
//!
//! They are read together with the notice that they sign ([`for_delivery`] and its sibling), so a
//! partner that has none costs nothing.
//!
//! [`for_delivery`]: crate::notices::for_delivery

use contract::ids::PartnerId;
use jiff::Timestamp;

use crate::row::parsed;
use crate::{Connection, StoreError, Transaction};

/// More than overlap in any rotation. Each makes a header longer and a sending slower.
pub const MOST_SIGNING: usize = 4;

const ADD: &str = "\
-- notice_secrets.add
insert into notice_secrets (partner_id, secret_id, secret_sealed, created_at, updated_at, updated_by)
values ($1, $2, $3, $4, $4, $5)";

const OF: &str = "\
-- notice_secrets.of
select secret_id, secret_sealed, created_at, retired_at
  from notice_secrets
 where partner_id = $1
 order by created_at desc, secret_id
 limit 100";

const RETIRE: &str = "\
-- notice_secrets.retire
update notice_secrets
   set retired_at = $3, updated_at = $4, updated_by = $5
 where partner_id = $1 and secret_id = $2 and (retired_at is null or retired_at > $4)";

const TO_RESEAL: &str = "\
-- notice_secrets.to_reseal
select partner_id, secret_id, secret_sealed
  from notice_secrets
 where (partner_id, secret_id) > ($1, $2) and not starts_with(secret_sealed, $3)
 order by partner_id, secret_id
 limit $4
   for update";

const RESEAL: &str = "\
-- notice_secrets.reseal
update notice_secrets
   set secret_sealed = $3, updated_at = $4, updated_by = $5
 where partner_id = $1 and secret_id = $2";

const BY_KEY: &str = "\
-- notice_secrets.by_key
select split_part(secret_sealed, '.', 2) as key_id, count(*) as count
  from notice_secrets
 group by key_id
 order by key_id";

/// A secret as it is sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecret {
    /// Its name among the partner's: letters, digits, `-` and `_`.
    pub secret_id: String,
    /// Opens in the context of its row.
    pub sealed: String,
}

/// A secret and its time.
#[derive(Debug, Clone)]
pub struct StoredSecret {
    /// What signs.
    pub secret: SealedSecret,
    /// It signs from then on.
    pub created_at: Timestamp,
    /// It no longer signs from then on.
    pub retired_at: Option<Timestamp>,
}

impl StoredSecret {
    /// Whether notices sent at `now` are signed with it.
    pub fn signs(&self, now: Timestamp) -> bool {
        self.retired_at.is_none_or(|retired_at| retired_at > now)
    }
}

/// Without what is sealed: it says nothing to people.
impl std::fmt::Debug for SealedSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_tuple("SealedSecret")
            .field(&self.secret_id)
            .finish()
    }
}

/// Reads the column that the statements for a delivery make: `secret_id`, a space, what is sealed.
pub(crate) fn read_column(row: &tokio_postgres::Row) -> Result<Vec<SealedSecret>, StoreError> {
    let column = "notice_secrets";
    let lines: Vec<&str> = row.try_get(column)?;
    let secrets = lines.into_iter().map(|line| {
        let (secret_id, sealed) = line.split_once(' ').ok_or(StoreError::Corrupt { column })?;
        Ok(SealedSecret {
            secret_id: secret_id.to_owned(),
            sealed: sealed.to_owned(),
        })
    });
    secrets.collect()
}

/// Adds a secret. Refused by `notice_secrets_pkey` if its name is taken.
pub async fn add(
    tx: &Transaction<'_>,
    now: Timestamp,
    partner: &PartnerId,
    secret: &SealedSecret,
) -> Result<(), StoreError> {
    let SealedSecret { secret_id, sealed } = secret;
    tx.execute(
        ADD,
        &[&partner.as_str(), secret_id, sealed, &now, &tx.name()],
    )
    .await
    .map(drop)
}

/// All secrets of a partner, the newest first, retired ones included.
pub async fn of(
    connection: &Connection,
    partner: &PartnerId,
) -> Result<Vec<StoredSecret>, StoreError> {
    let rows = connection.query(OF, &[&partner.as_str()]).await?;
    let secrets = rows.iter().map(|row| {
        Ok(StoredSecret {
            secret: SealedSecret {
                secret_id: row.try_get("secret_id")?,
                sealed: row.try_get("secret_sealed")?,
            },
            created_at: row.try_get("created_at")?,
            retired_at: row.try_get("retired_at")?,
        })
    });
    secrets.collect()
}

/// Retires a secret from `at` on, also one that was to retire at another time; `false` if there is
/// no such secret, or it signs no longer.
pub async fn retire(
    tx: &Transaction<'_>,
    now: Timestamp,
    partner: &PartnerId,
    secret_id: &str,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let count = tx
        .execute(
            RETIRE,
            &[&partner.as_str(), &secret_id, &at, &now, &tx.name()],
        )
        .await?;
    Ok(count == 1)
}

/// The next secrets behind `after` that do not begin with `current_prefix`; their rows are locked.
pub async fn to_reseal(
    tx: &Transaction<'_>,
    current_prefix: &str,
    after: Option<&(PartnerId, String)>,
    limit: i64,
) -> Result<Vec<(PartnerId, SealedSecret)>, StoreError> {
    let (partner, secret_id) = after.map_or(("", ""), |(partner, secret_id)| {
        (partner.as_str(), secret_id.as_str())
    });
    let rows = tx
        .query(TO_RESEAL, &[&partner, &secret_id, &current_prefix, &limit])
        .await?;
    let secrets = rows.iter().map(|row| {
        let secret = SealedSecret {
            secret_id: row.try_get("secret_id")?,
            sealed: row.try_get("secret_sealed")?,
        };
        Ok((parsed(row, "partner_id")?, secret))
    });
    secrets.collect()
}

/// Puts the same secret back under another data key.
pub async fn reseal(
    tx: &Transaction<'_>,
    now: Timestamp,
    partner: &PartnerId,
    secret: &SealedSecret,
) -> Result<(), StoreError> {
    let SealedSecret { secret_id, sealed } = secret;
    tx.execute(
        RESEAL,
        &[&partner.as_str(), secret_id, sealed, &now, &tx.name()],
    )
    .await
    .map(drop)
}

/// How many secrets lie under each data key, by the key's name.
pub async fn by_key(connection: &Connection) -> Result<Vec<(String, i64)>, StoreError> {
    let rows = connection.query(BY_KEY, &[]).await?;
    let counts = rows
        .iter()
        .map(|row| Ok((row.try_get("key_id")?, row.try_get("count")?)));
    counts.collect()
}
