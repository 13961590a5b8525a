//! 居民身份证号, the number of a Chinese ID card: its check digit and its day of birth.
//!
//! Huifu asks the registry of identities. The sandbox has none, so a number that cannot exist is
//! the one mismatch it can see by itself.

use jiff::civil::Date;

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_DIGITS: [u8; 11] = *b"10X98765432";

/// The day of birth, if the number can exist (GB 11643: 17 digits and a check digit).
pub(crate) fn born(number: &str) -> Option<Date> {
    let bytes: &[u8; 18] = number.as_bytes().try_into().ok()?;
    let mut sum = 0;
    for (byte, weight) in bytes.iter().zip(WEIGHTS) {
        sum += char::from(*byte).to_digit(10)? * weight;
    }
    let check = CHECK_DIGITS.get((sum % 11) as usize)?;
    if bytes[17].to_ascii_uppercase() != *check {
        return None;
    }
    Date::strptime("%Y%m%d", &number[6..14]).ok()
}

/// Full years on that day.
pub(crate) fn age(born: Date, on: Date) -> i16 {
    let had_birthday = (on.month(), on.day()) >= (born.month(), born.day());
    on.year() - born.year() - i16::from(!had_birthday)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn only_a_number_with_its_check_digit_can_exist() {
        assert_eq!(born("11010519491231002X"), Some(date(1949, 12, 31)));
        assert_eq!(born("11010519491231002x"), Some(date(1949, 12, 31)));
        for wrong in [
            "110105194912310021",
            "1101051949123100",
            "",
            "11010519491331002X",
        ] {
            assert_eq!(born(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_birthday_makes_a_year() {
        let day = date(1949, 12, 31);
        assert_eq!(age(day, date(2029, 12, 30)), 79);
        assert_eq!(age(day, date(2029, 12, 31)), 80);
    }
}
