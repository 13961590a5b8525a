//! Pictures that lie under a key that is to be taken away.
//!
//! A picture is megabytes in a place of its own. Which key it lies under stands in its first forty
//! characters, and only those are fetched to find out.

use contract::ids::{ApplicationNo, MaterialId, PartnerId};
use jiff::Timestamp;

use crate::row::parsed;
use crate::{Connection, StoreError, Transaction};

const CONTENTS_TO_RESEAL: &str = "\
-- materials.contents_to_reseal
select id, partner_id, material_no, content_sealed, content_digest
  from materials
 where id > $1 and not starts_with(substr(content_sealed, 1, 40), $2)
 order by id
 limit $3
   for update";

const RESEAL: &str = "\
-- materials.reseal
update materials
   set content_sealed = $2, content_digest = $3, updated_at = $4, updated_by = $5
 where id = $1";

const CONTENTS_BY_KEY: &str = "\
-- materials.contents_by_key
select split_part(substr(content_sealed, 1, 40), '.', 2) as key_id, count(*) as count
  from materials
 group by key_id
 order by key_id";

/// A picture as it is sealed, with what its digest belongs to.
#[derive(Clone)]
pub struct SealedContent {
    /// Which picture.
    pub id: MaterialId,
    /// Whose.
    pub partner_id: PartnerId,
    /// The partner's number of it.
    pub material_no: ApplicationNo,
    /// The picture, sealed.
    pub content_sealed: String,
    /// Its keyed digest.
    pub content_digest: String,
}

/// The next pictures behind `after` that do not begin with `current_prefix`; their rows are locked.
pub async fn contents_to_reseal(
    tx: &Transaction<'_>,
    current_prefix: &str,
    after: Option<&MaterialId>,
    limit: i64,
) -> Result<Vec<SealedContent>, StoreError> {
    let after = after.map_or("", MaterialId::as_str);
    let rows = tx
        .query(CONTENTS_TO_RESEAL, &[&after, &current_prefix, &limit])
        .await?;
    let contents = rows.iter().map(|row| {
        Ok(SealedContent {
            id: parsed(row, "id")?,
            partner_id: parsed(row, "partner_id")?,
            material_no: parsed(row, "material_no")?,
            content_sealed: row.try_get("content_sealed")?,
            content_digest: row.try_get("content_digest")?,
        })
    });
    contents.collect()
}

/// Puts the same picture back under another key.
pub async fn reseal(
    tx: &Transaction<'_>,
    now: Timestamp,
    id: &MaterialId,
    content_sealed: &str,
    content_digest: &str,
) -> Result<(), StoreError> {
    tx.execute(
        RESEAL,
        &[
            &id.as_str(),
            &content_sealed,
            &content_digest,
            &now,
            &tx.name(),
        ],
    )
    .await
    .map(drop)
}

/// How many pictures lie under each key, by the key's name.
pub async fn contents_by_key(connection: &Connection) -> Result<Vec<(String, i64)>, StoreError> {
    let rows = connection.query(CONTENTS_BY_KEY, &[]).await?;
    let counts = rows
        .iter()
        .map(|row| Ok((row.try_get("key_id")?, row.try_get("count")?)));
    counts.collect()
}
