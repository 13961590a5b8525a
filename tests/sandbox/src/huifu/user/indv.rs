//! 个人用户进件, the base data of an individual user (huifu-api.md §3.11).

use crate::huifu::fields::BadField;
use crate::huifu::member::{Subject, SubjectKind};
use crate::huifu::operation::Operation;
use crate::huifu::rule_r::Members;
use crate::huifu::table::{ANY, Field, Kind, Period, may, must, read as read_table};
use crate::huifu::user::files;
use crate::huifu::wish::Wish;

const TEXT: Kind = Kind::Text;

const TABLE: &[Field] = &[
    must("req_seq_id", 32, TEXT),
    must("req_date", 8, Kind::Day),
    must("name", 32, TEXT),
    must("cert_type", 2, TEXT),
    must("cert_no", 32, TEXT),
    must("cert_validity_type", 1, Kind::Code(&["0", "1"])),
    must("cert_begin_date", 8, Kind::Day),
    may("cert_end_date", 8, Kind::Day),
    may("cert_nationality", 50, TEXT),
    must("mobile_no", 11, Kind::Digits),
    may("email", 64, TEXT),
    may("login_name", 32, TEXT),
    may("sms_send_flag", 1, TEXT),
    may("expand_id", 18, TEXT),
    may("file_list", ANY, Kind::Json),
    may("address", 256, TEXT),
    may("mcc", 7, TEXT),
    may("prov_id", 6, TEXT),
    may("area_id", 6, TEXT),
    may("district_id", 6, TEXT),
];

const CERT: Period = Period {
    begin: "cert_begin_date",
    end: "cert_end_date",
};

pub(crate) fn read(members: &Members<'_>) -> Result<Wish, BadField> {
    let values = read_table(TABLE, members, "")?;
    values.valid_period("cert_validity_type", CERT)?;
    let mut wish = Wish::of(Operation::UserIndv, &values)?;
    wish.pictures.extend(files(&values)?);
    let name = values.text("name")?;
    wish.subject = Some(Subject {
        kind: SubjectKind::IndividualUser,
        legal_name: Some(name.clone()),
        name,
        cert_type: values.text("cert_type")?,
        cert_no: values.text("cert_no")?,
        login_name: values.owned("login_name"),
        given: values.given(),
    });
    Ok(wish)
}
