//! What a new transaction password may be: six digits that are not the first anybody would try.
//!
//! Passwords that were set before keep working; the rule is for new ones alone.

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// It is not six digits.
    NotSixDigits,
    /// One, two or three digits over and over: 888888, 121212, 123123.
    Repeats,
    /// Up or down, one by one: 123456, 876543.
    Runs,
}

const LENGTH: usize = 6;

/// Says whether the password may be set.
pub(crate) fn check(password: &str) -> Result<(), Unfit> {
    let digits = password.as_bytes();
    if digits.len() != LENGTH || !digits.iter().all(u8::is_ascii_digit) {
        return Err(Unfit::NotSixDigits);
    }
    let repeats = |block: usize| digits.chunks(block).all(|chunk| chunk == &digits[..block]);
    if (1..=3).any(repeats) {
        return Err(Unfit::Repeats);
    }
    let steps = |step: i16| {
        let mut pairs = digits.windows(2);
        pairs.all(|pair| i16::from(pair[1]) - i16::from(pair[0]) == step)
    };
    if steps(1) || steps(-1) {
        return Err(Unfit::Runs);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_anybody_would_try_first_is_not_taken() {
        for (password, verdict) in [
            ("", Err(Unfit::NotSixDigits)),
            ("24681", Err(Unfit::NotSixDigits)),
            ("2468101", Err(Unfit::NotSixDigits)),
            ("24681a", Err(Unfit::NotSixDigits)),
            ("２46810", Err(Unfit::NotSixDigits)),
            ("888888", Err(Unfit::Repeats)),
            ("121212", Err(Unfit::Repeats)),
            ("520520", Err(Unfit::Repeats)),
            ("123456", Err(Unfit::Runs)),
            ("456789", Err(Unfit::Runs)),
            ("654321", Err(Unfit::Runs)),
            ("246810", Ok(())),
            ("112233", Ok(())),
            ("890123", Ok(())),
        ] {
            assert_eq!(check(password), verdict, "{password}");
        }
    }
}
