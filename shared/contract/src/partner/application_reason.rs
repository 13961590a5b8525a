//! Why an application was refused or failed, in words that stay the same for partners.
//!
//! Huifu's own texts change and may name people; they stay with the operators. A code is never
//! renamed and never reused.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::enumeration;

enumeration! {
    /// A reason that partners may branch on.
    #[derive(PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum ApplicationReason {
        /// Huifu did not take a field.
        ParameterRefused => "parameter_refused",
        /// A fee is below what the channel or the parent pays itself.
        FeeBelowFloor => "fee_below_floor",
        /// Card number, holder's name and ID number do not belong together.
        CardMismatch => "card_mismatch",
        /// A legal person's card does not carry the legal person's name.
        LegalNameMismatch => "legal_name_mismatch",
        /// Name and ID number do not belong together.
        IdentityMismatch => "identity_mismatch",
        /// The card cannot be bound.
        CardRefused => "card_refused",
        /// The cash types cannot be opened like this.
        CashRulesRefused => "cash_rules_refused",
        /// Another part of the configuration broke a rule of Huifu's.
        ConfigurationRefused => "configuration_refused",
        /// The channel lacks a product or a setting that this needs.
        ConfigurationMissing => "configuration_missing",
        /// The channel may not do this.
        PermissionMissing => "permission_missing",
        /// Huifu did not believe our signature.
        SignatureRefused => "signature_refused",
        /// Huifu knows no such merchant or user.
        SubjectUnknown => "subject_unknown",
        /// The merchant or user is in a state that does not take this.
        SubjectUnusable => "subject_unusable",
        /// The login name belongs to somebody else.
        LoginNameTaken => "login_name_taken",
        /// The subject is registered already.
        AlreadyRegistered => "already_registered",
        /// What it is about has come to its end before.
        AlreadyFinal => "already_final",
        /// The account is frozen.
        AccountFrozen => "account_frozen",
        /// An amount cannot be like this.
        AmountRefused => "amount_refused",
        /// Above a limit.
        LimitExceeded => "limit_exceeded",
        /// Refused by risk control.
        RiskRefused => "risk_refused",
        /// A picture or a paper is missing, unclear or another one.
        MaterialRefused => "material_refused",
        /// A document has expired.
        CertificateExpired => "certificate_expired",
        /// Huifu does not do this.
        Unsupported => "unsupported",
        /// A reviewer refused it for another reason.
        RefusedInReview => "refused_in_review",
        /// Huifu tried and could not.
        ProviderFailed => "provider_failed",
        /// Refused by the payment provider for another reason.
        RefusedByProvider => "refused_by_provider",
    }
}

use ApplicationReason::*;

