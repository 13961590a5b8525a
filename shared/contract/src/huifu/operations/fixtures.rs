//! Forms that break no rule, one for each subject, for the tests of this folder.

use jiff::civil::{Date, date};
use serde_json::{Value, json};

use super::{ApplicationForm, FieldError};
use crate::application::{ApplicationKind, SubjectKind};

pub(super) const TODAY: Date = date(2026, 11, 24);
/// A right number: born 1990-03-07.
pub(super) const ID_CARD: &str = "11010519900307005X";
pub(super) const PICTURE: &str = "M01KASGXE00000000000000000A";

pub(super) fn read(
    kind: ApplicationKind,
    subject: SubjectKind,
    form: &Value,
) -> Result<ApplicationForm, Vec<FieldError>> {
    ApplicationForm::read(kind, subject, form, TODAY)
}

/// What is wrong with a form, each as `path: rule`.
pub(super) fn wrong(kind: ApplicationKind, subject: SubjectKind, form: &Value) -> Vec<String> {
    let errors = read(kind, subject, form).err().unwrap_or_default();
    let said = errors
        .iter()
        .map(|error| format!("{}: {}", error.path, error.rule));
    said.collect()
}

pub(super) fn form(kind: ApplicationKind, subject: SubjectKind) -> Value {
    match kind {
        ApplicationKind::Opening => opening(subject),
        ApplicationKind::Card => card(subject),
        ApplicationKind::CashRules => json!({"cash_config": [
            {"cash_type": "T1", "switch_state": "1", "fix_amt": "1.00"},
            {"cash_type": "D0", "switch_state": "0"},
        ]}),
    }
}

pub(super) fn opening(subject: SubjectKind) -> Value {
    let about = match subject {
        SubjectKind::EnterpriseMerchant => enterprise_merchant(),
        SubjectKind::IndividualMerchant => individual_merchant(),
        SubjectKind::EnterpriseUser => enterprise_user(),
        SubjectKind::IndividualUser => json!({
            "name": "张三", "cert_type": "00", "cert_no": ID_CARD, "cert_validity_type": "0",
            "cert_begin_date": "20200101", "cert_end_date": "20400101",
            "mobile_no": "13900000000",
        }),
    };
    json!({
        "subject": about,
        "card_info": card_info(subject),
        "cash_config": [
            {"cash_type": "D0", "fix_amt": "1.00", "fee_rate": "0.05"},
            {"cash_type": "D1", "fix_amt": "2.00", "weekday_fix_amt": "1.00"},
        ],
    })
}

fn enterprise_merchant() -> Value {
    json!({
        "reg_name": "上海海投汇有限公司", "short_name": "海投汇商城", "receipt_name": "海投汇",
        "ent_type": "3", "mcc": "5311", "busi_type": "2", "scene_type": "ONLINE",
        "license_pic": PICTURE, "license_code": "91310000000000000X",
        "license_validity_type": "1", "license_begin_date": "20150101",
        "found_date": "20150101", "reg_capital": "1000000.00", "reg_district_id": "310104",
        "reg_detail": "上海市徐汇区一路一号", "district_id": "310104",
        "legal_name": "张三", "legal_cert_type": "00", "legal_cert_no": ID_CARD,
        "legal_cert_validity_type": "0", "legal_cert_begin_date": "20200101",
        "legal_cert_end_date": "20400101", "legal_addr": "上海市徐汇区一路一号",
        "legal_cert_back_pic": PICTURE, "legal_cert_front_pic": PICTURE,
        "contact_mobile_no": "13900000000", "contact_email": "a@example.com",
        "login_name": "haitouhui_1", "settle_card_front_pic": PICTURE,
        "settle_cert_back_pic": PICTURE, "settle_cert_front_pic": PICTURE,
        "store_header_pic": PICTURE, "store_indoor_pic": PICTURE,
        "store_cashier_desk_pic": PICTURE,
    })
}

fn individual_merchant() -> Value {
    json!({
        "reg_name": "张三", "mcc": "5311", "scene_type": "ONLINE", "district_id": "310104",
        "legal_cert_no": ID_CARD, "legal_cert_begin_date": "20200101",
        "legal_cert_end_date": "20400101", "legal_addr": "上海市徐汇区一路一号",
        "legal_cert_back_pic": PICTURE, "legal_cert_front_pic": PICTURE,
        "contact_mobile_no": "13900000000", "contact_email": "a@example.com",
        "settle_card_front_pic": PICTURE,
    })
}

fn enterprise_user() -> Value {
    json!({
        "reg_name": "上海海投汇有限公司", "license_code": "91310000000000000X",
        "license_validity_type": "0", "license_begin_date": "20150101",
        "license_end_date": "20350101", "reg_prov_id": "310000", "reg_area_id": "310100",
        "reg_district_id": "310104", "reg_detail": "一路一号", "legal_name": "张三",
        "legal_cert_type": "00", "legal_cert_no": ID_CARD, "legal_cert_validity_type": "1",
        "legal_cert_begin_date": "20200101", "contact_name": "李四",
        "contact_mobile": "13900000000",
        "file_list": [{"file_type": "F07", "file_id": PICTURE, "file_name": "执照.png"}],
    })
}

fn card_info(subject: SubjectKind) -> Value {
    let mut card = json!({
        "card_name": "张三", "card_no": "6222020000000001234", "prov_id": "310000",
        "area_id": "310100", "cert_type": "00", "cert_no": ID_CARD, "cert_validity_type": "1",
        "cert_begin_date": "20200101", "is_settle_default": "Y",
    });
    match subject {
        SubjectKind::IndividualMerchant => card["bank_code"] = "01020000".into(),
        SubjectKind::EnterpriseMerchant
        | SubjectKind::EnterpriseUser
        | SubjectKind::IndividualUser => card["card_type"] = "1".into(),
    }
    card
}

fn card(subject: SubjectKind) -> Value {
    json!({"card_info": card_info(subject)})
}
