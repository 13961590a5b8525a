//! `settle_config` (huifu-api.md §3.13): automatic settlement, which withdrawals do not need.
//!
//! The reference names the fields without their lengths; amounts have the lengths of other
//! amounts there, rates those of rates.

use super::{ON_OFF, YES_NO};
use crate::huifu::operations::table::{Field, Kind, Need, Table, joined};

const OUTER: Need = Need::When("out_settle_flag", &["1"]);
const DAILY: Need = Need::When("settle_cycle", &["D1", "TS"]);
const AT_A_TIME: Need = Need::When("settle_pattern", &["P1", "P2"]);
const IN_A_BATCH: Need = Need::When("settle_pattern", &["P0"]);

const FIELDS: [Field; 15] = [
    Field::must("settle_cycle", 2, Kind::OneOf(&["T1", "D1", "TS"])),
    Field::may("min_amt", 14, Kind::Yuan),
    Field::may("remained_amt", 14, Kind::Yuan),
    Field::may("settle_abstract", 128, Kind::Text),
    Field::may("out_settle_flag", 1, Kind::OneOf(&["1", "2"])),
    Field::new("out_settle_huifuid", 18, OUTER, Kind::HuifuId),
    Field::may(
        "out_settle_acct_type",
        2,
        Kind::OneOf(&["01", "02", "05", "09"]),
    ),
    Field::may("settle_pattern", 2, Kind::OneOf(&["P0", "P1", "P2", "E1"])),
    Field::new("settle_batch_no", 16, IN_A_BATCH, Kind::Text),
    Field::may("is_priority_receipt", 1, YES_NO),
    Field::new("settle_time", 6, AT_A_TIME, Kind::Time),
    Field::new("fixed_ratio", 6, DAILY, Kind::Percent),
    Field::new("constant_amt", 15, DAILY, Kind::Yuan),
    Field::may("workday_fixed_ratio", 6, Kind::Percent),
    Field::may("workday_constant_amt", 15, Kind::Yuan),
];

pub(super) const SETTLEMENT: Table = table(&FIELDS);
pub(super) const SETTLEMENT_MODIFY: Table = table(&joined::<15, 1, 16>(
    &FIELDS,
    &[Field::may("settle_status", 1, ON_OFF)],
));

const fn table(fields: &'static [Field]) -> Table {
    Table {
        source: "huifu-api.md §3.13",
        fields,
        validities: &[],
        certificates: &[],
    }
}
