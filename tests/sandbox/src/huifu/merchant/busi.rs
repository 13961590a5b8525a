//! 商户业务开通 and its change: payment products only (huifu-api.md §3.9).
//!
//! They carry neither card_info nor cash_config; a request that sends them here would wait for a
//! card that is never bound, so it is refused instead of read over.

use crate::huifu::fields::BadField;
use crate::huifu::operation::Operation;
use crate::huifu::rule_r::Members;
use crate::huifu::table::{Field, Kind, may, must, read as read_table};
use crate::huifu::wish::Wish;

const TABLE: &[Field] = &[
    must("req_seq_id", 32, Kind::Text),
    must("req_date", 8, Kind::Day),
    must("huifu_id", 18, Kind::Text),
    must("upper_huifu_id", 18, Kind::Text),
    may("async_return_url", 128, Kind::Text),
    may("busi_async_return_url", 128, Kind::Text),
];

pub(crate) fn read(operation: Operation, members: &Members<'_>) -> Result<Wish, BadField> {
    for field in ["card_info", "cash_config"] {
        if members.contains_key(field) {
            return Err(BadField::new(field, "此接口不支持,请使用商户基本信息修改"));
        }
    }
    Wish::of(operation, &read_table(TABLE, members, "")?)
}
