//! 商户基本信息修改, where a merchant's card and cash rules are changed (huifu-api.md §3.9).

use crate::huifu::cash_config::Wanted;
use crate::huifu::fields::BadField;
use crate::huifu::member::SubjectKind;
use crate::huifu::operation::Operation;
use crate::huifu::rule_r::Members;
use crate::huifu::table::{ANY, Field, Kind, may, must, read as read_table};
use crate::huifu::wish::{KindOf, Wish};

const TEXT: Kind = Kind::Text;
const PICTURE: Kind = Kind::Picture;

const TABLE: &[Field] = &[
    must("req_seq_id", 32, TEXT),
    must("req_date", 8, Kind::Day),
    may("upper_huifu_id", 18, TEXT),
    must("huifu_id", 18, TEXT),
    may("card_info", ANY, Kind::Json),
    may("cash_config", ANY, Kind::Json),
    may("settle_config", ANY, Kind::Json),
    may("async_return_url", 120, TEXT),
    may("reg_acct_pic", 64, PICTURE),
    may("settle_card_front_pic", 64, PICTURE),
    may("settle_cert_back_pic", 64, PICTURE),
    may("settle_cert_front_pic", 64, PICTURE),
    may("auth_entrust_pic", 64, PICTURE),
    may("legal_cert_back_pic", 64, PICTURE),
    may("legal_cert_front_pic", 64, PICTURE),
    may("license_pic", 64, PICTURE),
    may("short_name", 64, TEXT),
    may("contact_name", 128, TEXT),
    may("contact_email", 32, TEXT),
    may("service_phone", 32, TEXT),
    may("extended_material_list", ANY, Kind::Json),
    may("sign_user_info", ANY, Kind::Json),
    may("remarks", 300, TEXT),
];

const WANTED: Wanted = Wanted {
    default_type: None,
    switch_needed: true,
};

pub(crate) fn read(members: &Members<'_>, kind_of: KindOf<'_>) -> Result<Wish, BadField> {
    super::refuse_notify_url(members)?;
    let values = read_table(TABLE, members, "")?;
    let kind = kind_of(&values.text("huifu_id")?)
        .filter(|kind| kind.is_merchant())
        .unwrap_or(SubjectKind::EnterpriseMerchant);
    Wish::of(Operation::MerchantModify, &values)?
        .with_card(&values, kind)?
        .with_cash(&values, WANTED)
}
