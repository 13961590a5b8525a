//! 个人商户进件, the opening of an individual merchant (huifu-api.md §3.8).

use crate::huifu::cash_config::Wanted;
use crate::huifu::fields::BadField;
use crate::huifu::member::{Subject, SubjectKind};
use crate::huifu::operation::Operation;
use crate::huifu::rule_r::Members;
use crate::huifu::table::{ANY, Field, Kind, Period, may, must, read as read_table};
use crate::huifu::wish::Wish;

const TEXT: Kind = Kind::Text;
const PICTURE: Kind = Kind::Picture;
const OCCUPATIONS: Kind = Kind::Code(&["1A", "1B", "1C", "1D", "1E", "1F", "1G", "1H"]);

const TABLE: &[Field] = &[
    must("req_seq_id", 32, TEXT),
    must("req_date", 8, Kind::Day),
    must("upper_huifu_id", 18, TEXT),
    must("reg_name", 32, TEXT),
    may("short_name", 32, TEXT),
    must("mcc", 7, TEXT),
    must("scene_type", 8, Kind::Code(&["ONLINE", "OFFLINE", "ALL"])),
    may("prov_id", 6, TEXT),
    may("area_id", 6, TEXT),
    must("district_id", 6, TEXT),
    may("detail_addr", 256, TEXT),
    must("legal_cert_no", 32, TEXT),
    must("legal_cert_begin_date", 8, Kind::Day),
    may("legal_cert_validity_type", 1, Kind::Code(&["0", "1"])),
    must("legal_cert_end_date", 8, Kind::Day),
    must("legal_addr", 256, TEXT),
    must("legal_cert_back_pic", 64, PICTURE),
    must("legal_cert_front_pic", 64, PICTURE),
    may("occupation", 2, OCCUPATIONS),
    must("contact_mobile_no", 11, Kind::Digits),
    must("contact_email", 32, TEXT),
    must("card_info", ANY, Kind::Json),
    must("settle_card_front_pic", 64, PICTURE),
    may("settle_config", ANY, Kind::Json),
    may("cash_config", ANY, Kind::Json),
    may("sms_send_flag", 1, Kind::Code(&["M", "E", "A"])),
    may("login_name", 32, TEXT),
    may("mer_url", 256, TEXT),
    may("mer_icp", 50, TEXT),
    may("store_header_pic", 64, PICTURE),
    may("store_indoor_pic", 64, PICTURE),
    may("store_cashier_desk_pic", 64, PICTURE),
    may("ext_mer_id", 64, TEXT),
    may("remarks", 300, TEXT),
    may("async_return_url", 120, TEXT),
    may("head_office_flag", 1, Kind::Code(&["0"])),
    may("head_huifu_id", 18, TEXT),
    may("elec_acct_config", ANY, Kind::Json),
    may("extended_material_list", ANY, Kind::Json),
    may("activated_products", ANY, Kind::Json),
];

const LEGAL_CERT: Period = Period {
    begin: "legal_cert_begin_date",
    end: "legal_cert_end_date",
};
const WANTED: Wanted = Wanted {
    default_type: None,
    switch_needed: false,
};

pub(crate) fn read(members: &Members<'_>) -> Result<Wish, BadField> {
    super::refuse_notify_url(members)?;
    let values = read_table(TABLE, members, "")?;
    values.valid_period("legal_cert_validity_type", LEGAL_CERT)?;
    values.needs(!values.is("scene_type", "ONLINE"), &["detail_addr"])?;
    values.needs(values.get("mer_url").is_some(), &["mer_icp"])?;
    let mut wish = Wish::of(Operation::MerchantIndv, &values)?
        .with_card(&values, SubjectKind::IndividualMerchant)?
        .with_cash(&values, WANTED)?;
    wish.one_way_to_pay = true;
    wish.subject = Some(Subject {
        kind: SubjectKind::IndividualMerchant,
        name: values.text("reg_name")?,
        // The table has no field for the person's name: reg_name may be a trade name.
        legal_name: None,
        cert_type: "00".to_owned(),
        cert_no: values.text("legal_cert_no")?,
        login_name: values.owned("login_name"),
        given: values.given(),
    });
    Ok(wish)
}
