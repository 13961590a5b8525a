//! 企业用户进件, the base data of an enterprise user (huifu-api.md §3.11).

use crate::huifu::fields::BadField;
use crate::huifu::member::{Subject, SubjectKind};
use crate::huifu::operation::Operation;
use crate::huifu::rule_r::Members;
use crate::huifu::table::{ANY, Field, Kind, Period, may, must, read as read_table};
use crate::huifu::user::files;
use crate::huifu::wish::Wish;

const TEXT: Kind = Kind::Text;
const VALIDITY: Kind = Kind::Code(&["0", "1"]);

const TABLE: &[Field] = &[
    must("req_seq_id", 32, TEXT),
    must("req_date", 8, Kind::Day),
    must("reg_name", 128, TEXT),
    may("short_name", 20, TEXT),
    must("license_code", 18, TEXT),
    must("license_validity_type", 1, VALIDITY),
    must("license_begin_date", 8, Kind::Day),
    may("license_end_date", 8, Kind::Day),
    must("reg_prov_id", 6, TEXT),
    must("reg_area_id", 8, TEXT),
    must("reg_district_id", 12, TEXT),
    must("reg_detail", 256, TEXT),
    must("legal_name", 32, TEXT),
    must("legal_cert_type", 2, TEXT),
    must("legal_cert_no", 20, TEXT),
    must("legal_cert_validity_type", 1, VALIDITY),
    must("legal_cert_begin_date", 8, Kind::Day),
    may("legal_cert_end_date", 8, Kind::Day),
    may("legal_cert_nationality", 50, TEXT),
    must("contact_name", 32, TEXT),
    must("contact_mobile", 11, Kind::Digits),
    may("contact_email", 64, TEXT),
    may("login_name", 32, TEXT),
    may("operator_id", 32, TEXT),
    may("sms_send_flag", 1, Kind::Code(&["Y", "N"])),
    may("expand_id", 18, TEXT),
    may("file_list", ANY, Kind::Json),
    may("ent_type", 1, TEXT),
    may("mcc", 7, TEXT),
];

const LICENSE: Period = Period {
    begin: "license_begin_date",
    end: "license_end_date",
};
const LEGAL_CERT: Period = Period {
    begin: "legal_cert_begin_date",
    end: "legal_cert_end_date",
};

pub(crate) fn read(members: &Members<'_>) -> Result<Wish, BadField> {
    let values = read_table(TABLE, members, "")?;
    values.valid_period("license_validity_type", LICENSE)?;
    values.valid_period("legal_cert_validity_type", LEGAL_CERT)?;
    values.needs(values.is("sms_send_flag", "Y"), &["login_name"])?;
    let mut wish = Wish::of(Operation::UserEnt, &values)?;
    wish.pictures.extend(files(&values)?);
    wish.subject = Some(Subject {
        kind: SubjectKind::EnterpriseUser,
        name: values.text("reg_name")?,
        legal_name: values.owned("legal_name"),
        cert_type: values.text("legal_cert_type")?,
        cert_no: values.text("legal_cert_no")?,
        login_name: values.owned("login_name"),
        given: values.given(),
    });
    Ok(wish)
}
