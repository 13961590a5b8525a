//! Applications as a partner would fill them in, one of each kind, with data that stands nowhere
//! else: a test that finds a piece of [`SECRETS`] in a log, a message or a row has found a leak.
//!
//! The names of fields are Huifu's (huifu-api.md §3.7 to §3.13). Whoever is called here exists as
//! little as their numbers do, although each ID number has the right check digit.

use serde_json::{Value, json};

/// Names, numbers and mobiles of everybody in these forms.
pub const SECRETS: [&str; 17] = [
    LEGAL_PERSON,
    PERSON,
    LEGAL_PERSON_ID,
    PERSON_ID,
    COMPANY,
    LEGAL_PERSON_CARD,
    PERSON_CARD,
    SECOND_CARD,
    COMPANY_CARD,
    "13917540817",
    "13764190263",
    "91310104MA7TIXIAN1",
    "legal@tixian.example",
    "person@tixian.example",
    "上海市徐汇区柳州路样品弄八号",
    "上海市徐汇区桂林路样品弄九号",
    "13500004321",
];

/// Who the merchants and the enterprise user belong to.
pub const LEGAL_PERSON: &str = "样法人";
/// Who the individuals are.
pub const PERSON: &str = "样个人";
/// The enterprise.
pub const COMPANY: &str = "样品贸易有限公司";

const LEGAL_PERSON_ID: &str = "310104198512120015";
const PERSON_ID: &str = "110101199003072332";
const LEGAL_PERSON_CARD: &str = "6225760011223344";
const PERSON_CARD: &str = "6222021122334455";
const SECOND_CARD: &str = "6228480099887766";
const COMPANY_CARD: &str = "1001244309007788";

/// The last digits of the first card of each kind of subject, and of [`second_card`].
#[must_use]
pub fn tail(subject: &str) -> &'static str {
    match subject {
        "enterprise_user" => "7788",
        "enterprise_merchant" => "3344",
        _ => "4455",
    }
}

/// The last digits of [`second_card`].
pub const SECOND_TAIL: &str = "7766";

/// The form of an opening. `name` is added to the subject's name, for a sandbox that decides by it;
/// `picture` gives the id of a picture of this `file_type`.
///
/// # Panics
/// For a kind of subject that there is not.
#[must_use]
pub fn opening(subject: &str, name: &str, picture: &dyn Fn(&str) -> String) -> Value {
    match subject {
        "enterprise_merchant" => enterprise_merchant(name, picture),
        "individual_merchant" => individual_merchant(name, picture),
        "enterprise_user" => enterprise_user(name),
        "individual_user" => individual_user(name),
        _ => panic!("there is no subject {subject}"),
    }
}

/// One more card of the person, or of the legal person.
#[must_use]
pub fn second_card(subject: &str, name: &str) -> Value {
    let card = match subject {
        "enterprise_merchant" | "enterprise_user" => {
            personal_card(LEGAL_PERSON, LEGAL_PERSON_ID, SECOND_CARD)
        }
        "individual_merchant" => merchants_card(&format!("{PERSON}{name}"), SECOND_CARD),
        _ => personal_card(&format!("{PERSON}{name}"), PERSON_ID, SECOND_CARD),
    };
    json!({ "card_info": card })
}

/// D0 costs more from now on, T1 is closed.
#[must_use]
pub fn other_cash_rules() -> Value {
    json!({ "cash_config": [
        { "cash_type": "D0", "fix_amt": "2.00", "fee_rate": "0.10", "out_fee_flag": "2",
          "switch_state": "1" },
        { "cash_type": "T1", "fix_amt": "1.00", "fee_rate": "0.05", "out_fee_flag": "2",
          "switch_state": "0" },
    ] })
}

fn cash_config() -> Value {
    let rule = |cash_type| {
        json!({
            "cash_type": cash_type, "fix_amt": "1.00", "fee_rate": "0.05", "out_fee_flag": "2",
        })
    };
    // Dearer than the others on every day, so that what a page preselects is the same on all.
    let mut d1 = rule("D1");
    d1["fix_amt"] = json!("3.00");
    d1["weekday_fix_amt"] = json!("2.00");
    d1["weekday_fee_rate"] = json!("0.05");
    json!([rule("D0"), rule("T1"), d1, rule("DM")])
}

