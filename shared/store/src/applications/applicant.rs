//! Who is to be opened: an applicant who was refused at the business step has an account at Huifu
//! already, and whoever corrects the application gets that one and no second.

use contract::application::{State, Step, SubjectKind};
use contract::ids::{ApplicationId, HtouhuiUserId, HuifuId, PartnerId, ThirdPartyUserId};

use crate::row::parsed;
use crate::{StoreError, Transaction};

const LEFT_AT_BUSINESS: &str = "\
-- applications.left_at_business
select id, htouhui_user_id, huifu_id, subject_digest
  from applications
 where partner_id = $1 and third_party_user_id = $2 and kind = 'opening' and subject = $3
   and state in ($4, $5) and step = $6 and not held
   and huifu_id is not null and subject_digest is not null
 order by terminal_at desc, id desc
 limit 20";

const SET_SUBJECT_DIGEST: &str = "\
-- applications.set_subject_digest
update applications set subject_digest = $2 where id = $1";

/// An opening that ended after Huifu had issued an account.
#[derive(Debug, Clone)]
pub struct LeftAtBusiness {
    /// Which.
    pub id: ApplicationId,
    /// The user, in our words.
    pub htouhui_user_id: HtouhuiUserId,
    /// The account.
    pub huifu_id: HuifuId,
    /// Whose account: the keyed digest of the form's subject.
    pub subject_digest: String,
}

/// The openings of this applicant that were refused or failed at the business step, the newest
/// first.
pub async fn left_at_business(
    tx: &Transaction<'_>,
    partner: &PartnerId,
    third_party_user_id: &ThirdPartyUserId,
    subject: SubjectKind,
) -> Result<Vec<LeftAtBusiness>, StoreError> {
    let rows = tx
        .query(
            LEFT_AT_BUSINESS,
            &[
                &partner.as_str(),
                &third_party_user_id.as_str(),
                &subject.as_str(),
                &State::Refused.as_str(),
                &State::Failed.as_str(),
                &Step::Business.as_str(),
            ],
        )
        .await?;
    let left = rows.iter().map(|row| {
        Ok(LeftAtBusiness {
            id: parsed(row, "id")?,
            htouhui_user_id: parsed(row, "htouhui_user_id")?,
            huifu_id: parsed(row, "huifu_id")?,
            subject_digest: row.try_get("subject_digest")?,
        })
    });
    left.collect()
}

/// Writes down whose opening it is; in the transaction that receives it, and when keys change.
pub async fn set_subject_digest(
    tx: &Transaction<'_>,
    id: &ApplicationId,
    subject_digest: &str,
) -> Result<(), StoreError> {
    tx.execute(SET_SUBJECT_DIGEST, &[&id.as_str(), &subject_digest])
        .await
        .map(drop)
}
