//! Huifu's words about a refusal, as they may stand in a row that operators read: without anything
//! of the form in them, and without any other long number.

use contract::huifu::operations::{ApplicationForm, without_long_numbers};
use serde_json::Value;

/// What stands where something was left out.
const HIDDEN: &str = "***";

/// Codes of regions, banks and trades are short and in ASCII; names are neither.
const SHORTEST_HIDDEN: usize = 7;

/// `words` with everything personal in `form` left out.
pub(super) fn without_form(form: &ApplicationForm, words: &str) -> String {
    let form = form.to_form();
    let mut personal = Vec::new();
    // What cash types cost is no secret, and is what most refusals are about.
    for part in ["subject", "card_info", "business"] {
        collect(&form[part], &mut personal);
    }
    // The longest first: an address may hold the name of its company.
    personal.sort_by_key(|text| std::cmp::Reverse(text.len()));
    let hidden = personal
        .iter()
        .fold(words.to_owned(), |words, text| words.replace(text, HIDDEN));
    without_long_numbers(&hidden)
}

fn collect<'a>(part: &'a Value, personal: &mut Vec<&'a str>) {
    match part {
        Value::String(text) => {
            let letters = text.chars().count();
            if letters >= SHORTEST_HIDDEN || letters >= 2 && !text.is_ascii() {
                personal.push(text);
            }
        }
        Value::Array(parts) => parts.iter().for_each(|part| collect(part, personal)),
        Value::Object(parts) => parts.values().for_each(|part| collect(part, personal)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use contract::application::{ApplicationKind, SubjectKind};
    use stand::forms;

    use super::*;

    fn form() -> ApplicationForm {
        let form = forms::opening("individual_user", "", &|_| String::new());
        let (kind, subject) = (ApplicationKind::Opening, SubjectKind::IndividualUser);
        ApplicationForm::stored(kind, subject, &form).unwrap()
    }

    #[test]
    fn names_and_numbers_of_the_form_go_and_the_rule_stays() {
        let said = |words: &str| without_form(&form(), words);
        let person = forms::PERSON;
        assert_eq!(
            said(&format!("姓名{person}与证件不符")),
            "姓名***与证件不符"
        );
        assert_eq!(said("手机号13764190263有误"), "手机号***有误");
        let floor = "T1取现费率不能低于渠道商/上级商户费率底价1.00+AMT*0.05";
        assert_eq!(said(floor), floor);
        for secret in forms::SECRETS {
            let of_form = form().to_form().to_string().contains(secret);
            assert!(
                !of_form || said(&format!("{secret}!")) == "***!",
                "{secret}"
            );
        }
    }

    #[test]
    fn a_long_number_that_is_not_in_the_form_goes_as_well() {
        assert_eq!(without_form(&form(), "卡6222020000000001"), "卡***");
        assert_eq!(
            without_form(&form(), "有效期至20301231"),
            "有效期至20301231"
        );
    }
}
