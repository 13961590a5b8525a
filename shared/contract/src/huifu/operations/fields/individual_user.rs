//! 个人用户开户, the subject (huifu-api.md §3.11).

use super::files::FILES;
use super::{CERT_TYPE, LIST, MOBILE, REGION, RESIDENCE_PERMIT, VALIDITY, YES_NO};
use crate::huifu::operations::table::{Certificate, Field, Kind, Need, Table};

pub(super) const SUBJECT: Table = Table {
    source: "huifu-api.md §3.11",
    fields: &[
        Field::ours("req_seq_id"),
        Field::ours("req_date"),
        Field::ours("login_password"),
        Field::must("name", 32, Kind::Text),
        Field::must("cert_type", 2, CERT_TYPE),
        Field::must("cert_no", 32, Kind::Text),
        Field::must("cert_validity_type", 1, VALIDITY),
        Field::must("cert_begin_date", 8, Kind::Date),
        Field::new("cert_end_date", 8, CERT_ENDS, Kind::Date),
        Field::new("cert_nationality", 50, FOREIGNER, Kind::Text),
        Field::must("mobile_no", 11, MOBILE),
        Field::may("email", 64, Kind::Email),
        Field::may("login_name", 32, Kind::Login),
        Field::may("sms_send_flag", 1, YES_NO),
        Field::may("expand_id", 18, Kind::HuifuId),
        Field::may("file_list", LIST, Kind::List(&FILES)),
        // C: for electronic accounts and receipts, which this form does not open.
        Field::may("address", 256, Kind::Text),
        Field::may("mcc", 7, Kind::Digits(1)),
        Field::may("prov_id", 6, REGION),
        Field::may("area_id", 6, REGION),
        Field::may("district_id", 6, REGION),
    ],
    validities: &[("cert_begin_date", "cert_end_date")],
    certificates: &[Certificate {
        cert_type: Some("cert_type"),
        number: "cert_no",
        of_age: false,
    }],
};

/// N in the reference, which says all the same that it is needed when the document is limited.
const CERT_ENDS: Need = Need::When("cert_validity_type", &["0"]);
const FOREIGNER: Need = Need::When("cert_type", RESIDENCE_PERMIT);
