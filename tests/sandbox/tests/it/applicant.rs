//! The forms of those who apply at Huifu: one good request for each interface, to be changed.

use crate::merchant::{DATE, HUIFU_ID, Merchant};
use sandbox::huifu::{Operation, SubjectKind};
use serde_json::{Value, json};

pub(crate) const PERSON: &str = "张三";
/// The check digit is right, and the person is 36.
pub(crate) const ID_NUMBER: &str = "110105199003070076";
pub(crate) const CARD_NO: &str = "6222021234567890123";
/// The smallest thing that begins like a PNG.
pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\nbody";

pub(crate) fn personal_card(card_no: &str) -> Value {
    json!({
        "card_type": "1", "card_name": PERSON, "card_no": card_no, "prov_id": "310000",
        "area_id": "310100", "cert_type": "00", "cert_no": ID_NUMBER,
        "cert_validity_type": "1", "cert_begin_date": "20200101",
    })
}

pub(crate) fn cash_rules() -> Value {
    json!([
        {"cash_type": "T1", "fix_amt": "1.00", "fee_rate": "0.05", "out_fee_flag": "2"},
        {"cash_type": "D1", "fix_amt": "2.00", "weekday_fix_amt": "1.00", "out_fee_flag": "2"},
    ])
}

/// A picture in every field that must have one.
pub(crate) async fn picture(merchant: &Merchant) -> String {
    let answer = upload(merchant, PNG, None).await;
    answer["file_id"].as_str().unwrap().to_owned()
}

/// Uploads as Go and PHP do: without a signature, unless one is given.
pub(crate) async fn upload(merchant: &Merchant, file: &[u8], sign: Option<&str>) -> Value {
    let response = send_upload(merchant, file, sign, HUIFU_ID).await;
    let answer: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    answer["data"].clone()
}

pub(crate) async fn send_upload(
    merchant: &Merchant,
    file: &[u8],
    sign: Option<&str>,
    sys_id: &str,
) -> reqwest::Response {
    let boundary = "between-parts";
    let mut body = Vec::new();
    let texts = [
        ("sys_id", sys_id),
        ("product_id", "YYZY"),
        ("data", UPLOAD_DATA),
    ];
    for (name, value) in texts.into_iter().chain(sign.map(|sign| ("sign", sign))) {
        let part = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
        body.extend(part.bytes());
    }
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    body.extend(head.bytes());
    body.extend(file);
    body.extend(format!("\r\n--{boundary}--\r\n").bytes());
    merchant
        .client
        .post(format!(
            "{}{}",
            merchant.huifu.base_url,
            Operation::Picture.path()
        ))
        .header(
            "content-type",
            format!("multipart/form-data; boundary={boundary}"),
        )
        .body(body)
        .send()
        .await
        .unwrap()
}

pub(crate) const UPLOAD_DATA: &str =
    r#"{"file_type":"F02","req_date":"20261122","req_seq_id":"PIC1"}"#;

/// A good opening of this kind. A user's is its base data.
pub(crate) async fn opening(merchant: &Merchant, kind: SubjectKind, serial: &str) -> Value {
    let mut form = match kind {
        SubjectKind::EnterpriseMerchant => enterprise_merchant(&picture(merchant).await),
        SubjectKind::IndividualMerchant => individual_merchant(&picture(merchant).await),
        SubjectKind::EnterpriseUser => enterprise_user(),
        SubjectKind::IndividualUser => individual_user(),
    };
    form["req_seq_id"] = json!(serial);
    form["req_date"] = json!(DATE);
    if kind.is_merchant() {
        form["upper_huifu_id"] = json!(HUIFU_ID);
        form["async_return_url"] = json!(merchant.notify_url);
        form["card_info"] = json!(personal_card(CARD_NO).to_string());
        form["cash_config"] = json!(cash_rules().to_string());
    }
    form
}

