//! Which of our reasons stands for Huifu's code and words about an application
//! (huifu-api.md §5).
//!
//! Here the words come before the code: the same code refuses a fee, a name and a card. They are
//! free text, so only words that can mean one thing are read, and a text that speaks of the
//! system or of later is never read for more. What is not recognised keeps Huifu's own words.

use crate::partner::ApplicationReason;

/// The reason of a refusal.
pub(super) fn of_refusal(code: &str, words: &str) -> ApplicationReason {
    of_words(words)
        .or_else(|| of_code(code))
        .unwrap_or(ApplicationReason::RefusedByProvider)
}

/// The reason of a refusal by a reviewer.
pub(super) fn of_review(words: &str) -> ApplicationReason {
    of_words(words).unwrap_or(ApplicationReason::RefusedInReview)
}

/// Whether words that come with 99999999, which is "system error" everywhere else, name a rule
/// that will stand tomorrow. Only then do they refuse (huifu-api.md §5).
pub(super) fn names_a_rule(words: &str) -> bool {
    const RULES: [ApplicationReason; 3] = [
        ApplicationReason::FeeBelowFloor,
        ApplicationReason::LoginNameTaken,
        ApplicationReason::LegalNameMismatch,
    ];
    of_words(words).is_some_and(|reason| RULES.contains(&reason))
}

fn of_code(code: &str) -> Option<ApplicationReason> {
    Some(match code {
        "00000001" | "10000000" | "21000000" | "40001" => ApplicationReason::ParameterRefused,
        "00000103" | "22000004" | "23000002" | "20001" | "20003" => {
            ApplicationReason::PermissionMissing
        }
        "40002" => ApplicationReason::SignatureRefused,
        "20000005" => ApplicationReason::SubjectUnknown,
        "00000106" | "20000006" => ApplicationReason::SubjectUnusable,
        "20000003" => ApplicationReason::AccountFrozen,
        "22000000" | "22000002" | "22000003" => ApplicationReason::ConfigurationMissing,
        "22000005" => ApplicationReason::ConfigurationRefused,
        "23000000" => ApplicationReason::AlreadyFinal,
        "23000003" => ApplicationReason::AmountRefused,
        "23000004" => ApplicationReason::Unsupported,
        _ => return None,
    })
}

/// A text that has one of each group of words.
type Words = (&'static [&'static [&'static str]], ApplicationReason);

const DIFFERS: &[&str] = &[
    "不一致",
    "不匹配",
    "不符",
    "不相同",
    "不同",
    "必须与",
    "需与",
];
const TAKEN: &[&str] = &["已存在", "重复", "已被使用", "已占用", "被占用", "已注册"];
const WRONG: &[&str] = &[
    "不一致",
    "不匹配",
    "不符",
    "错误",
    "有误",
    "不正确",
    "不通过",
    "失败",
];

/// The more particular first: a text about the login's name is no text about who is registered.
const WORDS: [Words; 15] = [
    (&[&["底价"]], ApplicationReason::FeeBelowFloor),
    (
        &[&["费率"], &["不能低于", "低于上级"]],
        ApplicationReason::FeeBelowFloor,
    ),
    (
        &[
            &["登录名", "登录号", "登录账号", "管理员账号", "login_name"],
            TAKEN,
        ],
        ApplicationReason::LoginNameTaken,
    ),
    (
        &[&["持卡人", "户名", "银行卡", "账户名"], &["法人"], DIFFERS],
        ApplicationReason::LegalNameMismatch,
    ),
    (
        &[&["要素", "鉴权", "户名", "卡号", "持卡人", "银行卡"], WRONG],
        ApplicationReason::CardMismatch,
    ),
    (&[&["实名"], WRONG], ApplicationReason::IdentityMismatch),
    (
        &[&["姓名"], &["身份证", "证件号"], WRONG],
        ApplicationReason::IdentityMismatch,
    ),
    (
        &[&["过期", "已失效"]],
        ApplicationReason::CertificateExpired,
    ),
    (&[&["冻结"]], ApplicationReason::AccountFrozen),
    (
        &[&["风险", "风控", "黑名单"]],
        ApplicationReason::RiskRefused,
    ),
    (
        &[
            &["图片", "照片", "影像", "材料", "附件", "资料"],
            &[
                "不清",
                "模糊",
                "缺",
                "不全",
                "不完整",
                "不符",
                "无法识别",
                "补充",
                "有误",
            ],
        ],
        ApplicationReason::MaterialRefused,
    ),
    (&[&["权限"]], ApplicationReason::PermissionMissing),
    (
        &[&[
            "已进件",
            "已开户",
            "已入驻",
            "重复进件",
            "重复开户",
            "商户已存在",
            "用户已存在",
        ]],
        ApplicationReason::AlreadyRegistered,
    ),
    (&[&["限额", "超限"]], ApplicationReason::LimitExceeded),
    (
        &[&["联行号", "银行编码", "支行"], WRONG],
        ApplicationReason::CardRefused,
    ),
];

/// These say that it is not known what happened, whatever stands beside them.
const PASSING: [&str; 5] = ["稍后", "系统异常", "系统错误", "系统繁忙", "超时"];

fn of_words(words: &str) -> Option<ApplicationReason> {
    if PASSING.iter().any(|passing| words.contains(passing)) {
        return None;
    }
    let all = |groups: &&[&[&str]]| {
        let mut groups = groups.iter();
        groups.all(|group| group.iter().any(|word| words.contains(word)))
    };
    WORDS
        .iter()
        .find(|(groups, _)| all(groups))
        .map(|(_, reason)| *reason)
}

#[cfg(test)]
mod tests;
