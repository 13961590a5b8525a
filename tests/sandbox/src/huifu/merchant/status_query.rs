//! 申请单状态查询 of merchants (huifu-api.md §3.10).
//!
//! Each part has a state of its own beside apply_status. The token of a card is not in here: it
//! comes with the answer, the notice or the merchant query.

use crate::huifu::answer::{self, Data};
use crate::huifu::asked::Inquiry;
use crate::huifu::onboarding::ReviewState;
use crate::huifu::operation::Operation;
use crate::huifu::refusal::{Known, Refusal};
use crate::huifu::table::{Field, Kind, must};

pub(crate) const TABLE: &[Field] = &[
    must("req_seq_id", 32, Kind::Text),
    must("req_date", 8, Kind::Day),
    must("apply_no", 18, Kind::Text),
    must("huifu_id", 18, Kind::Text),
];

pub(crate) fn tell(inquiry: &Inquiry<'_>) -> Result<Data, Refusal> {
    let (world, asked) = (inquiry.world, inquiry.values);
    let apply_no = asked.get("apply_no").unwrap_or_default();
    let register = world.register();
    let application = register
        .application(apply_no, Operation::MerchantStatusQuery)
        .filter(|one| asked.is("huifu_id", &one.huifu_id))
        .ok_or(Known::APPLICATION_MISSING)?;
    let part = match application.state {
        ReviewState::Pending => "P",
        ReviewState::Passed => "S",
        ReviewState::Refused | ReviewState::Failed => "F",
    };
    let mut data = answer::data("00000000", "处理成功");
    data.extend([
        ("apply_reason", application.reason.clone()),
        ("apply_status", application.state.letter().to_owned()),
        ("huifu_id", application.huifu_id.clone()),
        ("reg_status", part.to_owned()),
    ]);
    if application.card.is_some() {
        data.insert("bind_card_status", part.to_owned());
    }
    if !application.cash.is_empty() {
        data.insert("cash_status", part.to_owned());
    }
    let member = register.member(&application.huifu_id);
    if let Some(subject) = member.and_then(|member| member.subject.as_ref()) {
        data.insert("reg_name", subject.name.clone());
    }
    Ok(data)
}
