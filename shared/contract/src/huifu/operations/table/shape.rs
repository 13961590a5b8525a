//! Whether a text has the shape that its kind wants.

use jiff::civil::Date;

use super::{FieldRule, Kind};
use crate::fee::BasisPoints;
use crate::huifu::ReqDate;
use crate::ids::{HuifuId, MaterialId};
use crate::money::Fen;

/// The rule that `text` breaks. Kinds that are no texts are the engine's, so they break none.
pub(super) fn broken(text: &str, max: usize, kind: &Kind) -> Option<FieldRule> {
    let length = text.chars().count();
    let (too_long, longer) = if *kind == Kind::Wide {
        (width(text) > max, FieldRule::AtMostWide(max))
    } else {
        (length > max, FieldRule::AtMost(max))
    };
    if too_long {
        return Some(longer);
    }
    if text.chars().any(char::is_control) {
        return Some(FieldRule::NoControls);
    }
    let (fits, rule) = match kind {
        Kind::AtLeast(least) => (length >= *least, FieldRule::AtLeast(*least)),
        Kind::Digits(least) if digits(text) => (length >= *least, FieldRule::AtLeast(*least)),
        Kind::Digits(_) => (false, FieldRule::Digits),
        Kind::OneOf(values) => (values.contains(&text), FieldRule::OneOf(values)),
        Kind::Login => (text.bytes().all(in_login), FieldRule::Login),
        Kind::Email => (is_email(text), FieldRule::Email),
        Kind::Date => (text.parse::<ReqDate>().is_ok(), FieldRule::Date),
        Kind::Time => (is_time(text), FieldRule::Time),
        Kind::Yuan => (fen(text).is_some(), FieldRule::Yuan),
        Kind::Percent => (rate(text).is_some(), FieldRule::Percent),
        Kind::HuifuId => (is_huifu_id(text), FieldRule::HuifuId),
        Kind::Picture => (text.parse::<MaterialId>().is_ok(), FieldRule::Picture),
        Kind::Text
        | Kind::Wide
        | Kind::Object(_)
        | Kind::List(_)
        | Kind::FreeObject
        | Kind::FreeList
        | Kind::Ours
        | Kind::NotOffered => return None,
    };
    (!fits).then_some(rule)
}

/// An amount in yuan, if it is written with exactly two decimals.
pub(in crate::huifu::operations) fn fen(text: &str) -> Option<Fen> {
    let (_, decimals) = text.split_once('.')?;
    let amount = text.parse().ok()?;
    (decimals.len() == 2).then_some(amount)
}

/// A percentage, if it is written with exactly two decimals and at most 100.00. Its digits are
/// basis points.
pub(in crate::huifu::operations) fn rate(text: &str) -> Option<BasisPoints> {
    let points = i32::try_from(fen(text)?.get()).ok()?;
    BasisPoints::new(points)
}

/// The day of birth in the number of an ID card, if the number is right (GB 11643-1999: 17 digits
/// and a check digit by ISO 7064 MOD 11-2, with a capital X for ten).
pub(super) fn born(number: &str) -> Option<Date> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: &[u8; 11] = b"10X98765432";
    let bytes: &[u8; 18] = number.as_bytes().try_into().ok()?;
    let (body, check) = bytes.split_at(17);
    if !body.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let weighed = body.iter().zip(WEIGHTS);
    let sum: u32 = weighed
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    let wanted = CHECKS.get(sum as usize % CHECKS.len())?;
    let day: ReqDate = number.get(6..14)?.parse().ok()?;
    (check == [*wanted]).then(|| day.date())
}

/// Whether someone born then is 18 to 80 years old today.
pub(super) fn of_age(born: Date, today: Date) -> bool {
    let birthday_to_come = (today.month(), today.day()) < (born.month(), born.day());
    let years = i32::from(today.year()) - i32::from(born.year()) - i32::from(birthday_to_come);
    (18..=80).contains(&years)
}

/// The length where a Chinese character counts as two.
fn width(text: &str) -> usize {
    let wide = text.chars().filter(|character| !character.is_ascii());
    text.chars().count() + wide.count()
}

fn digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn in_login(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// No more than Huifu asks for: an @ between two parts. Whether mail arrives, only mail tells.
fn is_email(text: &str) -> bool {
    let fits = |part: &str| !part.is_empty() && !part.contains(['@', ' ']);
    text.split_once('@')
        .is_some_and(|(user, host)| fits(user) && fits(host))
}

fn is_time(text: &str) -> bool {
    let within = |part: &str, most: u32| part.parse::<u32>().is_ok_and(|value| value <= most);
    text.len() == 6
        && digits(text)
        && within(&text[..2], 23)
        && within(&text[2..4], 59)
        && within(&text[4..], 59)
        && text > "003000"
}

fn is_huifu_id(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric()) && text.parse::<HuifuId>().is_ok()
}
