//! `cash_config` (huifu-api.md §3.13): what each cash type costs, and whether it is open.
//!
//! The rules between the fields (one fee at least, working days only for D1, one bearer at the
//! opening) stand in `rules.rs`.

use super::{ON_OFF, YES_NO};
use crate::huifu::operations::table::{Field, Kind, Need, Table};

const CASH_TYPE: Kind = Kind::OneOf(&["D0", "D1", "T1", "DM"]);
/// Marketing accounts (09) pay fees of enterprise merchants only.
const ENTERPRISE_ACCOUNTS: Kind = Kind::OneOf(&["01", "02", "05", "09"]);
const ACCOUNTS: Kind = Kind::OneOf(&["01", "02", "05"]);
/// Left out, an enterprise merchant's is T1 and a user's D0; `rules.rs` writes it down.
const DEFAULTED: Field = Field::may("cash_type", 2, CASH_TYPE);
const NAMED: Field = Field::must("cash_type", 2, CASH_TYPE);

const OPENING: Field = Field::new("switch_state", 1, Need::Optional, Kind::NotOffered);
/// One reading of `user/busi/open` has it (huifu-api.md §3.13).
const USER_OPENING: Field = Field::may("switch_state", 1, ON_OFF);
const MODIFY: Field = Field::must("switch_state", 1, ON_OFF);

pub(super) const ENTERPRISE_MERCHANT: Table =
    table(&fields(DEFAULTED, ENTERPRISE_ACCOUNTS, OPENING));
pub(super) const INDIVIDUAL_MERCHANT: Table = table(&fields(NAMED, ACCOUNTS, OPENING));
pub(super) const USER: Table = table(&fields(DEFAULTED, ACCOUNTS, USER_OPENING));
pub(super) const ENTERPRISE_MERCHANT_MODIFY: Table =
    table(&fields(NAMED, ENTERPRISE_ACCOUNTS, MODIFY));
pub(super) const MODIFY_OF_OTHERS: Table = table(&fields(NAMED, ACCOUNTS, MODIFY));

const fn fields(cash_type: Field, accounts: Kind, switch_state: Field) -> [Field; 10] {
    const OUTER: Need = Need::When("out_fee_flag", &["1"]);
    [
        cash_type,
        Field::may("fix_amt", 6, Kind::Yuan),
        Field::may("fee_rate", 6, Kind::Percent),
        Field::may("weekday_fix_amt", 6, Kind::Yuan),
        Field::may("weekday_fee_rate", 6, Kind::Percent),
        Field::may("out_fee_flag", 1, Kind::OneOf(&["1", "2"])),
        Field::new("out_fee_huifu_id", 18, OUTER, Kind::HuifuId),
        Field::may("out_fee_acct_type", 2, accounts),
        Field::may("is_priority_receipt", 1, YES_NO),
        switch_state,
    ]
}

const fn table(fields: &'static [Field]) -> Table {
    Table {
        source: "huifu-api.md §3.13",
        fields,
        validities: &[],
        certificates: &[],
    }
}
