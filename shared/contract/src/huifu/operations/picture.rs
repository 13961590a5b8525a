//! Pictures and materials (huifu-api.md §1): a multipart form, signed over its `data` alone.
//!
//! The answer is the one that may come without a signature: some of Huifu's own clients do not
//! ask for one. A file_id is no statement about money, and a wrong one is refused by the step
//! that names it.

use serde::{Deserialize, Serialize};

use crate::huifu::envelope::Caller;
use crate::huifu::field::{TextRule, check_text, received};
use crate::huifu::{LimitError, ReqDate};
use crate::ids::ReqSeqId;
use crate::signing::huifu::sign_data;
use crate::signing::keys::PrivateKey;

/// Where pictures go.
pub const PICTURE_PATH: &str = "/v2/supplementary/picture";

/// What a picture shows, in Huifu's codes, by the field that names it.
pub mod file_type {
    use crate::application::SubjectKind;

    /// 营业执照: `license_pic`.
    pub const LICENSE: &str = "F07";
    /// 法人身份证人像面: `legal_cert_front_pic` of enterprises.
    pub const LEGAL_CERT_FRONT: &str = "F02";
    /// 法人身份证国徽面: `legal_cert_back_pic` of enterprises.
    pub const LEGAL_CERT_BACK: &str = "F03";
    /// 负责人身份证人像面: `legal_cert_front_pic` of individuals.
    pub const PERSON_CERT_FRONT: &str = "F40";
    /// 负责人身份证国徽面: `legal_cert_back_pic` of individuals.
    pub const PERSON_CERT_BACK: &str = "F41";
    /// 开户许可证: `reg_acct_pic`.
    pub const ACCOUNT_PERMIT: &str = "F08";
    /// 银行卡卡号面: `settle_card_front_pic`.
    pub const CARD_FRONT: &str = "F13";
    /// 授权委托书: `auth_entrust_pic`.
    pub const ENTRUSTMENT: &str = "F15";
    /// 持卡人身份证人像面: `settle_cert_front_pic`.
    pub const HOLDER_CERT_FRONT: &str = "F55";
    /// 持卡人身份证国徽面: `settle_cert_back_pic`.
    pub const HOLDER_CERT_BACK: &str = "F56";
    /// 店铺门头照: `store_header_pic`.
    pub const STORE_FRONT: &str = "F22";
    /// 店铺内景照: `store_indoor_pic`.
    pub const STORE_INDOOR: &str = "F24";
    /// 收银台照: `store_cashier_desk_pic`.
    pub const STORE_CASHIER: &str = "F105";
    /// 非同名结算证明材料 (huifu-api.md §3.12).
    pub const OTHER_NAME: &str = "F516";

    /// What a picture must show to be named by this field of a subject's form; `None` for a field
    /// that says so itself, as the entries of a list of files do.
    pub fn of_field(field: &str, subject: SubjectKind) -> Option<&'static str> {
        let person = match subject {
            SubjectKind::EnterpriseMerchant | SubjectKind::EnterpriseUser => false,
            SubjectKind::IndividualMerchant | SubjectKind::IndividualUser => true,
        };
        Some(match field {
            "license_pic" => LICENSE,
            "legal_cert_front_pic" if person => PERSON_CERT_FRONT,
            "legal_cert_back_pic" if person => PERSON_CERT_BACK,
            "legal_cert_front_pic" => LEGAL_CERT_FRONT,
            "legal_cert_back_pic" => LEGAL_CERT_BACK,
            "reg_acct_pic" => ACCOUNT_PERMIT,
            "settle_card_front_pic" => CARD_FRONT,
            "auth_entrust_pic" => ENTRUSTMENT,
            "settle_cert_front_pic" => HOLDER_CERT_FRONT,
            "settle_cert_back_pic" => HOLDER_CERT_BACK,
            "store_header_pic" => STORE_FRONT,
            "store_indoor_pic" => STORE_INDOOR,
            "store_cashier_desk_pic" => STORE_CASHIER,
            _ => return None,
        })
    }

    /// Whether it is a code of Huifu's form: F and one to four digits. Which exist is its list
    /// to say.
    pub fn is_code(text: &str) -> bool {
        text.strip_prefix('F').is_some_and(|digits| {
            (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
        })
    }
}

/// The `data` beside a picture. It never names a huifu_id: Huifu takes none of users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PictureUpload {
    req_seq_id: ReqSeqId,
    req_date: ReqDate,
    file_type: String,
}

impl PictureUpload {
    /// A picture that shows what `file_type` says.
    pub fn new(
        req_seq_id: ReqSeqId,
        req_date: ReqDate,
        file_type: &str,
    ) -> Result<Self, LimitError> {
        check_text("file_type", file_type, 32)?;
        if !file_type::is_code(file_type) {
            return Err(LimitError {
                field: "file_type",
                rule: TextRule::Listed,
            });
        }
        Ok(Self {
            req_seq_id,
            req_date,
            file_type: file_type.to_owned(),
        })
    }

    /// The texts of the multipart form; the picture follows them in the field `file`.
    pub fn texts(&self, caller: &Caller, key: &PrivateKey) -> [(&'static str, String); 4] {
        let data = serde_json::to_string(self).expect("three texts can be printed as JSON");
        let signed = sign_data(&data, key).expect("it prints as an object of names that differ");
        [
            ("sys_id", caller.sys_id.clone()),
            ("product_id", caller.product_id.clone()),
            ("data", signed.text.get().to_owned()),
            ("sign", signed.sign),
        ]
    }
}

/// The `data` of its answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct PictureAnswer {
    /// The result of the call.
    #[serde(deserialize_with = "received::<_, 8>")]
    pub resp_code: Option<String>,
    /// The same in words.
    #[serde(deserialize_with = "received::<_, 512>")]
    pub resp_desc: Option<String>,
    /// What later calls name.
    #[serde(deserialize_with = "received::<_, 128>")]
    pub file_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signing::fixtures::ours;

    fn upload(file_type: &str) -> Result<PictureUpload, LimitError> {
        let seq_id = "A01KASGXE00000000000000000A".parse().unwrap();
        PictureUpload::new(seq_id, "20261124".parse().unwrap(), file_type)
    }

    #[test]
    fn the_form_of_a_picture_is_signed_over_its_data_alone() {
        let caller = Caller {
            sys_id: "6666".to_owned(),
            product_id: "MCS".to_owned(),
        };
        let texts = upload(file_type::LICENSE).unwrap().texts(&caller, &ours());
        assert_eq!(
            texts.each_ref().map(|text| text.0),
            ["sys_id", "product_id", "data", "sign"]
        );
        let data = r#"{"file_type":"F07","req_date":"20261124","req_seq_id":"A01KASGXE00000000000000000A"}"#;
        assert_eq!(texts[2].1, data);
        assert!(ours().public().verify(data.as_bytes(), &texts[3].1).is_ok());
    }

    #[test]
    fn a_file_type_is_f_and_a_number() {
        for good in ["F1", "F07", "F105", "F1234"] {
            assert!(upload(good).is_ok(), "{good}");
        }
        for bad in ["", "F", "07", "f07", "F12345", "F-1", "F０7"] {
            assert_eq!(upload(bad).unwrap_err().field, "file_type", "{bad}");
        }
    }
}
