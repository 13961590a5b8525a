//! card_info, the card that is bound (huifu-api.md §3.12).
//!
//! One table per column of the reference: enterprise merchants, individual merchants (whose card
//! is always their own, so there is no card_type), and users.

use crate::huifu::fields::BadField;
use crate::huifu::member::SubjectKind;
use crate::huifu::table::{Field, Kind, Period, Values, may, must, object, read};
use std::collections::BTreeMap;

const NAME: &str = "card_info";
const YES_NO: Kind = Kind::Code(&["Y", "N"]);
const VALIDITY: Kind = Kind::Code(&["0", "1"]);
const CERT_TYPES: Kind = Kind::Code(&["00", "01", "04", "11", "13", "14", "15"]);
const PERIOD: Period = Period {
    begin: "cert_begin_date",
    end: "cert_end_date",
};

const ENTERPRISE_MERCHANT: &[Field] = &[
    must("card_type", 1, Kind::Code(&["0", "1", "2"])),
    must("card_name", 128, Kind::Text),
    must("card_no", 32, Kind::Digits),
    may("prov_id", 6, Kind::Text),
    must("area_id", 6, Kind::Text),
    may("branch_code", 12, Kind::Text),
    may("bank_code", 8, Kind::Text),
    may("cert_type", 2, CERT_TYPES),
    may("cert_no", 32, Kind::Text),
    may("cert_validity_type", 1, VALIDITY),
    may("cert_begin_date", 8, Kind::Day),
    may("cert_end_date", 8, Kind::Day),
    may("mp", 11, Kind::Digits),
    may("is_settle_default", 1, YES_NO),
];

const INDIVIDUAL_MERCHANT: &[Field] = &[
    // Not in the column, and never anything else.
    may("card_type", 1, Kind::Code(&["1"])),
    must("card_name", 128, Kind::Text),
    must("card_no", 32, Kind::Digits),
    may("prov_id", 6, Kind::Text),
    must("area_id", 6, Kind::Text),
    may("bank_code", 8, Kind::Text),
    must("cert_type", 2, CERT_TYPES),
    must("cert_no", 32, Kind::Text),
    must("cert_validity_type", 1, VALIDITY),
    must("cert_begin_date", 8, Kind::Day),
    may("cert_end_date", 8, Kind::Day),
    may("mp", 11, Kind::Digits),
    may("is_settle_default", 1, YES_NO),
];

const USER: &[Field] = &[
    must("card_type", 1, Kind::Code(&["0", "1", "2", "4"])),
    may("card_name", 128, Kind::Text),
    must("card_no", 32, Kind::Digits),
    must("prov_id", 6, Kind::Text),
    must("area_id", 6, Kind::Text),
    may("branch_code", 12, Kind::Text),
    may("bank_code", 8, Kind::Text),
    may("cert_type", 2, CERT_TYPES),
    may("cert_no", 32, Kind::Text),
    may("cert_validity_type", 1, VALIDITY),
    may("cert_begin_date", 8, Kind::Day),
    may("cert_end_date", 8, Kind::Day),
    may("mp", 11, Kind::Digits),
    may("is_settle_default", 1, YES_NO),
];

/// The only card_type that belongs to a person who is not the member's own.
pub(crate) const OTHER_PERSON: &str = "2";

/// What a request says about a card, fields checked.
#[derive(Clone)]
pub(crate) struct CardInfo {
    pub(crate) card_type: String,
    pub(crate) card_name: Option<String>,
    pub(crate) card_no: String,
    pub(crate) bank_code: Option<String>,
    pub(crate) wants_default: Option<bool>,
    pub(crate) given: BTreeMap<String, String>,
    pub(crate) unknown: Vec<String>,
}

