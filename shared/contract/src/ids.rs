//! Newtypes for everything that is named by a text, so that two names cannot be swapped.
//!
//! Each is checked once, when it is parsed, and is valid from then on. Ids that we make ourselves
//! are ULIDs behind a letter (`W01J…`, 27 characters): they sort by time, can be read out on the
//! phone, and fit the 32 characters that partners and Huifu allow.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

/// A text that is not a valid id of the kind that was asked for. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {kind}: 1 to {max} printable ASCII characters without spaces")]
pub struct InvalidId {
    /// What was expected, for example `partner_id`.
    pub kind: &'static str,
    /// The longest length allowed, in characters.
    pub max: usize,
}

/// What an id that someone else chose looks like, for schemas.
const FOREIGN_ID: &str = "^[!-~]+$";

/// What follows the letter of an id of ours, for schemas: 128 bits in Crockford's Base32.
const ULID: &str = "[0-7][0-9A-HJKMNP-TV-Z]{25}";

/// Ids that others chose: printable ASCII, without white space, at most `max` characters.
macro_rules! foreign_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $max:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(JsonSchema, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        #[schemars(extend("minLength" = 1, "maxLength" = $max, "pattern" = FOREIGN_ID))]
        pub struct $name(String);

        impl $name {
            /// The longest length allowed, in characters.
            pub const MAX: usize = $max;

            /// The text as it was given.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let well_formed = (1..=$max).contains(&text.len())
                    && text.bytes().all(|byte| byte.is_ascii_graphic());
                if well_formed {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(InvalidId { kind: $kind, max: $max })
                }
            }
        }

        impl_text!($name);
    };
}

/// Ids that we make: one letter, then a ULID in Crockford's Base32.
macro_rules! own_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $letter:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(JsonSchema, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        #[schemars(extend("pattern" = format!("^{}{ULID}$", $letter)))]
        pub struct $name(String);

        impl $name {
            /// Makes an id from the time in milliseconds and 80 random bits.
            pub fn from_parts(millis: u64, random: u128) -> Self {
                Self(format!("{}{}", $letter, Ulid::from_parts(millis, random)))
            }

            /// The text: 27 characters.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let refused = InvalidId { kind: $kind, max: 27 };
                let ulid = text.strip_prefix($letter).ok_or(refused)?;
                let parsed = Ulid::from_string(ulid).map_err(|_| refused)?;
                // Crockford's Base32 reads lower case and look-alikes too; only one spelling is an
                // id.
                if parsed.to_string() == ulid { Ok(Self(text.to_owned())) } else { Err(refused) }
            }
        }

        impl_text!($name);
    };
}

macro_rules! impl_text {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

own_id!(
    /// A withdrawal; partners know it as `order_id` (32 characters at most).
    WithdrawalId, "order_id", 'W'
);
own_id!(
    /// One sending of one withdrawal to Huifu; Huifu knows it as `req_seq_id` (huifu-api.md §3.1).
    ReqSeqId, "req_seq_id", 'A'
);
own_id!(
    /// One notice to a partner: the same on every retry and replay.
    NoticeId, "notice_id", 'N'
);
own_id!(
    /// What a partner asked us to set up at Huifu.
    ApplicationId, "application_id", 'P'
);
own_id!(
    /// A picture that belongs to an application.
    MaterialId, "material_id", 'M'
);

own_id!(
    /// A run that certifies the endpoint of a partner.
    CertificationId, "certification", 'C'
);
own_id!(
    /// What the notices of such a run tell of, as `order_id` or `application_id`. No withdrawal and
    /// no application begins with this letter.
    CertificationSubjectId, "order_id", 'T'
);

impl ReqSeqId {
    /// The serial of a withdrawal's attempt after so many earlier ones. The first has the
    /// withdrawal's own number, so whoever knows the one knows the other.
    ///
    /// **Invariant:** the same withdrawal after the same attempts has the same serial. A database
    /// that came back without its last attempt, and without that one alone, sends nothing twice on
    /// one day: Huifu takes a serial once per account and day (huifu-api.md §3.1).
    pub fn of_attempt(withdrawal: &WithdrawalId, earlier: u32) -> Self {
        let Ulid(number) = Ulid::from_string(&withdrawal.0[1..]).expect("it was checked");
        Self(format!("A{}", Ulid(number.wrapping_add(earlier.into()))))
    }
}

foreign_id!(
    /// A partner, as given at registration.
    PartnerId, "partner_id", 32
);
foreign_id!(
    /// One key of a partner or of ours.
    KeyId, "key_id", 32
);
foreign_id!(
    /// The partner's own number of the withdrawal, and its idempotency key.
    OutOrderNo, "out_order_no", 32
);
foreign_id!(
    /// The partner's own number of an application or a picture, and its idempotency key.
    ApplicationNo, "application_no", 32
);
foreign_id!(
    /// The user's id at the partner, unique there.
    ThirdPartyUserId, "third_party_user_id", 50
);
foreign_id!(
    /// The user's id at 海投汇 (Haitouhui).
    HtouhuiUserId, "htouhui_user_id", 11
);
foreign_id!(
    /// An account holder at Huifu: a merchant, a user or a channel.
    HuifuId, "huifu_id", 32
);
foreign_id!(
    /// A bound cash card at Huifu (huifu-api.md §3.1: `token_no`).
    TokenNo, "token_no", 20
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_ids_sort_by_time_and_read_back() {
        let early = WithdrawalId::from_parts(1_000, u128::MAX);
        let late = WithdrawalId::from_parts(1_001, 0);
        assert!(early < late);
        assert_eq!(late.as_str().len(), 27);
        assert_eq!(late.as_str().parse(), Ok(late.clone()));
    }

    #[test]
    fn an_attempt_is_named_after_its_withdrawal_and_after_how_many_were_before() {
        let withdrawal = WithdrawalId::from_parts(1_700_000_000_000, 42);
        let [first, second] = [0, 1].map(|earlier| ReqSeqId::of_attempt(&withdrawal, earlier));
        assert_eq!(first.as_str()[1..], withdrawal.as_str()[1..]);
        assert_eq!(second, ReqSeqId::from_parts(1_700_000_000_000, 43));
        assert_eq!(first.as_str().parse(), Ok(first.clone()));
    }

    #[test]
    fn an_id_of_another_kind_or_spelling_is_refused() {
        let id = WithdrawalId::from_parts(1_700_000_000_000, 42);
        assert!(id.as_str().parse::<ReqSeqId>().is_err());
        assert!(id.as_str().to_lowercase().parse::<WithdrawalId>().is_err());
        assert!("W".parse::<WithdrawalId>().is_err());
        assert!(
            "Wé000000000000000000000000"
                .parse::<WithdrawalId>()
                .is_err()
        );
    }

    #[test]
    fn foreign_ids_keep_to_their_length_and_alphabet() {
        assert!("a".repeat(32).parse::<PartnerId>().is_ok());
        assert!("a".repeat(33).parse::<PartnerId>().is_err());
        for bad in ["", "a b", "a\n", "用户"] {
            assert!(bad.parse::<ThirdPartyUserId>().is_err(), "{bad:?}");
        }
    }
}
