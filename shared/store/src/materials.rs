//! Materials: pictures of documents, sealed, until Huifu has them under a name of its own.

pub mod rotation;

use contract::ids::{ApplicationId, ApplicationNo, MaterialId, PartnerId};
use jiff::Timestamp;
use tokio_postgres::Row;

use crate::row::parsed;
use crate::{Connection, StoreError, Transaction};

const INSERT: &str = "\
-- materials.insert
insert into materials (id, partner_id, material_no, file_type, media_type, size_bytes,
                       content_sealed, content_digest, created_at, updated_at, updated_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10)
on conflict on constraint material_no_unique_per_partner do nothing";

const FIND_BY_NO: &str = "\
-- materials.find_by_no
select id, partner_id, material_no, file_type, media_type, size_bytes, content_digest,
       huifu_file_id, created_at
  from materials
 where partner_id = $1 and material_no = $2";

const OF_PARTNER: &str = "\
-- materials.of_partner
select id, partner_id, material_no, file_type, media_type, size_bytes, content_digest,
       huifu_file_id, created_at
  from materials
 where partner_id = $1 and id = any($2)
 order by id";

const OF_APPLICATION: &str = "\
-- materials.of_application
select id, partner_id, material_no, file_type, media_type, size_bytes, content_digest,
       huifu_file_id, created_at
  from materials
  join application_materials on application_materials.material_id = materials.id
 where application_materials.application_id = $1
 order by id";

const CONTENT_SEALED: &str = "\
-- materials.content_sealed
select content_sealed from materials where id = $1";

const SET_FILE_ID: &str = "\
-- materials.set_file_id
update materials
   set huifu_file_id = $2, updated_at = $3, updated_by = $4
 where id = $1";

/// A picture as it arrives.
#[derive(Clone)]
pub struct NewMaterial<'a> {
    /// Ours.
    pub id: &'a MaterialId,
    /// Whose.
    pub partner: &'a PartnerId,
    /// The partner's number of it.
    pub material_no: &'a ApplicationNo,
    /// What it shows, by Huifu's code (`F02`, …).
    pub file_type: &'a str,
    /// `image/jpeg` or `image/png`.
    pub media_type: &'a str,
    /// How large it is, before it was sealed.
    pub size_bytes: i32,
    /// The picture, sealed.
    pub content_sealed: &'a str,
    /// Its keyed digest.
    pub content_digest: &'a str,
}

/// Whether a picture was written.
#[derive(Debug, Clone)]
pub enum Inserted {
    /// It was.
    New,
    /// The partner has used the number before, and nothing was written. Whether it is a repeat or
    /// another picture, the digests say.
    Exists(Material),
}

/// A picture as it is stored, without what it shows.
#[derive(Debug, Clone)]
pub struct Material {
    /// Ours.
    pub id: MaterialId,
    /// Whose.
    pub partner_id: PartnerId,
    /// The partner's number of it.
    pub material_no: ApplicationNo,
    /// What it shows, by Huifu's code.
    pub file_type: String,
    /// `image/jpeg` or `image/png`.
    pub media_type: String,
    /// How large it is, before it was sealed.
    pub size_bytes: i32,
    /// Its keyed digest.
    pub content_digest: String,
    /// Huifu's name of it, once it has been uploaded.
    pub huifu_file_id: Option<String>,
    /// When it arrived.
    pub created_at: Timestamp,
}

/// Writes a picture that has arrived. Refused by `material_media_type_known`,
/// `material_size_positive`, `materials_partner_id_fkey`.
pub async fn insert(
    tx: &Transaction<'_>,
    now: Timestamp,
    new: &NewMaterial<'_>,
) -> Result<Inserted, StoreError> {
    let written = tx
        .execute(
            INSERT,
            &[
                &new.id.as_str(),
                &new.partner.as_str(),
                &new.material_no.as_str(),
                &new.file_type,
                &new.media_type,
                &new.size_bytes,
                &new.content_sealed,
                &new.content_digest,
                &now,
                &tx.name(),
            ],
        )
        .await?;
    if written == 1 {
        return Ok(Inserted::New);
    }
    let (partner, number) = (new.partner.as_str(), new.material_no.as_str());
    let row = tx.query_one(FIND_BY_NO, &[&partner, &number]).await?;
    Ok(Inserted::Exists(from_row(&row)?))
}

/// The picture that this partner knows by this number.
pub async fn find_by_no(
    connection: &Connection,
    partner: &PartnerId,
    material_no: &ApplicationNo,
) -> Result<Option<Material>, StoreError> {
    let row = connection
        .query_opt(FIND_BY_NO, &[&partner.as_str(), &material_no.as_str()])
        .await?;
    row.as_ref().map(from_row).transpose()
}

/// Those of the pictures that exist and are this partner's.
pub async fn of_partner(
    connection: &Connection,
    partner: &PartnerId,
    ids: &[MaterialId],
) -> Result<Vec<Material>, StoreError> {
    let ids: Vec<&str> = ids.iter().map(MaterialId::as_str).collect();
    let rows = connection
        .query(OF_PARTNER, &[&partner.as_str(), &ids])
        .await?;
    rows.iter().map(from_row).collect()
}

/// The pictures that an application's form names.
pub async fn of_application(
    connection: &Connection,
    application: &ApplicationId,
) -> Result<Vec<Material>, StoreError> {
    let rows = connection
        .query(OF_APPLICATION, &[&application.as_str()])
        .await?;
    rows.iter().map(from_row).collect()
}

/// The picture itself, sealed.
pub async fn content_sealed(
    connection: &Connection,
    id: &MaterialId,
) -> Result<Option<String>, StoreError> {
    let row = connection
        .query_opt(CONTENT_SEALED, &[&id.as_str()])
        .await?;
    row.map(|row| Ok(row.try_get("content_sealed")?))
        .transpose()
}

/// Remembers by which name Huifu knows the picture. Uploading twice does no harm, so the last name
/// stands.
pub async fn set_file_id(
    tx: &Transaction<'_>,
    now: Timestamp,
    id: &MaterialId,
    huifu_file_id: &str,
) -> Result<(), StoreError> {
    tx.execute(
        SET_FILE_ID,
        &[&id.as_str(), &huifu_file_id, &now, &tx.name()],
    )
    .await
    .map(drop)
}

fn from_row(row: &Row) -> Result<Material, StoreError> {
    Ok(Material {
        id: parsed(row, "id")?,
        partner_id: parsed(row, "partner_id")?,
        material_no: parsed(row, "material_no")?,
        file_type: row.try_get("file_type")?,
        media_type: row.try_get("media_type")?,
        size_bytes: row.try_get("size_bytes")?,
        content_digest: row.try_get("content_digest")?,
        huifu_file_id: row.try_get("huifu_file_id")?,
        created_at: row.try_get("created_at")?,
    })
}