impl CardInfo {
    /// Reads the JSON text of the field.
    pub(crate) fn read(text: &str, kind: SubjectKind) -> Result<Self, BadField> {
        let table = match kind {
            SubjectKind::EnterpriseMerchant => ENTERPRISE_MERCHANT,
            SubjectKind::IndividualMerchant => INDIVIDUAL_MERCHANT,
            SubjectKind::EnterpriseUser | SubjectKind::IndividualUser => USER,
        };
        let values = read(table, &object(text, NAME)?, "card_info.")?;
        let card_type = values.owned("card_type").unwrap_or_else(|| "1".to_owned());
        if kind.is_individual() && card_type != "1" {
            return Err(values.wrong("card_type", "个人只支持对私法人卡"));
        }
        check(&values, &card_type, kind)?;
        let card_no = values.text("card_no")?;
        if card_no.len() < 8 {
            return Err(values.wrong("card_no", "银行卡号错误"));
        }
        Ok(Self {
            card_name: values.owned("card_name"),
            bank_code: values.owned("bank_code"),
            wants_default: values.get("is_settle_default").map(|flag| flag == "Y"),
            given: values.given(),
            unknown: values.unknown,
            card_type,
            card_no,
        })
    }

    pub(crate) fn is_personal(&self) -> bool {
        matches!(self.card_type.as_str(), "1" | OTHER_PERSON)
    }

    pub(crate) fn tail(&self) -> &str {
        &self.card_no[self.card_no.len() - 4..]
    }
}

fn check(values: &Values, card_type: &str, kind: SubjectKind) -> Result<(), BadField> {
    let personal = card_type == "1" || card_type == OTHER_PERSON;
    values.needs(card_type == "0", &["branch_code", "card_name"])?;
    // Name, card number and ID number are verified together, so none may be missing.
    values.needs(personal, &["card_name", "cert_type", "cert_no"])?;
    if !kind.is_merchant() {
        values.needs(personal, &["cert_validity_type", "cert_begin_date"])?;
    }
    values.valid_period("cert_validity_type", PERIOD)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn personal() -> Value {
        json!({
            "card_type": "1", "card_name": "张三", "card_no": "6222021234567890123",
            "prov_id": "310000", "area_id": "310100", "cert_type": "00",
            "cert_no": "11010519491231002X", "cert_validity_type": "1",
            "cert_begin_date": "20200101",
        })
    }

    #[track_caller]
    fn check(change: Value, kind: SubjectKind, expected: Option<&str>) {
        let mut card = personal();
        for (name, value) in change.as_object().unwrap() {
            card[name] = value.clone();
        }
        let read = CardInfo::read(&card.to_string(), kind);
        let error = read.err().map(|bad| bad.field.into_owned());
        assert_eq!(error.as_deref(), expected, "{change} {kind:?}");
    }

    #[test]
    fn a_personal_card_needs_name_number_and_id() {
        for field in ["card_name", "card_no", "cert_type", "cert_no"] {
            for kind in SubjectKind::ALL {
                let named = format!("card_info.{field}");
                check(json!({ field: "" }), kind, Some(&named));
            }
        }
    }

    #[test]
    fn a_corporate_card_needs_its_branch() {
        let corporate = json!({"card_type": "0", "cert_type": "", "cert_no": ""});
        let branch = Some("card_info.branch_code");
        check(corporate.clone(), SubjectKind::EnterpriseMerchant, branch);
        check(corporate, SubjectKind::EnterpriseUser, branch);
    }

    #[test]
    fn each_kind_has_the_card_types_of_its_column() {
        let different_name = json!({"card_type": "4"});
        check(different_name.clone(), SubjectKind::EnterpriseUser, None);
        let refused = Some("card_info.card_type");
        check(different_name, SubjectKind::EnterpriseMerchant, refused);
        check(
            json!({"card_type": "2"}),
            SubjectKind::IndividualUser,
            refused,
        );
        check(
            json!({"card_type": ""}),
            SubjectKind::IndividualMerchant,
            None,
        );
        check(
            json!({"card_type": ""}),
            SubjectKind::EnterpriseUser,
            refused,
        );
    }

    #[test]
    fn a_limited_certificate_ends() {
        let limited = json!({"cert_validity_type": "0"});
        let end = Some("card_info.cert_end_date");
        for kind in SubjectKind::ALL {
            check(limited.clone(), kind, end);
        }
    }
}
