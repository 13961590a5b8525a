//! 申请单状态查询 of users (huifu-api.md §3.11): the state of a review and its reason, no token.

use crate::huifu::answer::{self, Data};
use crate::huifu::asked::Inquiry;
use crate::huifu::operation::Operation;
use crate::huifu::refusal::{Known, Refusal};
use crate::huifu::table::{Field, Kind, must};

pub(crate) const TABLE: &[Field] = &[
    must("huifu_id", 18, Kind::Text),
    must("req_seq_id", 32, Kind::Text),
    must("req_date", 8, Kind::Day),
    must("apply_no", 18, Kind::Text),
];

pub(crate) fn tell(inquiry: &Inquiry<'_>) -> Result<Data, Refusal> {
    let (world, asked) = (inquiry.world, inquiry.values);
    let apply_no = asked.get("apply_no").unwrap_or_default();
    let register = world.register();
    let application = register
        .application(apply_no, Operation::UserApplyQuery)
        .filter(|one| asked.is("huifu_id", &one.huifu_id))
        .ok_or(Known::APPLICATION_MISSING)?;
    let mut data = answer::data("00000000", "处理成功");
    data.extend([
        ("apply_reason", application.reason.clone()),
        ("apply_status", application.state.letter().to_owned()),
        ("huifu_id", application.huifu_id.clone()),
    ]);
    Ok(data)
}
