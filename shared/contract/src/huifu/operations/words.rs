//! Huifu's words about a refusal, as they may stand in a row that operators read.
//!
//! Reviewers write freely and may repeat what they looked at. Whoever cannot open the form cannot
//! compare the words with it, so every long number goes, whatever it is: a card, an ID card, a
//! mobile. What a person needs to understand a refusal ("不低于 1.00 元") is short.

/// No number that names a person or a card is shorter; dates have eight digits, amounts and rates
/// fewer.
const LONGEST_KEPT: usize = 8;

/// `words` with `***` for every run of more digits than a date has. An X at the end of an ID
/// number, and blanks or dashes between groups, are part of the run.
pub fn without_long_numbers(words: &str) -> String {
    let mut kept = String::with_capacity(words.len());
    let mut run = String::new();
    for character in words.chars() {
        let joins = character.is_numeric()
            || !run.is_empty() && matches!(character, ' ' | '-' | 'x' | 'X' | '*');
        if joins {
            run.push(character);
        } else {
            settle(&mut kept, &mut run);
            kept.push(character);
        }
    }
    settle(&mut kept, &mut run);
    kept
}

fn settle(kept: &mut String, run: &mut String) {
    let digits = run.chars().filter(|one| one.is_numeric()).count();
    if digits > LONGEST_KEPT {
        kept.push_str("***");
    } else {
        kept.push_str(run);
    }
    run.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_id_numbers_and_mobiles_go_and_amounts_codes_and_dates_stay() {
        for (words, expected) in [
            ("卡号6222021234567890123有误", "卡号***有误"),
            ("身份证11010519491231002X不符", "身份证***不符"),
            ("手机 13800138000", "手机 ***"),
            ("6222 0212 3456 7890 有误", "***有误"),
            ("卡号６２２２０２１２３４有误", "卡号***有误"),
            ("6222-0212-3456-7890有误", "***有误"),
            ("T1费率不能低于0.30%+1.00元", "T1费率不能低于0.30%+1.00元"),
            ("有效期至20301231已过", "有效期至20301231已过"),
            ("营业执照照片不清晰", "营业执照照片不清晰"),
            ("", ""),
        ] {
            assert_eq!(without_long_numbers(words), expected);
        }
    }
}
