//! 个人商户进件, the subject (huifu-api.md §3.8). Its papers are always an ID card.

use super::enterprise_merchant::SUBORDINATE;
use super::files::EXTENDED_MATERIALS;
use super::settlement::SETTLEMENT;
use super::{LIST, MOBILE, OFFLINE, REGION, SCENE, VALIDITY};
use crate::huifu::operations::table::{Certificate, Field, Kind, Need, Table};

const AT_A_SHOP: Need = Need::When("scene_type", OFFLINE);

pub(super) const SUBJECT: Table = Table {
    source: "huifu-api.md §3.8",
    fields: &[
        Field::ours("req_seq_id"),
        Field::ours("req_date"),
        Field::ours("upper_huifu_id"),
        Field::ours("async_return_url"),
        Field::must("reg_name", 32, Kind::Text),
        Field::may("short_name", 32, Kind::AtLeast(4)),
        Field::must("mcc", 7, Kind::Digits(1)),
        Field::must("scene_type", 8, SCENE),
        Field::may("prov_id", 6, REGION),
        Field::may("area_id", 6, REGION),
        Field::must("district_id", 6, REGION),
        Field::new("detail_addr", 256, AT_A_SHOP, Kind::Text),
        Field::must("legal_cert_no", 32, Kind::Text),
        Field::must("legal_cert_begin_date", 8, Kind::Date),
        Field::may("legal_cert_validity_type", 1, VALIDITY),
        Field::must("legal_cert_end_date", 8, Kind::Date),
        Field::must("legal_addr", 256, Kind::Text),
        Field::must("legal_cert_back_pic", 64, Kind::Picture),
        Field::must("legal_cert_front_pic", 64, Kind::Picture),
        Field::may("occupation", 2, OCCUPATION),
        Field::must("contact_mobile_no", 11, MOBILE),
        Field::must("contact_email", 32, Kind::Email),
        Field::must("settle_card_front_pic", 64, Kind::Picture),
        Field::may("settle_config", 1, Kind::Object(&SETTLEMENT)),
        Field::may("sms_send_flag", 1, Kind::OneOf(&["M", "E", "A"])),
        Field::may("login_name", 32, Kind::Login),
        Field::may("mer_url", 256, Kind::Text),
        // C: for websites with certain payment products, which this form does not open.
        Field::may("mer_icp", 50, Kind::Text),
        Field::new("store_header_pic", 64, AT_A_SHOP, Kind::Picture),
        Field::new("store_indoor_pic", 64, AT_A_SHOP, Kind::Picture),
        Field::new("store_cashier_desk_pic", 64, AT_A_SHOP, Kind::Picture),
        Field::may("ext_mer_id", 64, Kind::Text),
        Field::may("remarks", 300, Kind::Text),
        Field::may("head_office_flag", 1, Kind::OneOf(&["0"])),
        Field::new("head_huifu_id", 18, SUBORDINATE, Kind::HuifuId),
        Field::may("elec_acct_config", 1, Kind::FreeObject),
        Field::may(
            "extended_material_list",
            LIST,
            Kind::List(&EXTENDED_MATERIALS),
        ),
        Field::may("activated_products", 8, Kind::Text),
    ],
    validities: &[("legal_cert_begin_date", "legal_cert_end_date")],
    certificates: &[Certificate {
        cert_type: None,
        number: "legal_cert_no",
        of_age: true,
    }],
};

const OCCUPATION: Kind = Kind::OneOf(&["1A", "1B", "1C", "1D", "1E", "1F", "1G", "1H"]);