impl ApplicationReason {
    /// The reason in Chinese, for the user.
    pub const fn zh(self) -> &'static str {
        match self {
            ParameterRefused => "提交的资料格式或内容不符合要求",
            FeeBelowFloor => "取现费率低于渠道商或上级商户的费率底价",
            CardMismatch => "银行卡号、户名与证件号码不一致",
            LegalNameMismatch => "对私法人结算卡的持卡人姓名必须与法人姓名相同",
            IdentityMismatch => "姓名与证件号码不一致",
            CardRefused => "银行卡无法绑定",
            CashRulesRefused => "取现配置未通过",
            ConfigurationRefused => "业务配置不符合支付渠道的规则",
            ConfigurationMissing => "支付渠道的产品或商户配置尚未开通",
            PermissionMissing => "尚未开通该业务权限",
            SignatureRefused => "支付渠道未能验证平台签名",
            SubjectUnknown => "商户或用户在支付渠道不存在",
            SubjectUnusable => "商户或用户当前状态不允许该操作",
            LoginNameTaken => "登录名已被使用",
            AlreadyRegistered => "该主体已经开户",
            AlreadyFinal => "原申请已经结束",
            AccountFrozen => "账户已冻结",
            AmountRefused => "金额不符合要求",
            LimitExceeded => "超过限额",
            RiskRefused => "存在风险，申请已被拒绝",
            MaterialRefused => "证件或材料缺失、不清晰或不符",
            CertificateExpired => "证件已过期",
            Unsupported => "支付渠道不支持该操作",
            RefusedInReview => "审核未通过",
            ProviderFailed => "支付渠道处理失败",
            RefusedByProvider => "支付渠道拒绝了本次申请",
        }
    }

    /// The reason in English, for the user.
    pub const fn en(self) -> &'static str {
        match self {
            ParameterRefused => "A field of the application was not accepted.",
            FeeBelowFloor => "A withdrawal fee is below the floor of the channel or parent.",
            CardMismatch => "Card number, holder and ID number do not belong together.",
            LegalNameMismatch => "The legal person's card must carry the legal person's name.",
            IdentityMismatch => "Name and ID number do not belong together.",
            CardRefused => "The bank card cannot be bound.",
            CashRulesRefused => "The cash types cannot be opened like this.",
            ConfigurationRefused => "The configuration breaks a rule of the payment provider.",
            ConfigurationMissing => "A product or setting at the payment provider is missing.",
            PermissionMissing => "The permission for this has not been opened.",
            SignatureRefused => "The payment provider could not verify the platform's signature.",
            SubjectUnknown => "The payment provider knows no such merchant or user.",
            SubjectUnusable => "The merchant or user is in a state that does not allow this.",
            LoginNameTaken => "The login name is already in use.",
            AlreadyRegistered => "An account has been opened for this subject before.",
            AlreadyFinal => "The original application has already ended.",
            AccountFrozen => "The account is frozen.",
            AmountRefused => "An amount cannot be accepted.",
            LimitExceeded => "A limit is exceeded.",
            RiskRefused => "Risk control refused the application.",
            MaterialRefused => "A document is missing, unclear or does not match.",
            CertificateExpired => "A document has expired.",
            Unsupported => "The payment provider does not support this.",
            RefusedInReview => "The application did not pass the review.",
            ProviderFailed => "The payment provider failed to process the application.",
            RefusedByProvider => "The payment provider refused the application.",
        }
    }

    /// What an operator does about it.
    pub const fn operator_action(self) -> &'static str {
        match self {
            ParameterRefused => {
                "Read Huifu's words; have the partner correct the field and apply again. If our \
                 tables let it pass, tighten them."
            }
            FeeBelowFloor => {
                "Tell the partner the floor in Huifu's words, or ask Huifu to lower the channel's."
            }
            CardMismatch => "Have the partner check card number, name and ID number with the user.",
            LegalNameMismatch => {
                "Have the partner send the legal person's own card, or card_type 2 with an \
                 authorisation."
            }
            IdentityMismatch => "Have the partner check name and ID number against the ID card.",
            CardRefused => "Have the partner try another card, or check bank and branch codes.",
            CashRulesRefused => "Read Huifu's words; correct the cash types and apply again.",
            ConfigurationRefused => {
                "Read Huifu's words; correct the configuration and apply again."
            }
            ConfigurationMissing => "Open the product at Huifu's console, then apply again.",
            PermissionMissing => {
                "Ask Huifu to open the permission for the channel, then apply again."
            }
            SignatureRefused => "Compare our key at Huifu's console with the one in use.",
            SubjectUnknown => "Compare the huifu_id with Huifu's console.",
            SubjectUnusable => {
                "Look at the merchant or user on Huifu's console; ask Huifu if unclear."
            }
            LoginNameTaken => "Have the partner choose another login name and apply again.",
            AlreadyRegistered => {
                "Find the existing account on Huifu's console before applying again."
            }
            AlreadyFinal => "Ask what became of the original; apply anew only if it failed.",
            AccountFrozen => "Ask Huifu why the account is frozen.",
            AmountRefused => "Read Huifu's words; correct the amount and apply again.",
            LimitExceeded => "Read Huifu's words; ask Huifu whether the limit can be raised.",
            RiskRefused => "Ask Huifu's risk control; do not apply again before it has answered.",
            MaterialRefused => "Have the partner upload the documents that the words name.",
            CertificateExpired => "Have the partner send a valid document.",
            Unsupported => "Ask Huifu whether there is another way; tell the partner.",
            RefusedInReview => "Read the reviewer's words and pass them on as far as they may go.",
            ProviderFailed => "Ask Huifu what failed; apply again when it is cured.",
            RefusedByProvider => "Read Huifu's words; ask Huifu if they are unclear.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_reason_has_its_own_words_and_one_code_everywhere() {
        let count = ApplicationReason::ALL.len();
        for words in [
            ApplicationReason::ALL.map(ApplicationReason::as_str),
            ApplicationReason::ALL.map(ApplicationReason::zh),
            ApplicationReason::ALL.map(ApplicationReason::en),
            ApplicationReason::ALL.map(ApplicationReason::operator_action),
        ] {
            assert_eq!(BTreeSet::from(words).len(), count);
        }
        for reason in ApplicationReason::ALL {
            assert_eq!(ApplicationReason::from_name(reason.as_str()), Some(reason));
            let json = serde_json::to_string(&reason).unwrap();
            assert_eq!(json, format!("\"{}\"", reason.as_str()));
            // It travels in signed text, where these would be borders.
            assert!(!reason.zh().contains(['&', '=']));
        }
    }
}
