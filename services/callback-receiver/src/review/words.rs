//! What may stand in a row of a reviewer's words.
//!
//! Reviewers write freely and name people. The dispatcher compares such words with the form and
//! leaves out what stands there; nobody here can open a form. So nothing of theirs is kept but what
//! we can say in words of our own: the floor of a fee, Huifu's code, and what we took it for.

use contract::huifu::operations::{FeeFloor, StepRefusal};

pub(super) fn without_names(refusal: &StepRefusal) -> String {
    if let Some(floor) = FeeFloor::find(&refusal.words) {
        return floor.words();
    }
    let sentence = refusal.reason.zh();
    let code = refusal.code.as_str();
    // Up to eight characters that Huifu chose: a name would fit in.
    if code.is_empty() || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return sentence.to_owned();
    }
    format!("{code}: {sentence}")
}

#[cfg(test)]
mod tests {
    use contract::partner::ApplicationReason;

    use super::*;

    fn kept(code: &str, words: &str) -> String {
        without_names(&StepRefusal {
            reason: ApplicationReason::CardMismatch,
            code: code.to_owned(),
            words: words.to_owned(),
        })
    }

    #[test]
    fn of_free_words_nothing_is_kept_and_of_a_floor_the_numbers() {
        let ours = ApplicationReason::CardMismatch.zh();
        let free = "样个人的身份证照片与持卡人样法人不符";
        assert_eq!(kept("90000000", free), format!("90000000: {ours}"));
        assert_eq!(kept("", free), ours);
        assert_eq!(kept("样个人", free), ours);
        let floor = "样个人: T1取现费率不能低于渠道商/上级商户费率底价1.00+AMT*0.0005。样法人";
        assert_eq!(kept("90000000", floor), "T1取现费率底价1.00+AMT*0.0005");
    }
}
