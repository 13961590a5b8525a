//! Definite refusals, with the codes of huifu-api.md §5.
//!
//! Where the document gives words, those stand here letter by letter; where it gives only a code,
//! the words are ours; where it gives neither, the code is the nearest of its table.

use crate::huifu::answer::{self, Data};
use crate::huifu::cash::{CashType, Price};

/// A definite no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) resp_code: String,
    pub(crate) resp_desc: String,
}

/// A refusal whose texts are known beforehand.
#[derive(Clone, Copy)]
pub(crate) struct Known(pub(crate) &'static str, pub(crate) &'static str);

impl Known {
    pub(crate) const STATE_WRONG: Self = Self("20000006", "商户状态不正确");
    pub(crate) const MERCHANT_MISSING: Self = Self("20000005", "商户不存在");
    pub(crate) const UPPER_MISSING: Self = Self("20000005", "渠道商/上级商户不存在");
    pub(crate) const ACCOUNT_MISSING: Self = Self("22000003", "账户信息不存在");
    pub(crate) const CARD_UNKNOWN: Self = Self("22000005", "取现卡信息不存在");
    pub(crate) const CASH_TYPE_CLOSED: Self = Self("22000004", "取现业务类型未开通");
    pub(crate) const FEE_NOT_COVERED: Self = Self("23000003", "取现金额不足以支付手续费");
    pub(crate) const DUPLICATE: Self = Self("20000000", "重复交易");
    pub(crate) const TOO_FREQUENT: Self = Self("20000001", "请求过于频繁,请稍后再试");
    pub(crate) const SHORT: Self = Self("90000000", "交易失败,出账失败,ACCT交易失败");
    pub(crate) const DM_SHORT: Self = Self("90000000", "交易失败,DM取现额度不足");
    pub(crate) const ALREADY_OPENED: Self =
        Self("22000002", "用户业务已入驻,请使用用户业务入驻修改接口");
    pub(crate) const NOT_OPENED: Self = Self("22000002", "用户业务未入驻");
    pub(crate) const NO_CARD: Self = Self("22000005", "未绑定取现卡,不能配置取现");
    pub(crate) const LOGIN_NAME_TAKEN: Self = Self("00000001", "登录名已存在");
    pub(crate) const WAYS_TO_PAY_MIXED: Self =
        Self("21000000", "开通时取现手续费只支持统一选择内扣或外扣");
    pub(crate) const CARD_MISMATCH: Self =
        Self("22000005", "银行卡户名、卡号、持卡人证件号码验证不一致");
    pub(crate) const NOT_LEGAL_PERSON: Self =
        Self("22000005", "对私法人结算时,持卡人姓名必须与法人姓名相同");
    pub(crate) const NOT_COMPANY_NAME: Self =
        Self("22000005", "对公结算时,卡户名必须与企业名称相同");
    pub(crate) const IDENTITY_MISMATCH: Self =
        Self("90000000", "实名认证失败,姓名与证件号码不一致");
    pub(crate) const AGE: Self = Self("00000001", "法人年龄应在18至80周岁之间");
    pub(crate) const APPLICATION_MISSING: Self = Self("23000001", "申请单不存在");
}

impl From<Known> for Refusal {
    fn from(Known(code, text): Known) -> Self {
        Self::new(code, text)
    }
}

impl Refusal {
    pub(crate) fn new(resp_code: &str, resp_desc: &str) -> Self {
        Self {
            resp_code: resp_code.to_owned(),
            resp_desc: resp_desc.to_owned(),
        }
    }

    /// The guide's own example: T1取现费率不能低于渠道商/上级商户费率底价1.00+AMT*0.00.
    pub(crate) fn below_floor(cash_type: CashType, floor: &Price) -> Self {
        let floor = floor.as_floor();
        Self::new(
            "99999999",
            &format!("{cash_type}取现费率不能低于渠道商/上级商户费率底价{floor}"),
        )
    }

    /// A field names a picture that was never uploaded.
    pub(crate) fn picture_unknown(field: &str) -> Self {
        Self::new("00000001", &format!("{field}对应的图片不存在"))
    }

    pub(crate) fn data(&self) -> Data {
        answer::data(&self.resp_code, &self.resp_desc)
    }
}
