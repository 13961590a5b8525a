//! 企业商户进件, the opening of an enterprise merchant (huifu-api.md §3.7).

use crate::huifu::card::OTHER_PERSON;
use crate::huifu::cash::CashType;
use crate::huifu::cash_config::Wanted;
use crate::huifu::fields::BadField;
use crate::huifu::member::{Subject, SubjectKind};
use crate::huifu::operation::Operation;
use crate::huifu::rule_r::Members;
use crate::huifu::table::{ANY, Field, Kind, Period, may, must, read as read_table};
use crate::huifu::wish::Wish;

const TEXT: Kind = Kind::Text;
const PICTURE: Kind = Kind::Picture;
const VALIDITY: Kind = Kind::Code(&["0", "1"]);

const TABLE: &[Field] = &[
    must("req_seq_id", 32, TEXT),
    must("req_date", 8, Kind::Day),
    must("upper_huifu_id", 18, TEXT),
    // Subject.
    must("reg_name", 64, TEXT),
    must("short_name", 64, TEXT),
    must("receipt_name", 50, TEXT),
    may("mer_en_name", 256, TEXT),
    must(
        "ent_type",
        1,
        Kind::Code(&["1", "2", "3", "4", "5", "6", "7", "9"]),
    ),
    may("mcc", 7, TEXT),
    may("busi_type", 1, Kind::Code(&["1", "2"])),
    must("scene_type", 8, Kind::Code(&["ONLINE", "OFFLINE", "ALL"])),
    // Licence and addresses.
    must("license_pic", 64, PICTURE),
    must("license_code", 18, TEXT),
    may("license_type", 32, TEXT),
    must("license_validity_type", 1, VALIDITY),
    must("license_begin_date", 8, Kind::Day),
    may("license_end_date", 8, Kind::Day),
    must("found_date", 8, Kind::Day),
    may("reg_capital", 16, TEXT),
    may("business_scope", 1000, TEXT),
    may("reg_prov_id", 6, TEXT),
    may("reg_area_id", 6, TEXT),
    must("reg_district_id", 6, TEXT),
    must("reg_detail", 255, TEXT),
    may("prov_id", 6, TEXT),
    may("area_id", 6, TEXT),
    must("district_id", 6, TEXT),
    may("detail_addr", 256, TEXT),
    // Legal person.
    must("legal_name", 32, TEXT),
    must("legal_cert_type", 2, TEXT),
    must("legal_cert_no", 32, TEXT),
    must("legal_cert_validity_type", 1, VALIDITY),
    must("legal_cert_begin_date", 8, Kind::Day),
    may("legal_cert_end_date", 8, Kind::Day),
    may("legal_mobile_no", 11, Kind::Digits),
    must("legal_addr", 256, TEXT),
    must("legal_cert_back_pic", 64, PICTURE),
    must("legal_cert_front_pic", 64, PICTURE),
    // Contact.
    may("contact_name", 128, TEXT),
    must("contact_mobile_no", 11, Kind::Digits),
    must("contact_email", 32, TEXT),
    must("login_name", 32, TEXT),
    may("service_phone", 32, TEXT),
    may("sms_send_flag", 1, Kind::Code(&["M", "E", "A"])),
    // Card and rules.
    must("card_info", ANY, Kind::Json),
    may("settle_config", ANY, Kind::Json),
    may("cash_config", ANY, Kind::Json),
    // Pictures.
    may("reg_acct_pic", 64, PICTURE),
    may("settle_card_front_pic", 64, PICTURE),
    may("settle_cert_back_pic", 64, PICTURE),
    may("settle_cert_front_pic", 64, PICTURE),
    may("auth_entrust_pic", 64, PICTURE),
    must("store_header_pic", 64, PICTURE),
    must("store_indoor_pic", 64, PICTURE),
    must("store_cashier_desk_pic", 64, PICTURE),
    // Structure.
    may("head_office_flag", 1, Kind::Code(&["0", "1"])),
    may("use_head_info_flag", 1, TEXT),
    may("head_huifu_id", 18, TEXT),
    may("mer_url", 256, TEXT),
    may("mer_icp", 50, TEXT),
    may("ext_mer_id", 64, TEXT),
    may("remarks", 300, TEXT),
    may("async_return_url", 120, TEXT),
    may("elec_acct_config", ANY, Kind::Json),
    may("beneficiary_info", ANY, Kind::Json),
    may("share_holder_info_list", ANY, Kind::Json),
    may("extended_material_list", ANY, Kind::Json),
    may("activated_products", ANY, Kind::Json),
];

const LICENSE: Period = Period {
    begin: "license_begin_date",
    end: "license_end_date",
};
const LEGAL_CERT: Period = Period {
    begin: "legal_cert_begin_date",
    end: "legal_cert_end_date",
};
const WANTED: Wanted = Wanted {
    default_type: Some(CashType::T1),
    switch_needed: false,
};

pub(crate) fn read(members: &Members<'_>) -> Result<Wish, BadField> {
    super::refuse_notify_url(members)?;
    let values = read_table(TABLE, members, "")?;
    if values.text("short_name")?.chars().count() < 4 {
        return Err(values.wrong("short_name", "不能少于4个字符"));
    }
    values.valid_period("license_validity_type", LICENSE)?;
    values.valid_period("legal_cert_validity_type", LEGAL_CERT)?;
    values.needs(!values.is("scene_type", "ONLINE"), &["detail_addr"])?;
    values.needs(values.get("mer_url").is_some(), &["mer_icp"])?;
    let mut wish = Wish::of(Operation::MerchantEnt, &values)?
        .with_card(&values, SubjectKind::EnterpriseMerchant)?
        .with_cash(&values, WANTED)?;
    wish.one_way_to_pay = true;
    let card = wish
        .card
        .as_ref()
        .ok_or_else(|| values.missing("card_info"))?;
    values.needs(card.card_type == "0", &["reg_acct_pic"])?;
    let proofs = [
        "settle_card_front_pic",
        "settle_cert_back_pic",
        "settle_cert_front_pic",
    ];
    values.needs(card.is_personal(), &proofs)?;
    values.needs(card.card_type == OTHER_PERSON, &["auth_entrust_pic"])?;
    wish.subject = Some(Subject {
        kind: SubjectKind::EnterpriseMerchant,
        name: values.text("reg_name")?,
        legal_name: values.owned("legal_name"),
        cert_type: values.text("legal_cert_type")?,
        cert_no: values.text("legal_cert_no")?,
        login_name: values.owned("login_name"),
        given: values.given(),
    });
    Ok(wish)
}
