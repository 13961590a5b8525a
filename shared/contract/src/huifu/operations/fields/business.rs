//! What a user's business entry takes besides card and cash types (huifu-api.md §3.11).

use super::files::FILES;
use super::settlement::SETTLEMENT;
use super::{LIST, YES_NO};
use crate::huifu::operations::table::{Field, Kind, Need, Table};

pub(super) const BUSINESS: Table = Table {
    source: "huifu-api.md §3.11",
    fields: &[
        Field::ours("req_seq_id"),
        Field::ours("req_date"),
        Field::ours("huifu_id"),
        Field::ours("upper_huifu_id"),
        Field::ours("async_return_url"),
        Field::may("settle_config_list", LIST, Kind::List(&SETTLEMENT)),
        Field::may("file_list", LIST, Kind::List(&FILES)),
        Field::may("delay_flag", 1, YES_NO),
        Field::may("elec_acct_config", 1, Kind::FreeObject),
        ELECTRONIC_RECEIPTS,
        SIGNER,
    ],
    validities: &[],
    certificates: &[],
};

// Real objects at the first level, the one form that Huifu's clients sign differently
// (huifu-api.md §2), for receipts that no step of a withdrawal needs.
const ELECTRONIC_RECEIPTS: Field =
    Field::new("elec_receipt_config", 1, Need::Optional, Kind::NotOffered);
const SIGNER: Field = Field::new("sign_user_info", 1, Need::Optional, Kind::NotOffered);
