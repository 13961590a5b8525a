//! 企业商户进件, the subject (huifu-api.md §3.7).
//!
//! A subordinate that uses its head office's papers leaves the fields of those papers out.

use super::files::EXTENDED_MATERIALS;
use super::settlement::SETTLEMENT;
use super::{CERT_TYPE, LIST, MOBILE, OFFLINE, REGION, SCENE, VALIDITY};
use crate::huifu::operations::table::{Certificate, Field, Kind, Need, Table};

const SOURCE: &str = "huifu-api.md §3.7";
/// Unless the head office's papers are used.
const OWN: Need = Need::Unless("use_head_info_flag", &["Y"]);
const CORPORATE: Need = Need::When("card_info.card_type", &["0"]);
const PERSONAL: Need = Need::When("card_info.card_type", &["1", "2"]);
const NOT_THE_LEGAL_PERSON: Need = Need::When("card_info.card_type", &["2"]);

pub(super) const SUBJECT: Table = Table {
    source: SOURCE,
    fields: &[
        Field::ours("req_seq_id"),
        Field::ours("req_date"),
        Field::ours("upper_huifu_id"),
        Field::ours("async_return_url"),
        // The subject.
        Field::must("reg_name", 64, Kind::Wide),
        Field::must("short_name", 64, Kind::AtLeast(4)),
        Field::must("receipt_name", 50, Kind::Text),
        Field::may("mer_en_name", 256, Kind::Text),
        Field::new("ent_type", 1, OWN, ENT_TYPE),
        Field::new("mcc", 7, OWN, Kind::Digits(1)),
        Field::new("busi_type", 1, OWN, Kind::OneOf(&["1", "2"])),
        Field::must("scene_type", 8, SCENE),
        // The licence.
        Field::must("license_pic", 64, Kind::Picture),
        Field::new("license_code", 18, OWN, Kind::Text),
        Field::may("license_type", 32, Kind::Text),
        Field::new("license_validity_type", 1, OWN, VALIDITY),
        Field::new("license_begin_date", 8, OWN, Kind::Date),
        Field::new("license_end_date", 8, LICENSE_ENDS, Kind::Date),
        Field::must("found_date", 8, Kind::Date),
        Field::new("reg_capital", 16, HAS_CAPITAL, Kind::Yuan),
        Field::may("business_scope", 1000, Kind::Text),
        Field::may("reg_prov_id", 6, REGION),
        Field::may("reg_area_id", 6, REGION),
        Field::new("reg_district_id", 6, OWN, REGION),
        Field::new("reg_detail", 255, OWN, Kind::Wide),
        Field::may("prov_id", 6, REGION),
        Field::may("area_id", 6, REGION),
        Field::must("district_id", 6, REGION),
        Field::new(
            "detail_addr",
            256,
            Need::When("scene_type", OFFLINE),
            Kind::Text,
        ),
        // The legal person.
        Field::new("legal_name", 32, OWN, Kind::Wide),
        Field::new("legal_cert_type", 2, OWN, CERT_TYPE),
        Field::new("legal_cert_no", 32, OWN, Kind::Text),
        Field::new("legal_cert_validity_type", 1, OWN, VALIDITY),
        Field::new("legal_cert_begin_date", 8, OWN, Kind::Date),
        Field::new("legal_cert_end_date", 8, LEGAL_CERT_ENDS, Kind::Date),
        Field::may("legal_mobile_no", 11, MOBILE),
        Field::must("legal_addr", 256, Kind::Text),
        Field::must("legal_cert_back_pic", 64, Kind::Picture),
        Field::must("legal_cert_front_pic", 64, Kind::Picture),
        // The contact.
        Field::may("contact_name", 128, Kind::Text),
        Field::must("contact_mobile_no", 11, MOBILE),
        Field::must("contact_email", 32, Kind::Email),
        Field::must("login_name", 32, Kind::Login),
        Field::may("service_phone", 32, Kind::Text),
        Field::may("sms_send_flag", 1, Kind::OneOf(&["M", "E", "A"])),
        // Pictures.
        Field::new("reg_acct_pic", 64, CORPORATE, Kind::Picture),
        Field::new("settle_card_front_pic", 64, PERSONAL, Kind::Picture),
        Field::new("settle_cert_back_pic", 64, PERSONAL, Kind::Picture),
        Field::new("settle_cert_front_pic", 64, PERSONAL, Kind::Picture),
        Field::new("auth_entrust_pic", 64, NOT_THE_LEGAL_PERSON, Kind::Picture),
        Field::must("store_header_pic", 64, Kind::Picture),
        Field::must("store_indoor_pic", 64, Kind::Picture),
        Field::must("store_cashier_desk_pic", 64, Kind::Picture),
        // Structure.
        Field::may("head_office_flag", 1, Kind::OneOf(&["0", "1"])),
        Field::may("use_head_info_flag", 1, super::YES_NO),
        Field::new("head_huifu_id", 18, SUBORDINATE, Kind::HuifuId),
        Field::may("mer_url", 256, Kind::Text),
        // C: for websites with certain payment products, which this form does not open.
        Field::may("mer_icp", 50, Kind::Text),
        Field::may("ext_mer_id", 64, Kind::Text),
        Field::may("remarks", 300, Kind::Text),
        Field::may("settle_config", 1, Kind::Object(&SETTLEMENT)),
        Field::may("elec_acct_config", 1, Kind::FreeObject),
        Field::may("beneficiary_info", LIST, Kind::FreeList),
        Field::may("share_holder_info_list", LIST, Kind::FreeList),
        Field::may(
            "extended_material_list",
            LIST,
            Kind::List(&EXTENDED_MATERIALS),
        ),
        // Two digits each, with commas: 01,02,03.
        Field::may("activated_products", 8, Kind::Text),
    ],
    validities: &[
        ("license_begin_date", "license_end_date"),
        ("legal_cert_begin_date", "legal_cert_end_date"),
    ],
    certificates: &[Certificate {
        cert_type: Some("legal_cert_type"),
        number: "legal_cert_no",
        of_age: true,
    }],
};

const ENT_TYPE: Kind = Kind::OneOf(&["1", "2", "3", "4", "5", "6", "7", "9"]);
const LICENSE_ENDS: Need = Need::When("license_validity_type", &["0"]);
const LEGAL_CERT_ENDS: Need = Need::When("legal_cert_validity_type", &["0"]);
/// Not governments, sole traders and committees.
const HAS_CAPITAL: Need = Need::When("ent_type", &["2", "3", "4", "6", "7"]);
pub(super) const SUBORDINATE: Need = Need::When("head_office_flag", &["0"]);
