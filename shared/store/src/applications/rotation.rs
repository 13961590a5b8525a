//! Forms that lie under a key that is to be taken away.

use contract::ids::{ApplicationId, ApplicationNo, PartnerId, ThirdPartyUserId};
use jiff::Timestamp;

use crate::dead_letters::Decision;
use crate::row::parsed;
use crate::{Connection, StoreError, Transaction};

const FORMS_TO_RESEAL: &str = "\
-- applications.forms_to_reseal
select id, partner_id, application_no, third_party_user_id, form_sealed, form_digest,
       subject_digest
  from applications
 where id > $1 and not starts_with(form_sealed, $2)
 order by id
 limit $3
   for update";

const RESEAL: &str = "\
-- applications.reseal
with resealed as (
    update applications
       set form_sealed = $2, form_digest = $3, updated_at = $4, updated_by = $5
     where id = $1
    returning id)
insert into application_timeline (application_id, at, recorded_by, event, detail)
select id, $4, $5, 'reseal', jsonb_build_object('by', $6::text, 'reason', $7::text) from resealed";

const FORMS_BY_KEY: &str = "\
-- applications.forms_by_key
select split_part(form_sealed, '.', 2) as key_id, count(*) as count
  from applications
 group by key_id
 order by key_id";

/// A form as it is sealed, with what its digest belongs to.
#[derive(Clone)]
pub struct SealedForm {
    /// Which application.
    pub id: ApplicationId,
    /// Whose.
    pub partner_id: PartnerId,
    /// The partner's number of it.
    pub application_no: ApplicationNo,
    /// Of an opening: who is to be opened, in the partner's words.
    pub third_party_user_id: ThirdPartyUserId,
    /// The form, sealed.
    pub form_sealed: String,
    /// Its keyed digest.
    pub form_digest: String,
    /// Of an opening, the keyed digest of its subject.
    pub subject_digest: Option<String>,
}

/// The next forms behind `after` that do not begin with `current_prefix`; their rows are locked.
pub async fn forms_to_reseal(
    tx: &Transaction<'_>,
    current_prefix: &str,
    after: Option<&ApplicationId>,
    limit: i64,
) -> Result<Vec<SealedForm>, StoreError> {
    let after = after.map_or("", ApplicationId::as_str);
    let rows = tx
        .query(FORMS_TO_RESEAL, &[&after, &current_prefix, &limit])
        .await?;
    let forms = rows.iter().map(|row| {
        Ok(SealedForm {
            id: parsed(row, "id")?,
            partner_id: parsed(row, "partner_id")?,
            application_no: parsed(row, "application_no")?,
            form_sealed: row.try_get("form_sealed")?,
            third_party_user_id: parsed(row, "third_party_user_id")?,
            form_digest: row.try_get("form_digest")?,
            subject_digest: row.try_get("subject_digest")?,
        })
    });
    forms.collect()
}

/// Puts the same form back under another key, and tells the timeline who wished it and why.
pub async fn reseal(
    tx: &Transaction<'_>,
    now: Timestamp,
    id: &ApplicationId,
    form_sealed: &str,
    form_digest: &str,
    decision: &Decision<'_>,
) -> Result<(), StoreError> {
    tx.execute(
        RESEAL,
        &[
            &id.as_str(),
            &form_sealed,
            &form_digest,
            &now,
            &tx.name(),
            &decision.by,
            &decision.reason,
        ],
    )
    .await
    .map(drop)
}

/// How many forms lie under each key, by the key's name.
pub async fn forms_by_key(connection: &Connection) -> Result<Vec<(String, i64)>, StoreError> {
    let rows = connection.query(FORMS_BY_KEY, &[]).await?;
    let counts = rows
        .iter()
        .map(|row| Ok((row.try_get("key_id")?, row.try_get("count")?)));
    counts.collect()
}
