//! Which of our reasons stands for Huifu's code and words (huifu-api.md §5).
//!
//! Huifu has one code, 90000000, for balance, limits and risk; only its words tell them apart, and
//! they are free text. What is not recognised is `refused_by_provider`, never a guess.

use crate::partner::ReasonCode;

/// The reason of a refusal, and of a withdrawal that failed before the bank saw it.
pub fn of_refusal(resp_code: &str, resp_desc: &str) -> ReasonCode {
    match resp_code {
        "20000003" => ReasonCode::AccountFrozen,
        "20000005" | "20000006" | "22000002" | "22000003" | "22000004" | "00000106" => {
            ReasonCode::AccountUnusable
        }
        "22000005" => ReasonCode::CardRefused,
        "23000003" => ReasonCode::AmountRefused,
        _ => of_words(resp_desc).unwrap_or(ReasonCode::RefusedByProvider),
    }
}

/// The reason of a withdrawal that failed after Huifu had accepted it: the bank's, unless Huifu
/// says otherwise.
pub fn of_failure(sub_resp_code: &str, sub_resp_desc: &str) -> ReasonCode {
    let said = of_refusal(sub_resp_code, sub_resp_desc);
    if said == ReasonCode::RefusedByProvider {
        ReasonCode::BankFailed
    } else {
        said
    }
}

/// Huifu's words that have one meaning where they stand together, the more particular first: a
/// text about a frozen balance is about freezing, one about the quota of DM about no other limit.
const WORDS: [(&[&str], ReasonCode); 11] = [
    (&["冻结"], ReasonCode::AccountFrozen),
    (&["DM", "额度不足"], ReasonCode::DmQuotaExceeded),
    // The guide's heading for the same.
    (&["DM", "金额不足"], ReasonCode::DmQuotaExceeded),
    (&["额度不足"], ReasonCode::LimitExceeded),
    (&["限额"], ReasonCode::LimitExceeded),
    (&["超限"], ReasonCode::LimitExceeded),
    (&["风险"], ReasonCode::RiskRefused),
    (&["风控"], ReasonCode::RiskRefused),
    (&["余额不足"], ReasonCode::InsufficientBalance),
    (&["可用余额"], ReasonCode::InsufficientBalance),
    // The seed's text for a balance that is too small: 交易失败,出账失败,ACCT交易失败.
    (&["ACCT交易失败"], ReasonCode::InsufficientBalance),
];

fn of_words(desc: &str) -> Option<ReasonCode> {
    WORDS
        .into_iter()
        .find(|(words, _)| words.iter().all(|word| desc.contains(word)))
        .map(|(_, reason)| reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn huifus_code_or_words_become_our_reason() {
        for (code, words, reason) in [
            (
                "90000000",
                "交易失败,出账失败,ACCT交易失败",
                ReasonCode::InsufficientBalance,
            ),
            ("90000000", "可用余额不足", ReasonCode::InsufficientBalance),
            ("90000000", "超过单日限额", ReasonCode::LimitExceeded),
            ("90000000", "取现额度不足", ReasonCode::LimitExceeded),
            ("90000000", "DM取现额度不足", ReasonCode::DmQuotaExceeded),
            (
                "90000000",
                "交易失败,DM可取额度不足",
                ReasonCode::DmQuotaExceeded,
            ),
            ("90000000", "DM取现金额不足", ReasonCode::DmQuotaExceeded),
            (
                "90000000",
                "账户冻结,DM取现额度不足",
                ReasonCode::AccountFrozen,
            ),
            ("90000000", "触发风控", ReasonCode::RiskRefused),
            ("90000000", "something new", ReasonCode::RefusedByProvider),
            ("20000003", "", ReasonCode::AccountFrozen),
            ("22000005", "未找到绑卡", ReasonCode::CardRefused),
            ("23000003", "", ReasonCode::AmountRefused),
            ("", "", ReasonCode::RefusedByProvider),
        ] {
            assert_eq!(of_refusal(code, words), reason, "{code} {words}");
        }
        assert_eq!(
            of_failure("90000000", "银行处理失败"),
            ReasonCode::BankFailed
        );
        assert_eq!(
            of_failure("90000000", "余额不足"),
            ReasonCode::InsufficientBalance
        );
    }
}
