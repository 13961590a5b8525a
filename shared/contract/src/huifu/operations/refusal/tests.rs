use super::*;
use ApplicationReason::*;

#[test]
fn each_refusal_that_the_guide_or_the_reference_names_has_its_reason() {
    for (code, words, reason) in [
        // The guide.
        (
            "99999999",
            "T1取现费率不能低于渠道商/上级商户费率底价1.00+AMT*0.00",
            FeeBelowFloor,
        ),
        (
            "90000000",
            "银行卡三要素验证失败，户名、卡号、证件号不一致",
            CardMismatch,
        ),
        (
            "22000005",
            "对私法人结算时，持卡人姓名必须与法人姓名相同",
            LegalNameMismatch,
        ),
        ("22000005", "银行账户名与法人姓名不一致", LegalNameMismatch),
        // The reference, by words.
        (
            "99999999",
            "费率不能低于渠道商/上级商户费率底价MAX(0.01,AMT*0.0025)",
            FeeBelowFloor,
        ),
        ("10000000", "管理员账号已存在，请更换", LoginNameTaken),
        ("00000001", "登录名重复", LoginNameTaken),
        ("90000000", "法人实名认证不通过", IdentityMismatch),
        ("90000000", "姓名与身份证号不匹配", IdentityMismatch),
        ("90000000", "账户已冻结", AccountFrozen),
        ("90000000", "商户存在风险", RiskRefused),
        ("90000000", "超过单日限额", LimitExceeded),
        ("10000000", "联行号有误", CardRefused),
        ("10000000", "证件已过期", CertificateExpired),
        ("10000000", "该商户已入驻", AlreadyRegistered),
        // By code.
        ("00000001", "参数校验失败", ParameterRefused),
        ("10000000", "无效参数", ParameterRefused),
        ("21000000", "", ParameterRefused),
        ("40001", "invalid parameter", ParameterRefused),
        ("00000103", "sys_id未授权", PermissionMissing),
        ("22000004", "", PermissionMissing),
        ("23000002", "数据权限认证失败", PermissionMissing),
        ("20001", "", PermissionMissing),
        ("20003", "接口权限认证失败", PermissionMissing),
        ("40002", "", SignatureRefused),
        ("00000106", "商户状态异常", SubjectUnusable),
        ("20000005", "", SubjectUnknown),
        ("20000006", "", SubjectUnusable),
        ("20000003", "", AccountFrozen),
        ("22000000", "", ConfigurationMissing),
        ("22000002", "", ConfigurationMissing),
        ("22000003", "", ConfigurationMissing),
        ("22000005", "取现配置重复开通", ConfigurationRefused),
        ("23000000", "", AlreadyFinal),
        ("23000003", "", AmountRefused),
        ("23000004", "", Unsupported),
        // Nothing we know.
        ("90000000", "业务执行失败", RefusedByProvider),
        ("", "", RefusedByProvider),
    ] {
        assert_eq!(of_refusal(code, words), reason, "{code} {words}");
    }
}

#[test]
fn words_of_the_system_or_of_later_are_read_for_nothing_more() {
    for words in [
        "银行卡鉴权系统异常，请稍后重试",
        "卡号验证超时",
        "系统错误",
        "系统繁忙，登录名重复",
    ] {
        assert_eq!(of_refusal("90000000", words), RefusedByProvider, "{words}");
        assert!(!names_a_rule(words), "{words}");
    }
}

#[test]
fn only_a_rule_that_will_stand_tomorrow_makes_a_system_error_a_refusal() {
    for (words, rule) in [
        (
            "T1取现费率不能低于渠道商/上级商户费率底价1.00+AMT*0.00",
            true,
        ),
        ("login_name已存在", true),
        ("持卡人姓名必须与法人姓名相同", true),
        ("", false),
        ("系统异常", false),
        ("银行卡鉴权失败", false),
        ("交易存在风险", false),
        ("接口权限认证失败", false),
    ] {
        assert_eq!(names_a_rule(words), rule, "{words}");
    }
}

#[test]
fn a_reviewers_words_are_read_and_else_it_was_the_review() {
    for (words, reason) in [
        ("营业执照照片不清晰，请重新上传", MaterialRefused),
        ("缺少开户许可证材料", MaterialRefused),
        ("法人身份证已过期", CertificateExpired),
        ("不符合准入要求", RefusedInReview),
        ("", RefusedInReview),
    ] {
        assert_eq!(of_review(words), reason, "{words}");
    }
}
