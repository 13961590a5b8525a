//! 用户信息查询 (huifu-api.md §3.11): base data, cards with their tokens, cash rules.

use crate::huifu::answer::{self, Data};
use crate::huifu::asked::Inquiry;
use crate::huifu::member::Subject;
use crate::huifu::merchant::query::{card, lists};
use crate::huifu::refusal::{Known, Refusal};
use crate::huifu::table::{Field, Kind, must};
use serde_json::Value;

pub(crate) const TABLE: &[Field] = &[
    must("huifu_id", 18, Kind::Text),
    must("req_seq_id", 32, Kind::Text),
    must("req_date", 8, Kind::Day),
];

/// Of the request itself, not of the user.
const ENVELOPE: [&str; 3] = ["req_seq_id", "req_date", "file_list"];

pub(crate) fn tell(inquiry: &Inquiry<'_>) -> Result<Data, Refusal> {
    let (world, asked) = (inquiry.world, inquiry.values);
    let huifu_id = asked.get("huifu_id").unwrap_or_default();
    let register = world.register();
    let member = register.member(huifu_id).ok_or(Known::MERCHANT_MISSING)?;
    let subject = member.subject.as_ref();
    if subject.is_some_and(|subject| subject.kind.is_merchant()) {
        return Err(Known::MERCHANT_MISSING.into());
    }
    let mut data = answer::data("00000000", "处理成功");
    data.extend(lists(member));
    data.insert("huifu_id", huifu_id.to_owned());
    if let Some(subject) = subject {
        let name = if subject.kind.is_individual() {
            "indv_base_info"
        } else {
            "ent_base_info"
        };
        data.insert(name, base_info(subject));
    }
    if let Some(default) = member.cards.iter().find(|card| card.is_default) {
        data.insert("card_info", card(default).to_string());
    }
    Ok(data)
}

fn base_info(subject: &Subject) -> String {
    let given = subject
        .given
        .iter()
        .filter(|(name, _)| !ENVELOPE.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), Value::from(value.clone())));
    Value::Object(given.collect()).to_string()
}
