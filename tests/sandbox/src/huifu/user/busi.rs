//! 用户业务入驻 and its change: card and cash rules of a user (huifu-api.md §3.11).

use crate::huifu::cash::CashType;
use crate::huifu::cash_config::Wanted;
use crate::huifu::fields::BadField;
use crate::huifu::member::SubjectKind;
use crate::huifu::operation::Operation;
use crate::huifu::rule_r::Members;
use crate::huifu::table::{ANY, Field, Kind, may, must, read as read_table};
use crate::huifu::user::files;
use crate::huifu::wish::{KindOf, Wish};

const OPEN: &[Field] = &[
    must("huifu_id", 18, Kind::Text),
    must("req_seq_id", 32, Kind::Text),
    must("req_date", 8, Kind::Day),
    must("upper_huifu_id", 18, Kind::Text),
    may("settle_config_list", ANY, Kind::Json),
    may("settle_config", ANY, Kind::Json),
    may("card_info", ANY, Kind::Json),
    may("cash_config", ANY, Kind::Json),
    may("file_list", ANY, Kind::Json),
    may("delay_flag", 1, Kind::Text),
    may("elec_acct_config", ANY, Kind::Json),
    may("async_return_url", 128, Kind::Text),
    may("elec_receipt_config", ANY, Kind::Json),
    may("sign_user_info", ANY, Kind::Json),
];

const MODIFY: &[Field] = &[
    must("huifu_id", 18, Kind::Text),
    must("req_seq_id", 32, Kind::Text),
    must("req_date", 8, Kind::Day),
    may("upper_huifu_id", 18, Kind::Text),
    may("settle_config_list", ANY, Kind::Json),
    may("settle_config", ANY, Kind::Json),
    may("card_info", ANY, Kind::Json),
    may("cash_config", ANY, Kind::Json),
    may("file_list", ANY, Kind::Json),
    may("delay_flag", 1, Kind::Text),
    may("elec_acct_config", ANY, Kind::Json),
    may("async_return_url", 128, Kind::Text),
    may("elec_receipt_config", ANY, Kind::Json),
    may("sign_user_info", ANY, Kind::Json),
];

pub(crate) fn read(
    operation: Operation,
    members: &Members<'_>,
    kind_of: KindOf<'_>,
) -> Result<Wish, BadField> {
    let opens = operation == Operation::UserBusiOpen;
    let values = read_table(if opens { OPEN } else { MODIFY }, members, "")?;
    let kind = kind_of(&values.text("huifu_id")?)
        .filter(|kind| !kind.is_merchant())
        .unwrap_or(SubjectKind::EnterpriseUser);
    let pays_out = ["cash_config", "settle_config", "settle_config_list"]
        .iter()
        .any(|name| values.get(name).is_some());
    values.needs(opens && pays_out, &["card_info"])?;
    let wanted = Wanted {
        default_type: Some(CashType::D0),
        switch_needed: !opens,
    };
    let mut wish = Wish::of(operation, &values)?
        .with_card(&values, kind)?
        .with_cash(&values, wanted)?;
    wish.one_way_to_pay = opens;
    wish.pictures.extend(files(&values)?);
    Ok(wish)
}
