//! 企业用户开户, the subject (huifu-api.md §3.11).

use super::files::FILES;
use super::{CERT_TYPE, LIST, MOBILE, REGION, RESIDENCE_PERMIT, VALIDITY, YES_NO};
use crate::huifu::operations::table::{Certificate, Field, Kind, Need, Table};

pub(super) const SUBJECT: Table = Table {
    source: "huifu-api.md §3.11",
    fields: &[
        Field::ours("req_seq_id"),
        Field::ours("req_date"),
        Field::ours("login_password"),
        Field::must("reg_name", 128, Kind::Text),
        Field::may("short_name", 20, Kind::Wide),
        Field::must("license_code", 18, Kind::Text),
        Field::must("license_validity_type", 1, VALIDITY),
        Field::must("license_begin_date", 8, Kind::Date),
        Field::new("license_end_date", 8, LICENSE_ENDS, Kind::Date),
        Field::must("reg_prov_id", 6, REGION),
        Field::must("reg_area_id", 8, REGION),
        Field::must("reg_district_id", 12, REGION),
        Field::must("reg_detail", 256, Kind::Text),
        Field::must("legal_name", 32, Kind::Wide),
        Field::must("legal_cert_type", 2, CERT_TYPE),
        Field::must("legal_cert_no", 20, Kind::Text),
        Field::must("legal_cert_validity_type", 1, VALIDITY),
        Field::must("legal_cert_begin_date", 8, Kind::Date),
        Field::new("legal_cert_end_date", 8, LEGAL_CERT_ENDS, Kind::Date),
        Field::new("legal_cert_nationality", 50, FOREIGNER, Kind::Text),
        Field::must("contact_name", 32, Kind::Wide),
        Field::must("contact_mobile", 11, MOBILE),
        Field::may("contact_email", 64, Kind::Email),
        Field::new(
            "login_name",
            32,
            Need::When("sms_send_flag", &["Y"]),
            Kind::Login,
        ),
        Field::may("operator_id", 32, Kind::Text),
        Field::may("sms_send_flag", 1, YES_NO),
        Field::may("expand_id", 18, Kind::HuifuId),
        Field::may("file_list", LIST, Kind::List(&FILES)),
        Field::may("ent_type", 1, ENT_TYPE),
        Field::may("mcc", 7, Kind::Digits(1)),
    ],
    validities: &[
        ("license_begin_date", "license_end_date"),
        ("legal_cert_begin_date", "legal_cert_end_date"),
    ],
    certificates: &[Certificate {
        cert_type: Some("legal_cert_type"),
        number: "legal_cert_no",
        of_age: false,
    }],
};

const LICENSE_ENDS: Need = Need::When("license_validity_type", &["0"]);
const LEGAL_CERT_ENDS: Need = Need::When("legal_cert_validity_type", &["0"]);
const FOREIGNER: Need = Need::When("legal_cert_type", RESIDENCE_PERMIT);
/// As of merchants (huifu-api.md §3.7), and 8 for collectives.
const ENT_TYPE: Kind = Kind::OneOf(&["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
