//! The codes by which partners recognise our refusals. A code is never renamed and never reused.
//!
//! The sentences are for people and may be improved. A user of another partner is answered with
//! exactly the words for an unknown user, so nobody can find out whose users exist.

mod words;

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use crate::enumeration;

enumeration! {
    /// Why we refused.
    #[derive(PartialOrd, Ord, Hash)]
    pub enum ErrorCode {
        /// A required field is not there, or is empty.
        FieldMissing => "field_missing",
        /// A field occurs more than once.
        FieldRepeated => "field_repeated",
        /// A field is longer than its limit.
        FieldTooLong => "field_too_long",
        /// A field breaks a rule of its own.
        FieldMalformed => "field_malformed",
        /// The request cannot be read at all.
        RequestMalformed => "request_malformed",
        /// The request is larger than we read.
        RequestTooLarge => "request_too_large",
        /// No such partner.
        PartnerUnknown => "partner_unknown",
        /// The partner exists and may do nothing at present.
        PartnerSuspended => "partner_suspended",
        /// The partner has no such key.
        KeyUnknown => "key_unknown",
        /// The key is not active at this time.
        KeyRetired => "key_retired",
        /// There is no signature.
        SignatureMissing => "signature_missing",
        /// The signature does not belong to this text.
        SignatureMismatch => "signature_mismatch",
        /// The partner's clock and ours are more than ten minutes apart.
        TimestampOutOfRange => "timestamp_out_of_range",
        /// The partner used this nonce before.
        NonceRepeated => "nonce_repeated",
        /// A URL leads to a host that the partner has not registered.
        HostNotRegistered => "host_not_registered",
        /// Zero.
        AmountNotPositive => "amount_not_positive",
        /// Above the limit for one withdrawal.
        AmountTooLarge => "amount_too_large",
        /// Not above the fee that is taken from it.
        AmountBelowFee => "amount_below_fee",
        /// More than the user's account is known to hold.
        BalanceTooLow => "balance_too_low",
        /// No such user of this partner.
        UserUnknown => "user_unknown",
        /// The user has no bound card.
        CardMissing => "card_missing",
        /// The user or partner may not use this cash type.
        CashTypeUnavailable => "cash_type_unavailable",
        /// The same `out_order_no` with other fields.
        OrderConflict => "order_conflict",
        /// No such withdrawal of this partner.
        OrderUnknown => "order_unknown",
        /// The user is opened already, or is being opened.
        OpeningExists => "opening_exists",
        /// The same `application_no` with other content.
        ApplicationConflict => "application_no_conflict",
        /// No such application of this partner.
        ApplicationUnknown => "application_unknown",
        /// The same `material_no` with another picture.
        MaterialConflict => "material_no_conflict",
        /// No such picture of this partner.
        MaterialUnknown => "material_unknown",
        /// The picture is larger than we take.
        MaterialTooLarge => "material_too_large",
        /// The file is no picture that we take.
        MaterialKindUnsupported => "material_kind_unsupported",
        /// No such notice of this partner.
        NoticeUnknown => "notice_unknown",
        /// The page was open for too long.
        PageExpired => "page_expired",
        /// The transaction password is wrong.
        PasswordWrong => "password_wrong",
        /// Too many wrong passwords.
        PasswordLocked => "password_locked",
        /// The user has not set a transaction password yet.
        PasswordUnset => "password_unset",
        /// The new transaction password is not six digits, or is easily guessed.
        PasswordUnfit => "password_unfit",
        /// The new transaction password was typed twice, differently.
        PasswordRepeatDiffers => "password_repeat_differs",
        /// No mobile number is registered to which a code could go.
        MobileMissing => "mobile_missing",
        /// The code from the SMS is wrong.
        SmsCodeWrong => "sms_code_wrong",
        /// There is no code that is still good: never asked for, too old, or used.
        SmsCodeExpired => "sms_code_expired",
        /// Too many wrong codes.
        SmsCodeUsedUp => "sms_code_used_up",
        /// The SMS could not be sent.
        SmsUnavailable => "sms_unavailable",
        /// No such path.
        NotFound => "not_found",
        /// The path does not take this method.
        MethodNotAllowed => "method_not_allowed",
        /// Too many requests.
        RateLimited => "rate_limited",
        /// We cannot do it at the moment.
        Unavailable => "unavailable",
        /// Our fault.
        Internal => "internal",
    }
}

use ErrorCode::*;

impl ErrorCode {
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
        let again = ErrorCode::ALL.map(|code| ErrorCode::from_name(code.as_str()));
        assert_eq!(again, ErrorCode::ALL.map(Some));
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
