//! Whose accounts may pay the fees of an application: those of the partner's own users, no others.

use contract::ids::{HuifuId, PartnerId};

use crate::row::parsed;
use crate::{Connection, StoreError};

const OWN_PAYERS: &str = "\
-- applications.own_payers
select distinct huifu_id
  from users
 where partner_id = $1 and huifu_id = any($2)";

/// Those of these accounts that are accounts of this partner's users.
pub async fn own(
    connection: &Connection,
    partner: &PartnerId,
    accounts: &[HuifuId],
) -> Result<Vec<HuifuId>, StoreError> {
    let accounts: Vec<&str> = accounts.iter().map(HuifuId::as_str).collect();
    let rows = connection
        .query(OWN_PAYERS, &[&partner.as_str(), &accounts])
        .await?;
    rows.iter().map(|row| parsed(row, "huifu_id")).collect()
}