pub(crate) fn operation(kind: SubjectKind) -> Operation {
    match kind {
        SubjectKind::EnterpriseMerchant => Operation::MerchantEnt,
        SubjectKind::IndividualMerchant => Operation::MerchantIndv,
        SubjectKind::EnterpriseUser => Operation::UserEnt,
        SubjectKind::IndividualUser => Operation::UserIndv,
    }
}

/// A good business entry of a user, with a card and rules.
pub(crate) fn entry(merchant: &Merchant, huifu_id: &str, serial: &str) -> Value {
    json!({
        "huifu_id": huifu_id, "req_seq_id": serial, "req_date": DATE,
        "upper_huifu_id": HUIFU_ID, "async_return_url": merchant.notify_url,
        "card_info": personal_card(CARD_NO).to_string(),
        "cash_config": cash_rules().to_string(),
    })
}

/// Opens an individual user with one card; its huifu_id and the card's token.
pub(crate) async fn opened_user(merchant: &Merchant) -> (String, String) {
    let form = opening(merchant, SubjectKind::IndividualUser, "BASE").await;
    let base = merchant.call(Operation::UserIndv, &form).await;
    let huifu_id = base["huifu_id"].as_str().unwrap().to_owned();
    let entry = entry(merchant, &huifu_id, "ENTRY");
    let entered = merchant.call(Operation::UserBusiOpen, &entry).await;
    let token_no = entered["token_no"].as_str().unwrap().to_owned();
    (huifu_id, token_no)
}

fn enterprise_merchant(file_id: &str) -> Value {
    json!({
        "reg_name": "海投汇测试有限公司", "short_name": "海投汇测试", "receipt_name": "海投汇",
        "ent_type": "3", "scene_type": "ALL", "license_pic": file_id,
        "license_code": "91310000MA1K35X00X", "license_validity_type": "1",
        "license_begin_date": "20200101", "found_date": "20200101",
        "reg_district_id": "310105", "reg_detail": "长宁区测试路1号", "district_id": "310105",
        "detail_addr": "长宁区测试路1号", "legal_name": PERSON, "legal_cert_type": "00",
        "legal_cert_no": ID_NUMBER, "legal_cert_validity_type": "1",
        "legal_cert_begin_date": "20200101", "legal_addr": "长宁区测试路1号",
        "legal_cert_back_pic": file_id, "legal_cert_front_pic": file_id,
        "contact_mobile_no": "13900000000", "contact_email": "a@example.com",
        "login_name": "LgTest", "settle_card_front_pic": file_id,
        "settle_cert_back_pic": file_id, "settle_cert_front_pic": file_id,
        "store_header_pic": file_id, "store_indoor_pic": file_id,
        "store_cashier_desk_pic": file_id,
    })
}

fn individual_merchant(file_id: &str) -> Value {
    json!({
        "reg_name": PERSON, "mcc": "5411", "scene_type": "ONLINE", "district_id": "310105",
        "legal_cert_no": ID_NUMBER, "legal_cert_begin_date": "20200101",
        "legal_cert_end_date": "20400101", "legal_addr": "长宁区测试路1号",
        "legal_cert_back_pic": file_id, "legal_cert_front_pic": file_id,
        "contact_mobile_no": "13900000000", "contact_email": "a@example.com",
        "settle_card_front_pic": file_id,
    })
}

fn enterprise_user() -> Value {
    json!({
        "reg_name": "海投汇测试有限公司", "license_code": "91310000MA1K35X00X",
        "license_validity_type": "1", "license_begin_date": "20200101",
        "reg_prov_id": "310000", "reg_area_id": "310100", "reg_district_id": "310105",
        "reg_detail": "长宁区测试路1号", "legal_name": PERSON, "legal_cert_type": "00",
        "legal_cert_no": ID_NUMBER, "legal_cert_validity_type": "1",
        "legal_cert_begin_date": "20200101", "contact_name": PERSON,
        "contact_mobile": "13900000000",
    })
}

fn individual_user() -> Value {
    json!({
        "name": PERSON, "cert_type": "00", "cert_no": ID_NUMBER, "cert_validity_type": "1",
        "cert_begin_date": "20200101", "mobile_no": "13900000000",
    })
}
