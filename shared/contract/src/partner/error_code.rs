//! The codes by which partners recognise our refusals. A code is never renamed and never reused.
//!
//! The sentences are for people and may be improved. A user of another partner is answered with
//! exactly the words for an unknown user, so nobody can find out whose users exist.

use serde::{Serialize, Serializer};

/// Why we refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorCode {
    /// A required field is not there, or is empty.
    FieldMissing,
    /// A field occurs more than once.
    FieldRepeated,
    /// A field is longer than its limit.
    FieldTooLong,
    /// A field breaks a rule of its own.
    FieldMalformed,
    /// The request cannot be read at all.
    RequestMalformed,
    /// The request is larger than we read.
    RequestTooLarge,
    /// No such partner.
    PartnerUnknown,
    /// The partner exists and may do nothing at present.
    PartnerSuspended,
    /// The partner has no such key.
    KeyUnknown,
    /// The key is not active at this time.
    KeyRetired,
    /// There is no signature.
    SignatureMissing,
    /// The signature does not belong to this text.
    SignatureMismatch,
    /// The partner's clock and ours are more than ten minutes apart.
    TimestampOutOfRange,
    /// The partner used this nonce before.
    NonceRepeated,
    /// A URL leads to a host that the partner has not registered.
    HostNotRegistered,
    /// Zero.
    AmountNotPositive,
    /// Above the limit for one withdrawal.
    AmountTooLarge,
    /// Not above the fee that is taken from it.
    AmountBelowFee,
    /// More than the user's account is known to hold.
    BalanceTooLow,
    /// No such user of this partner.
    UserUnknown,
    /// The user may not withdraw at present.
    UserSuspended,
    /// The user has no bound card.
    CardMissing,
    /// The user or partner may not use this cash type.
    CashTypeUnavailable,
    /// The same `out_order_no` with other fields.
    OrderConflict,
    /// No such withdrawal of this partner.
    OrderUnknown,
    /// The page was open for too long.
    PageExpired,
    /// The transaction password is wrong.
    PasswordWrong,
    /// Too many wrong passwords.
    PasswordLocked,
    /// No such path.
    NotFound,
    /// The path does not take this method.
    MethodNotAllowed,
    /// Too many requests.
    RateLimited,
    /// We cannot do it at the moment.
    Unavailable,
    /// Our fault.
    Internal,
}

use ErrorCode::*;

impl ErrorCode {
    /// Every code.
    pub const ALL: [Self; 33] = [
        FieldMissing,
        FieldRepeated,
        FieldTooLong,
        FieldMalformed,
        RequestMalformed,
        RequestTooLarge,
        PartnerUnknown,
        PartnerSuspended,
        KeyUnknown,
        KeyRetired,
        SignatureMissing,
        SignatureMismatch,
        TimestampOutOfRange,
        NonceRepeated,
        HostNotRegistered,
        AmountNotPositive,
        AmountTooLarge,
        AmountBelowFee,
        BalanceTooLow,
        UserUnknown,
        UserSuspended,
        CardMissing,
        CashTypeUnavailable,
        OrderConflict,
        OrderUnknown,
        PageExpired,
        PasswordWrong,
        PasswordLocked,
        NotFound,
        MethodNotAllowed,
        RateLimited,
        Unavailable,
        Internal,
    ];