fn enterprise_merchant(name: &str, picture: &dyn Fn(&str) -> String) -> Value {
    let subject = json!({
        "reg_name": format!("{COMPANY}{name}"), "short_name": "样品贸易", "receipt_name": "样品贸易",
        "ent_type": "3", "mcc": "5311", "busi_type": "2", "scene_type": "ONLINE",
        "license_pic": picture("F07"), "license_code": "91310104MA7TIXIAN1",
        "license_validity_type": "1", "license_begin_date": "20150601", "found_date": "20150601",
        "reg_capital": "1000000.00", "reg_prov_id": "310000", "reg_area_id": "310100",
        "reg_district_id": "310104", "reg_detail": "上海市徐汇区柳州路样品弄八号",
        "district_id": "310104", "legal_name": LEGAL_PERSON, "legal_cert_type": "00",
        "legal_cert_no": LEGAL_PERSON_ID, "legal_cert_validity_type": "1",
        "legal_cert_begin_date": "20100101", "legal_addr": "上海市徐汇区柳州路样品弄八号",
        "legal_cert_back_pic": picture("F03"), "legal_cert_front_pic": picture("F02"),
        "contact_name": LEGAL_PERSON, "contact_mobile_no": "13917540817",
        "contact_email": "legal@tixian.example", "login_name": format!("LOGIN{}", serial(name)),
        "settle_card_front_pic": picture("F13"), "settle_cert_back_pic": picture("F56"),
        "settle_cert_front_pic": picture("F55"), "store_header_pic": picture("F22"),
        "store_indoor_pic": picture("F24"), "store_cashier_desk_pic": picture("F105"),
        "mer_url": "https://shop.example", "mer_icp": "沪ICP备00000000号",
    });
    let card = personal_card(LEGAL_PERSON, LEGAL_PERSON_ID, LEGAL_PERSON_CARD);
    json!({ "subject": subject, "card_info": card, "cash_config": cash_config() })
}

fn individual_merchant(name: &str, picture: &dyn Fn(&str) -> String) -> Value {
    let person = format!("{PERSON}{name}");
    let subject = json!({
        "reg_name": person, "short_name": "样品小店", "mcc": "5311", "scene_type": "ONLINE",
        "district_id": "310104", "legal_cert_no": PERSON_ID, "legal_cert_begin_date": "20200101",
        "legal_cert_validity_type": "0", "legal_cert_end_date": "20400101",
        "legal_addr": "上海市徐汇区桂林路样品弄九号",
        "legal_cert_back_pic": picture("F41"), "legal_cert_front_pic": picture("F40"),
        "contact_mobile_no": "13764190263", "contact_email": "person@tixian.example",
        "settle_card_front_pic": picture("F13"), "mer_url": "https://shop.example",
        "mer_icp": "沪ICP备00000000号",
    });
    let card = merchants_card(&person, PERSON_CARD);
    json!({ "subject": subject, "card_info": card, "cash_config": cash_config() })
}

fn enterprise_user(name: &str) -> Value {
    let company = format!("{COMPANY}{name}");
    let subject = json!({
        "reg_name": company, "license_code": "91310104MA7TIXIAN1", "license_validity_type": "1",
        "license_begin_date": "20150601", "reg_prov_id": "310000", "reg_area_id": "310100",
        "reg_district_id": "310104", "reg_detail": "上海市徐汇区柳州路样品弄八号",
        "legal_name": LEGAL_PERSON, "legal_cert_type": "00", "legal_cert_no": LEGAL_PERSON_ID,
        "legal_cert_validity_type": "1", "legal_cert_begin_date": "20100101",
        "contact_name": LEGAL_PERSON, "contact_mobile": "13917540817",
    });
    let card = json!({
        "card_type": "0", "card_name": company, "card_no": COMPANY_CARD, "prov_id": "310000",
        "area_id": "310100", "branch_code": "102290026507",
    });
    json!({ "subject": subject, "card_info": card, "cash_config": cash_config() })
}

fn individual_user(name: &str) -> Value {
    let person = format!("{PERSON}{name}");
    let subject = json!({
        "name": person, "cert_type": "00", "cert_no": PERSON_ID, "cert_validity_type": "0",
        "cert_begin_date": "20200101", "cert_end_date": "20400101", "mobile_no": "13764190263",
        "email": "person@tixian.example", "address": "上海市徐汇区桂林路样品弄九号",
    });
    let card = personal_card(&person, PERSON_ID, PERSON_CARD);
    json!({ "subject": subject, "card_info": card, "cash_config": cash_config() })
}

/// A user's card, or an enterprise merchant's that belongs to its legal person.
fn personal_card(holder: &str, id: &str, number: &str) -> Value {
    json!({
        "card_type": "1", "card_name": holder, "card_no": number, "prov_id": "310000",
        "area_id": "310100", "cert_type": "00", "cert_no": id, "cert_validity_type": "1",
        "cert_begin_date": "20100101", "mp": "13500004321",
    })
}

/// An individual merchant's card has no type (huifu-api.md §3.8).
fn merchants_card(holder: &str, number: &str) -> Value {
    let mut card = personal_card(holder, PERSON_ID, number);
    card.as_object_mut()
        .expect("it was made as an object")
        .remove("card_type");
    card
}

/// Login names are unique at Huifu; the name's letters make this one.
fn serial(name: &str) -> u32 {
    name.chars()
        .fold(1_000, |sum, letter| sum + u32::from(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_secret_stands_in_some_form() {
        let picture = |kind: &str| kind.to_owned();
        let subjects = [
            "enterprise_merchant",
            "individual_merchant",
            "enterprise_user",
            "individual_user",
        ];
        let mut all: Vec<String> = subjects
            .iter()
            .map(|subject| opening(subject, "", &picture).to_string())
            .collect();
        all.push(second_card("individual_user", "").to_string());
        for secret in SECRETS {
            assert!(all.iter().any(|form| form.contains(secret)), "{secret}");
        }
        for subject in subjects {
            let form = opening(subject, "", &picture);
            let number = form["card_info"]["card_no"].as_str().unwrap();
            assert!(number.ends_with(tail(subject)), "{subject}");
        }
    }
}
