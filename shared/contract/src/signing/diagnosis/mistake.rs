//! What is done wrong when things are signed, with a stable code and a sentence in both languages.

mod words;

use serde::{Serialize, Serializer};

/// A mistake. A code is never renamed and never reused; the sentences may be improved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mistake {
    /// There is none.
    SignatureMissing,
    /// Neither Base64 nor anything like it.
    SignatureUnreadable,
    /// `+` became a space on the way.
    SignaturePlusLost,
    /// URL-encoded once too often.
    SignatureUrlEncoded,
    /// base64url.
    SignatureBase64Url,
    /// Without its padding.
    SignatureUnpadded,
    /// Wrapped into lines.
    SignatureLineBreaks,
    /// Hexadecimal.
    SignatureHex,
    /// Not the length of a signature of any key.
    SignatureLength,
    /// Nobody registered a key of that name.
    KeyUnknown,
    /// Not yet, or no longer.
    KeyNotActive,
    /// Made with another key of the same owner.
    OtherKey,
    /// SHA1withRSA.
    Sha1,
    /// SHA512withRSA.
    Sha512,
    /// PSS padding.
    Pss,
    /// The digest's hexadecimal was signed.
    HashedTwice,
    /// Theirs fits, and is another.
    OtherText,
    /// `name=%E6…`.
    ValuesUrlEncoded,
    /// Decoded once more than what is here.
    ValuesUrlDecoded,
    /// `+` became a space on the way.
    PlusLost,
    /// `a%3D1%26b%3D2`.
    TextUrlEncoded,
    /// `name=` is in the text.
    EmptySigned,
    /// `sign=` is in the text.
    SignSigned,
    /// A field that was sent is not in the text.
    FieldLeftOut,
    /// In the order in which they were sent.
    NotSorted,
    /// `a1=` before `a=`.
    SortedWhole,
    /// Capitals among small letters.
    SortedCaseless,
    /// From z to a.
    SortedBackwards,
    /// Other separators, or none.
    NoSeparators,
    /// Without the names.
    ValuesAlone,
    /// `&` at the end.
    SeparatorAtEnd,
    /// A line end at the end.
    LineEndAtEnd,
    /// The last of five lines is not ended.
    LastLineEndMissing,
    /// Four lines, where the fifth is empty.
    BodyLineMissing,
    /// As if the body were empty.
    BodyLeftOut,
    /// The body's digest in its place.
    BodyHashed,
    /// Without the white space around it.
    BodyTrimmed,
    /// The JSON was printed anew.
    BodyPrintedAgain,
    /// The path without its query.
    QueryLeftOut,
    /// The path was decoded.
    PathUrlDecoded,
    /// `post`.
    MethodInLowerCase,
    /// Without the method.
    MethodLeftOut,
    /// `\r\n` in one, `\n` in the other.
    CrLf,
    /// UTF-8 with a BOM.
    ByteOrderMark,
    /// None of all that was tried.
    NothingFits,
    /// Too old, or from the future.
    ClockOff,
    /// Used before by this partner.
    NonceUsed,
}