    /// The code on the wire. Stable for ever.
    pub const fn as_str(self) -> &'static str {
        match self {
            FieldMissing => "field_missing",
            FieldRepeated => "field_repeated",
            FieldTooLong => "field_too_long",
            FieldMalformed => "field_malformed",
            RequestMalformed => "request_malformed",
            RequestTooLarge => "request_too_large",
            PartnerUnknown => "partner_unknown",
            PartnerSuspended => "partner_suspended",
            KeyUnknown => "key_unknown",
            KeyRetired => "key_retired",
            SignatureMissing => "signature_missing",
            SignatureMismatch => "signature_mismatch",
            TimestampOutOfRange => "timestamp_out_of_range",
            NonceRepeated => "nonce_repeated",
            HostNotRegistered => "host_not_registered",
            AmountNotPositive => "amount_not_positive",
            AmountTooLarge => "amount_too_large",
            AmountBelowFee => "amount_below_fee",
            BalanceTooLow => "balance_too_low",
            UserUnknown => "user_unknown",
            UserSuspended => "user_suspended",
            CardMissing => "card_missing",
            CashTypeUnavailable => "cash_type_unavailable",
            OrderConflict => "order_conflict",
            OrderUnknown => "order_unknown",
            PageExpired => "page_expired",
            PasswordWrong => "password_wrong",
            PasswordLocked => "password_locked",
            NotFound => "not_found",
            MethodNotAllowed => "method_not_allowed",
            RateLimited => "rate_limited",
            Unavailable => "unavailable",
            Internal => "internal",
        }
    }

    /// The HTTP status it is answered with.
    pub const fn status(self) -> u16 {
        match self {
            FieldMissing | FieldRepeated | FieldTooLong | FieldMalformed | RequestMalformed
            | TimestampOutOfRange | AmountNotPositive => 400,
            PartnerUnknown | KeyUnknown | KeyRetired | SignatureMissing | SignatureMismatch => 401,
            PartnerSuspended | HostNotRegistered | UserSuspended | PasswordWrong => 403,
            NotFound | OrderUnknown => 404,
            MethodNotAllowed => 405,
            NonceRepeated | OrderConflict => 409,
            PageExpired => 410,
            RequestTooLarge => 413,
            AmountTooLarge | AmountBelowFee | BalanceTooLow | UserUnknown | CardMissing
            | CashTypeUnavailable => 422,
            RateLimited | PasswordLocked => 429,
            Internal => 500,
            Unavailable => 503,
        }
    }

    /// What happened, in one Chinese sentence.
    pub const fn zh(self) -> &'static str {
        match self {
            FieldMissing => "缺少必填字段。",
            FieldRepeated => "字段重复出现。",
            FieldTooLong => "字段超过最大长度。",
            FieldMalformed => "字段格式不正确。",
            RequestMalformed => "请求无法解析。",
            RequestTooLarge => "请求内容过大。",
            PartnerUnknown => "合作方不存在。",
            PartnerSuspended => "合作方已被暂停。",
            KeyUnknown => "密钥未登记。",
            KeyRetired => "密钥当前不在有效期内。",
            SignatureMissing => "缺少签名。",
            SignatureMismatch => "签名验证失败。",
            TimestampOutOfRange => "请求时间与服务器时间相差超过十分钟。",
            NonceRepeated => "该随机串已经使用过。",
            HostNotRegistered => "地址的域名未登记。",
            AmountNotPositive => "提现金额必须大于零。",
            AmountTooLarge => "提现金额超过单笔限额。",
            AmountBelowFee => "提现金额不足以支付手续费。",
            BalanceTooLow => "账户可提现余额不足。",
            UserUnknown => "用户不存在。",
            UserSuspended => "用户当前不能提现。",
            CardMissing => "用户尚未绑定银行卡。",
            CashTypeUnavailable => "该提现类型未开通。",
            OrderConflict => "该商户订单号已用于另一笔内容不同的提现。",
            OrderUnknown => "提现订单不存在。",
            PageExpired => "页面已过期，请返回重新发起提现。",
            PasswordWrong => "交易密码不正确。",
            PasswordLocked => "密码错误次数过多，请稍后再试。",
            NotFound => "页面不存在。",
            MethodNotAllowed => "请求方法不受支持。",
            RateLimited => "请求过于频繁，请稍后再试。",
            Unavailable => "服务暂时不可用，请稍后再试。",
            Internal => "系统内部错误。",
        }
    }

    /// What happened, in one English sentence.
    pub const fn en(self) -> &'static str {
        match self {
            FieldMissing => "A required field is missing.",
            FieldRepeated => "A field occurs more than once.",
            FieldTooLong => "A field is longer than its limit.",
            FieldMalformed => "A field is malformed.",
            RequestMalformed => "The request cannot be read.",
            RequestTooLarge => "The request is too large.",
            PartnerUnknown => "There is no such partner.",
            PartnerSuspended => "This partner is suspended.",
            KeyUnknown => "No key is registered under this key_id.",
            KeyRetired => "The key is not active at this time.",
            SignatureMissing => "There is no signature.",
            SignatureMismatch => "The signature does not match.",
            TimestampOutOfRange => "The timestamp is more than ten minutes off.",
            NonceRepeated => "This nonce was used before.",
            HostNotRegistered => "A URL leads to a host that is not registered.",
            AmountNotPositive => "The amount must be more than zero.",
            AmountTooLarge => "The amount is above the limit for one withdrawal.",
            AmountBelowFee => "The amount does not cover the fee.",
            BalanceTooLow => "The account holds less than this withdrawal needs.",
            UserUnknown => "There is no such user.",
            UserSuspended => "This user cannot withdraw at present.",
            CardMissing => "The user has no bound bank card.",
            CashTypeUnavailable => "This cash type is not available.",
            OrderConflict => "This out_order_no belongs to a withdrawal with other fields.",
            OrderUnknown => "There is no such withdrawal.",
            PageExpired => "This page has expired; please start the withdrawal again.",
            PasswordWrong => "The transaction password is wrong.",
            PasswordLocked => "Too many wrong passwords; please try again later.",
            NotFound => "There is no such page.",
            MethodNotAllowed => "This method is not supported here.",
            RateLimited => "Too many requests; please try again later.",
            Unavailable => "The service is not available at the moment; please try again later.",
            Internal => "An internal error occurred.",
        }
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_is_listed_once_and_has_its_own_words() {
        let codes: BTreeSet<&str> = ErrorCode::ALL.map(ErrorCode::as_str).into();
        let zh: BTreeSet<&str> = ErrorCode::ALL.map(ErrorCode::zh).into();
        let en: BTreeSet<&str> = ErrorCode::ALL.map(ErrorCode::en).into();
        let count = ErrorCode::ALL.len();
        assert_eq!((codes.len(), zh.len(), en.len()), (count, count, count));
        let lower = |code: &&str| {
            code.bytes()
                .all(|byte| byte == b'_' || byte.is_ascii_lowercase())
        };
        assert!(codes.iter().all(lower));
        assert!(
            ErrorCode::ALL
                .iter()
                .all(|code| (400..600).contains(&code.status()))
        );
    }
}
