//! The codes by which partners recognise our refusals. A code is never renamed and never reused.
//!
//! The sentences are for people and may be improved. A user of another partner is answered with
//! exactly the words for an unknown user, so nobody can find out whose users exist.

mod words;

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
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
    /// The user has no bound card.
    CardMissing,
    /// The user or partner may not use this cash type.
    CashTypeUnavailable,
    /// The same `out_order_no` with other fields.
    OrderConflict,
    /// No such withdrawal of this partner.
    OrderUnknown,
    /// The user is opened already, or is being opened.
    OpeningExists,
    /// The same `application_no` with other content.
    ApplicationConflict,
    /// No such application of this partner.
    ApplicationUnknown,
    /// The same `material_no` with another picture.
    MaterialConflict,
    /// No such picture of this partner.
    MaterialUnknown,
    /// The picture is larger than we take.
    MaterialTooLarge,
    /// The file is no picture that we take.
    MaterialKindUnsupported,
    /// No such notice of this partner.
    NoticeUnknown,
    /// The page was open for too long.
    PageExpired,
    /// The transaction password is wrong.
    PasswordWrong,
    /// Too many wrong passwords.
    PasswordLocked,
    /// The user has not set a transaction password yet.
    PasswordUnset,
    /// The new transaction password is not six digits, or is easily guessed.
    PasswordUnfit,
    /// The new transaction password was typed twice, differently.
    PasswordRepeatDiffers,
    /// No mobile number is registered to which a code could go.
    MobileMissing,
    /// The code from the SMS is wrong.
    SmsCodeWrong,
    /// There is no code that is still good: never asked for, too old, or used.
    SmsCodeExpired,
    /// Too many wrong codes.
    SmsCodeUsedUp,
    /// The SMS could not be sent.
    SmsUnavailable,
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
    pub const ALL: [Self; 48] = [
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
        CardMissing,
        CashTypeUnavailable,
        OrderConflict,
        OrderUnknown,
        OpeningExists,
        ApplicationConflict,
        ApplicationUnknown,
        MaterialConflict,
        MaterialUnknown,
        MaterialTooLarge,
        MaterialKindUnsupported,
        NoticeUnknown,
        PageExpired,
        PasswordWrong,
        PasswordLocked,
        PasswordUnset,
        PasswordUnfit,
        PasswordRepeatDiffers,
        MobileMissing,
        SmsCodeWrong,
        SmsCodeExpired,
        SmsCodeUsedUp,
        SmsUnavailable,
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
            CardMissing => "card_missing",
            CashTypeUnavailable => "cash_type_unavailable",
            OrderConflict => "order_conflict",
            OrderUnknown => "order_unknown",
            OpeningExists => "opening_exists",
            ApplicationConflict => "application_no_conflict",
            ApplicationUnknown => "application_unknown",
            MaterialConflict => "material_no_conflict",
            MaterialUnknown => "material_unknown",
            MaterialTooLarge => "material_too_large",
            MaterialKindUnsupported => "material_kind_unsupported",
            NoticeUnknown => "notice_unknown",
            PageExpired => "page_expired",
            PasswordWrong => "password_wrong",
            PasswordLocked => "password_locked",
            PasswordUnset => "password_unset",
            PasswordUnfit => "password_unfit",
            PasswordRepeatDiffers => "password_repeat_differs",
            MobileMissing => "mobile_missing",
            SmsCodeWrong => "sms_code_wrong",
            SmsCodeExpired => "sms_code_expired",
            SmsCodeUsedUp => "sms_code_used_up",
            SmsUnavailable => "sms_unavailable",
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
            PartnerSuspended | HostNotRegistered | PasswordWrong | PasswordUnset
            | MobileMissing | SmsCodeWrong => 403,
            NotFound | OrderUnknown | ApplicationUnknown | NoticeUnknown => 404,
            MethodNotAllowed => 405,
            NonceRepeated | OrderConflict | OpeningExists | ApplicationConflict
            | MaterialConflict => 409,
            PageExpired => 410,
            RequestTooLarge | MaterialTooLarge => 413,
            MaterialKindUnsupported => 415,
            AmountTooLarge
            | AmountBelowFee
            | BalanceTooLow
            | UserUnknown
            | CardMissing
            | CashTypeUnavailable
            | MaterialUnknown
            | PasswordUnfit
            | PasswordRepeatDiffers
            | SmsCodeExpired => 422,
            RateLimited | PasswordLocked | SmsCodeUsedUp => 429,
            Internal => 500,
            Unavailable | SmsUnavailable => 503,
        }
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Every code with what it means; which of them an operation answers is said there.
impl JsonSchema for ErrorCode {
    fn schema_name() -> Cow<'static, str> {
        "ErrorCode".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let described = Self::ALL.iter().map(|code| {
            let sentence = format!("{} {}", code.zh(), code.en());
            json_schema!({ "const": code.as_str(), "description": sentence })
        });
        let codes: Vec<Schema> = described.collect();
        json_schema!({ "type": "string", "oneOf": codes })
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