impl Mistake {
    /// Every mistake.
    pub const ALL: [Self; 47] = [
        Self::SignatureMissing,
        Self::SignatureUnreadable,
        Self::SignaturePlusLost,
        Self::SignatureUrlEncoded,
        Self::SignatureBase64Url,
        Self::SignatureUnpadded,
        Self::SignatureLineBreaks,
        Self::SignatureHex,
        Self::SignatureLength,
        Self::KeyUnknown,
        Self::KeyNotActive,
        Self::OtherKey,
        Self::Sha1,
        Self::Sha512,
        Self::Pss,
        Self::HashedTwice,
        Self::OtherText,
        Self::ValuesUrlEncoded,
        Self::ValuesUrlDecoded,
        Self::PlusLost,
        Self::TextUrlEncoded,
        Self::EmptySigned,
        Self::SignSigned,
        Self::FieldLeftOut,
        Self::NotSorted,
        Self::SortedWhole,
        Self::SortedCaseless,
        Self::SortedBackwards,
        Self::NoSeparators,
        Self::ValuesAlone,
        Self::SeparatorAtEnd,
        Self::LineEndAtEnd,
        Self::LastLineEndMissing,
        Self::BodyLineMissing,
        Self::BodyLeftOut,
        Self::BodyHashed,
        Self::BodyTrimmed,
        Self::BodyPrintedAgain,
        Self::QueryLeftOut,
        Self::PathUrlDecoded,
        Self::MethodInLowerCase,
        Self::MethodLeftOut,
        Self::CrLf,
        Self::ByteOrderMark,
        Self::NothingFits,
        Self::ClockOff,
        Self::NonceUsed,
    ];

    /// The code on the wire. Stable for ever.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignatureMissing => "signature_missing",
            Self::SignatureUnreadable => "signature_unreadable",
            Self::SignaturePlusLost => "signature_plus_lost",
            Self::SignatureUrlEncoded => "signature_url_encoded",
            Self::SignatureBase64Url => "signature_base64url",
            Self::SignatureUnpadded => "signature_unpadded",
            Self::SignatureLineBreaks => "signature_line_breaks",
            Self::SignatureHex => "signature_hex",
            Self::SignatureLength => "signature_length",
            Self::KeyUnknown => "key_unknown",
            Self::KeyNotActive => "key_not_active",
            Self::OtherKey => "other_key",
            Self::Sha1 => "sha1",
            Self::Sha512 => "sha512",
            Self::Pss => "pss",
            Self::HashedTwice => "hashed_twice",
            Self::OtherText => "other_text",
            Self::ValuesUrlEncoded => "values_url_encoded",
            Self::ValuesUrlDecoded => "values_url_decoded",
            Self::PlusLost => "plus_lost",
            Self::TextUrlEncoded => "text_url_encoded",
            Self::EmptySigned => "empty_signed",
            Self::SignSigned => "sign_signed",
            Self::FieldLeftOut => "field_left_out",
            Self::NotSorted => "not_sorted",
            Self::SortedWhole => "sorted_whole",
            Self::SortedCaseless => "sorted_caseless",
            Self::SortedBackwards => "sorted_backwards",
            Self::NoSeparators => "no_separators",
            Self::ValuesAlone => "values_alone",
            Self::SeparatorAtEnd => "separator_at_end",
            Self::LineEndAtEnd => "line_end_at_end",
            Self::LastLineEndMissing => "last_line_end_missing",
            Self::BodyLineMissing => "body_line_missing",
            Self::BodyLeftOut => "body_left_out",
            Self::BodyHashed => "body_hashed",
            Self::BodyTrimmed => "body_trimmed",
            Self::BodyPrintedAgain => "body_printed_again",
            Self::QueryLeftOut => "query_left_out",
            Self::PathUrlDecoded => "path_url_decoded",
            Self::MethodInLowerCase => "method_in_lower_case",
            Self::MethodLeftOut => "method_left_out",
            Self::CrLf => "cr_lf",
            Self::ByteOrderMark => "byte_order_mark",
            Self::NothingFits => "nothing_fits",
            Self::ClockOff => "clock_off",
            Self::NonceUsed => "nonce_used",
        }
    }
}

impl Serialize for Mistake {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_mistake_is_listed_once_and_has_its_own_words() {
        let codes: BTreeSet<&str> = Mistake::ALL.map(Mistake::as_str).into();
        let zh: BTreeSet<&str> = Mistake::ALL.map(Mistake::zh).into();
        let en: BTreeSet<&str> = Mistake::ALL.map(Mistake::en).into();
        let count = Mistake::ALL.len();
        assert_eq!((codes.len(), zh.len(), en.len()), (count, count, count));
    }
}
