//! The words we share with partners, version 1.0, in both directions, with every limit.
//!
//! What partners send is parsed into types that cannot hold an invalid value, and all problems are
//! reported together. Messages name the field and the rule, never the value: a value may be a
//! name, a card number or an attack on whoever reads the log.
//!
//! Lengths are counted in characters, as the seed's table does. Nearly every field is ASCII, where
//! characters and bytes are the same; only unknown fields may hold others.

pub mod answer;
pub mod application_notice;
pub mod application_reason;
pub mod certification;
pub mod error_code;
pub mod events;
pub mod field_problem;
mod json;
pub mod notice;
pub mod onboarding;
pub mod page_call;
pub mod query;
pub mod quote;
pub mod reason;
pub mod resend;
pub mod rule;
pub mod seal;
pub mod signature_check;
pub mod time;
pub mod url;
mod yuan;

pub use application_notice::ApplicationNotice;
pub use application_reason::ApplicationReason;
pub use error_code::ErrorCode;
pub use field_problem::{BodyError, FieldProblem};
pub use page_call::PageCall;
pub use reason::ReasonCode;
pub use rule::{FieldError, Rule};

/// The only version so far: the value of the field `version`.
pub const VERSION: &str = "1.0";
/// The only signature type: the value of the field `sign_type`.
pub const SIGN_TYPE: &str = "RSA2";
/// A signature is Base64 in at most 512 characters, so a longer key could sign nothing that fits:
/// partners' keys and those with which we sign for partners have 2048 to 3072 bits.
pub const MAX_KEY_BITS: usize = 3072;
