//! What a field of an interface of Huifu's may hold, as data: name, limit, need, kind, source.
//!
//! A table is read by one engine (`check.rs`), so that a limit stands in one place and every
//! interface is checked alike, before anything is signed: all errors at once, each with the path
//! of the field and the section that limits it, never with the value. Lengths are characters.
//!
//! What a newcomer gets wrong: an empty string and `null` are no values. Huifu's own clients drop
//! them from what they sign (huifu-api.md §2), so here they are absent, and a required field that
//! is empty is missing.

mod check;
mod members;
mod rule;
mod shape;

pub use rule::{FieldError, FieldRule, Json};

pub(super) use check::{Checker, check};
pub(super) use members::{Members, Part};
pub(super) use shape::{fen, rate};

/// The fields of one JSON object, and where they are described.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// The section that limits them.
    pub source: &'static str,
    /// Every member that the object may have; any other is refused.
    pub fields: &'static [Field],
    /// Dates that begin and end a validity.
    pub validities: &'static [(&'static str, &'static str)],
    /// Numbers of identity documents.
    pub certificates: &'static [Certificate],
}

/// One member of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Huifu's name of it.
    pub name: &'static str,
    /// At most so many characters; of a list, so many entries.
    pub max: usize,
    /// Whether it must be there.
    pub need: Need,
    /// What it may hold.
    pub kind: Kind,
}

/// Whether a field must be there. A name with a point is looked up from the top of the form, any
/// other beside the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Y.
    Required,
    /// N.
    Optional,
    /// C: when another field has one of these values.
    When(&'static str, &'static [&'static str]),
    /// C: unless another field has one of these values.
    Unless(&'static str, &'static [&'static str]),
}

/// What a field may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any characters but control characters, on which Huifu's clients disagree
    /// (huifu-api.md §2).
    Text,
    /// The same, where Huifu counts a Chinese character as two.
    Wide,
    /// The same, of at least so many characters.
    AtLeast(usize),
    /// Digits, at least so many.
    Digits(usize),
    /// One of these codes.
    OneOf(&'static [&'static str]),
    /// Letters, digits and underscores.
    Login,
    /// Something with an @ between two parts without spaces.
    Email,
    /// A day: yyyyMMdd.
    Date,
    /// A time of day: HHmmss, not between 00:00 and 00:30 (huifu-api.md §3.13).
    Time,
    /// Yuan with exactly two decimals.
    Yuan,
    /// Percent with exactly two decimals, 0.00 to 100.00.
    Percent,
    /// An account holder's number at Huifu.
    HuifuId,
    /// The number that we gave a picture; it is exchanged for Huifu's when it is sent.
    Picture,
    /// An object of this table.
    Object(&'static Table),
    /// A list of objects of this table.
    List(&'static Table),
    /// An object whose members the reference does not name; `max` is a bound of ours.
    FreeObject,
    /// The same, a list.
    FreeList,
    /// A field that exists and is ours to fill.
    Ours,
    /// A field that exists and that we do not send.
    NotOffered,
}

/// The number of an identity document.
#[derive(Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The field with its type; `None` where only ID cards are taken.
    pub cert_type: Option<&'static str>,
    /// The field with its number.
    pub number: &'static str,
    /// Its holder must be 18 to 80 years old (huifu-api.md §3.7, §3.8).
    pub of_age: bool,
}

/// The type of ID cards (huifu-api.md §3.12).
pub(super) const ID_CARD: &str = "00";

impl Field {
    pub(super) const fn must(name: &'static str, max: usize, kind: Kind) -> Self {
        Self::new(name, max, Need::Required, kind)
    }

    pub(super) const fn may(name: &'static str, max: usize, kind: Kind) -> Self {
        Self::new(name, max, Need::Optional, kind)
    }

    pub(super) const fn new(name: &'static str, max: usize, need: Need, kind: Kind) -> Self {
        Self {
            name,
            max,
            need,
            kind,
        }
    }

    pub(super) const fn ours(name: &'static str) -> Self {
        Self::new(name, 0, Need::Optional, Kind::Ours)
    }
}

/// The fields of `first`, then those of `second`: for interfaces that take the same and more.
pub(super) const fn joined<const FIRST: usize, const SECOND: usize, const ALL: usize>(
    first: &[Field; FIRST],
    second: &[Field; SECOND],
) -> [Field; ALL] {
    assert!(ALL == FIRST + SECOND, "every field has its place");
    let mut all = [first[0]; ALL];
    let mut at = 1;
    while at < ALL {
        all[at] = if at < FIRST {
            first[at]
        } else {
            second[at - FIRST]
        };
        at += 1;
    }
    all
}

impl Table {
    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

#[cfg(test)]
mod tests;
