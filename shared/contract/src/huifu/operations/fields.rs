//! The tables of huifu-api.md §3.7 to §3.13: every field of every form.
//!
//! One file per group of interfaces. What we fill in ourselves stands in the tables too, marked as
//! ours, so that a partner who sends it hears why it is refused. Where the reference has a C
//! without a condition that a form can show, the field is optional and Huifu has the last word.

mod business;
mod card;
mod cash;
mod enterprise_merchant;
mod enterprise_user;
mod files;
mod forms;
mod individual_merchant;
mod individual_user;
mod settlement;

pub use forms::form_table;

use super::table::Kind;

/// Not long-term, long-term: the order of the reference differs, the codes do not.
const VALIDITY: Kind = Kind::OneOf(&["0", "1"]);
const YES_NO: Kind = Kind::OneOf(&["Y", "N"]);
const ON_OFF: Kind = Kind::OneOf(&["1", "0"]);
const SCENE: Kind = Kind::OneOf(&["ONLINE", "OFFLINE", "ALL"]);
/// A shop with a door: its address and pictures are wanted.
const OFFLINE: &[&str] = &["OFFLINE", "ALL"];
/// Codes of regions have six digits.
const REGION: Kind = Kind::Digits(6);
/// Huifu asks for eleven digits and no more.
const MOBILE: Kind = Kind::Digits(11);
/// Two digits; 00 is the ID card. Huifu's list of types is longer than the reference's.
const CERT_TYPE: Kind = Kind::Digits(2);
/// A foreigner's residence permit, which asks for a nationality.
const RESIDENCE_PERMIT: &[&str] = &["13"];
/// The reference bounds no list: more entries than these are a mistake, or an attack.
const LIST: usize = 20;

#[cfg(test)]
mod tests;
