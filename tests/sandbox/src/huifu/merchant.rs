//! The merchant interfaces (huifu-api.md §3.7 to §3.10), one file each.

pub(crate) mod busi;
pub(crate) mod ent;
pub(crate) mod indv;
pub(crate) mod modify;
pub(crate) mod query;
pub(crate) mod status_query;

use crate::huifu::fields::BadField;
use crate::huifu::rule_r::Members;

/// The reference forbids notify_url beside async_return_url: it would be read over, and the end
/// of the review would reach nobody.
fn refuse_notify_url(members: &Members<'_>) -> Result<(), BadField> {
    if members.contains_key("notify_url") {
        return Err(BadField::new("notify_url", "请使用async_return_url"));
    }
    Ok(())
}
