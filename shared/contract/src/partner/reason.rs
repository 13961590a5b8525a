//! Why a withdrawal failed or came back, in words that stay the same for partners.
//!
//! Huifu's own texts change and may name accounts; they stay with the operators. A code is never
//! renamed and never reused.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::enumeration;

enumeration! {
    /// A reason that partners may branch on.
    #[derive(PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum ReasonCode {
        /// The account holds less than was asked for.
        InsufficientBalance => "insufficient_balance",
        /// The account is frozen.
        AccountFrozen => "account_frozen",
        /// The account is missing, closed or not set up for withdrawals.
        AccountUnusable => "account_unusable",
        /// The bound card cannot be paid to.
        CardRefused => "card_refused",
        /// Above a limit of the day, the card or the cash type.
        LimitExceeded => "limit_exceeded",
        /// Above what DM may take, which leaves today's money out.
        DmQuotaExceeded => "dm_quota_exceeded",
        /// The amount cannot be withdrawn, for example because the fee exceeds it.
        AmountRefused => "amount_refused",
        /// Refused by risk control.
        RiskRefused => "risk_refused",
        /// The bank did not take the money; it is back on the account.
        BankFailed => "bank_failed",
        /// Paid, and sent back by the bank later.
        ReturnedByBank => "returned_by_bank",
        /// Refused by the payment provider for another reason.
        RefusedByProvider => "refused_by_provider",
    }
}

impl ReasonCode {
    /// The reason in Chinese: the value of `reason` in notices.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::InsufficientBalance => "账户余额不足",
            Self::AccountFrozen => "账户已冻结",
            Self::AccountUnusable => "账户不可用或未开通提现",
            Self::CardRefused => "收款银行卡不可用",
            Self::LimitExceeded => "超过提现额度",
            Self::DmQuotaExceeded => "超过 DM 可取额度（不含当天到账资金）",
            Self::AmountRefused => "提现金额不符合要求",
            Self::RiskRefused => "交易存在风险，已被拒绝",
            Self::BankFailed => "银行处理失败，资金已退回账户",
            Self::ReturnedByBank => "银行退汇，资金已退回账户",
            Self::RefusedByProvider => "支付渠道拒绝了本次提现",
        }
    }

    /// The reason in English.
    pub const fn en(self) -> &'static str {
        match self {
            Self::InsufficientBalance => "The balance of the account is too small.",
            Self::AccountFrozen => "The account is frozen.",
            Self::AccountUnusable => "The account is not available or not set up for withdrawals.",
            Self::CardRefused => "The bank card cannot be paid to.",
            Self::LimitExceeded => "The withdrawal exceeds a limit.",
            Self::DmQuotaExceeded => {
                "The withdrawal exceeds the DM quota, which leaves out money received today."
            }
            Self::AmountRefused => "This amount cannot be withdrawn.",
            Self::RiskRefused => "Risk control refused the withdrawal.",
            Self::BankFailed => "The bank failed; the money is back on the account.",
            Self::ReturnedByBank => "The bank sent the money back; it is on the account again.",
            Self::RefusedByProvider => "The payment provider refused the withdrawal.",
        }
    }

    /// What an operator does about it.
    pub const fn operator_action(self) -> &'static str {
        match self {
            Self::InsufficientBalance => {
                "Nothing, unless it repeats: then compare the balance at Huifu with what the page \
                 showed."
            }
            Self::AccountFrozen => "Ask Huifu why the account is frozen.",
            Self::AccountUnusable => {
                "Look at the account and its cash types on Huifu's console; apply for what is \
                 missing."
            }
            Self::CardRefused => {
                "Compare the card's token_no with Huifu's query; have the user bind another card."
            }
            Self::LimitExceeded => "Read Huifu's words; ask Huifu whether the limit can be raised.",
            Self::DmQuotaExceeded => {
                "Nothing, unless it repeats: then compare the DM quota at Huifu with what the page \
                 showed."
            }
            Self::AmountRefused => {
                "Compare our fee with Huifu's: an inner fee may have left nothing to pay out."
            }
            Self::RiskRefused => {
                "Ask Huifu's risk control; advise against another try before it has answered."
            }
            Self::BankFailed => {
                "Check that the money is back on the account; have the user try another card."
            }
            Self::ReturnedByBank => {
                "Check that the money is back on the account, and the card's number and holder."
            }
            Self::RefusedByProvider => "Read Huifu's words; ask Huifu if they are unclear.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_reason_has_its_own_words_and_one_code_everywhere() {
        let count = ReasonCode::ALL.len();
        let zh: BTreeSet<&str> = ReasonCode::ALL.map(ReasonCode::zh).into();
        let en: BTreeSet<&str> = ReasonCode::ALL.map(ReasonCode::en).into();
        let actions: BTreeSet<&str> = ReasonCode::ALL.map(ReasonCode::operator_action).into();
        assert_eq!((zh.len(), en.len(), actions.len()), (count, count, count));
        for reason in ReasonCode::ALL {
            assert_eq!(ReasonCode::from_name(reason.as_str()), Some(reason));
            let json = serde_json::to_string(&reason).unwrap();
            assert_eq!(json, format!("\"{}\"", reason.as_str()));
            // It travels in signed text, where these would be borders.
            assert!(!reason.zh().contains(['&', '=']));
        }
    }
}
