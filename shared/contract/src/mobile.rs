//! A user's mobile number: where codes go by SMS.
//!
//! What a newcomer would get wrong: it is personal data. Its `Debug` shows nothing, there is no
//! `Display`, and whoever must tell it to somebody says so by [`MobileNumber::expose`].

use std::fmt;
use std::str::FromStr;

/// A number of mainland China: eleven digits, the first of them 1.
#[derive(Clone, PartialEq, Eq)]
pub struct MobileNumber(String);

/// A text that is no mobile number. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a mobile number: eleven digits, the first of them 1")]
pub struct InvalidMobile;

impl MobileNumber {
    const DIGITS: usize = 11;

    /// The whole number, for sealing it or for sending to it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The last four digits: what may be shown of it.
    pub fn tail(&self) -> &str {
        &self.0[Self::DIGITS - 4..]
    }
}

impl FromStr for MobileNumber {
    type Err = InvalidMobile;

    fn from_str(text: &str) -> Result<Self, InvalidMobile> {
        let well_formed = text.len() == Self::DIGITS
            && text.starts_with('1')
            && text.bytes().all(|byte| byte.is_ascii_digit());
        if well_formed {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidMobile)
        }
    }
}

impl fmt::Debug for MobileNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MobileNumber(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_eleven_digits_behind_a_one_are_a_number_and_nothing_prints_it() {
        let number: MobileNumber = "13764190263".parse().unwrap();
        assert_eq!((number.expose(), number.tail()), ("13764190263", "0263"));
        assert!(!format!("{number:?}").contains("0263"));
        for text in [
            "",
            "1376419026",
            "137641902633",
            "23764190263",
            "1376419026x",
            "+8613764190",
            "１3764190",
        ] {
            let refused = text.parse::<MobileNumber>().unwrap_err();
            assert!(text.is_empty() || !refused.to_string().contains(text));
        }
    }
}
