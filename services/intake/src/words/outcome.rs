//! What the page says once a withdrawal was confirmed: never more than is known.

use contract::partner::ReasonCode;
use contract::withdrawal::Language;
use jiff::civil::Date;

/// How far a withdrawal has come, for its user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Accepted, and not at its end.
    UnderWay,
    /// The money was paid out.
    Paid,
    /// The money stays where it was.
    Failed,
    /// The bank sent the money back.
    Returned,
}

impl Stage {
    /// The name on the page, for programs.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::UnderWay => "accepted",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Returned => "returned",
        }
    }
}

/// The words of one language.
#[derive(Debug)]
pub(crate) struct Words {
    accepted: &'static str,
    paid: &'static str,
    failed: &'static str,
    returned: &'static str,
    pub(crate) amount: &'static str,
    pub(crate) fee: &'static str,
    pub(crate) arrival: &'static str,
    pub(crate) to_card: &'static str,
    pub(crate) tail: &'static str,
    pub(crate) expected: &'static str,
    pub(crate) order: &'static str,
    pub(crate) what_next: &'static str,
    pub(crate) back_to: &'static str,
    pub(crate) reload: &'static str,
}

const CHINESE: Words = Words {
    accepted: "提现已受理",
    paid: "提现成功",
    failed: "提现失败",
    returned: "提现被退回",
    amount: "提现金额",
    fee: "手续费",
    arrival: "实际到账",
    to_card: "到账银行卡",
    tail: "尾号",
    expected: "预计到账",
    order: "订单号",
    what_next: "接下来",
    back_to: "返回",
    reload: "查看最新状态",
};

const ENGLISH: Words = Words {
    accepted: "Withdrawal accepted",
    paid: "Withdrawal paid",
    failed: "Withdrawal failed",
    returned: "Withdrawal returned",
    amount: "Amount",
    fee: "Fee",
    arrival: "You receive",
    to_card: "To bank card",
    tail: "ending in",
    expected: "Expected",
    order: "Order",
    what_next: "What happens next",
    back_to: "Back to",
    reload: "See how it stands now",
};

/// The words of a language.
pub(crate) fn in_language(language: Language) -> &'static Words {
    match language {
        Language::Chinese => &CHINESE,
        Language::English => &ENGLISH,
    }
}

impl Words {
    /// The page's heading.
    pub(crate) fn title(&self, stage: Stage) -> &'static str {
        match stage {
            Stage::UnderWay => self.accepted,
            Stage::Paid => self.paid,
            Stage::Failed => self.failed,
            Stage::Returned => self.returned,
        }
    }
}

/// What is so.
pub(crate) fn sentence(language: Language, stage: Stage, reason: Option<ReasonCode>) -> String {
    match (language, stage) {
        (Language::Chinese, Stage::UnderWay) => "我们已收到您的提现，款项尚未到账。".to_owned(),
        (Language::English, Stage::UnderWay) => {
            "We have your withdrawal. The money has not been paid out yet.".to_owned()
        }
        (Language::Chinese, Stage::Paid) => "款项已付至您的银行卡。".to_owned(),
        (Language::English, Stage::Paid) => "The money was paid to your bank card.".to_owned(),
        (Language::Chinese, Stage::Failed) => match reason {
            Some(reason) => format!("款项没有付出：{}。", reason.zh()),
            None => "款项没有付出。".to_owned(),
        },
        (Language::English, Stage::Failed) => match reason {
            Some(reason) => format!("No money was paid out. {}", reason.en()),
            None => "No money was paid out.".to_owned(),
        },
        (Language::Chinese, Stage::Returned) => "款项付出后被银行退回。".to_owned(),
        (Language::English, Stage::Returned) => {
            "The money was paid out, and the bank sent it back.".to_owned()
        }
    }
}

/// What happens next, and what the user may do.
pub(crate) fn next(language: Language, stage: Stage, partner: &str) -> String {
    match (language, stage) {
        (Language::Chinese, Stage::UnderWay) => format!(
            "我们把款项交给银行处理，到账或失败都会通知{partner}。您无需再次提交，可以返回或关闭本页。"
        ),
        (Language::English, Stage::UnderWay) => format!(
            "We hand it to the bank and tell {partner} how it ended. You need not send it again; \
             you may go back or close this page."
        ),
        (Language::Chinese, Stage::Paid) => "银行入账可能稍有延迟，请以银行卡明细为准。".to_owned(),
        (Language::English, Stage::Paid) => {
            "Your bank may take a moment to show it on your account.".to_owned()
        }
        (Language::Chinese, Stage::Failed) => {
            format!("款项仍在您的账户中。如需提现，请返回{partner}重新发起。")
        }
        (Language::English, Stage::Failed) => {
            format!("The money is still on your account. To try again, start at {partner}.")
        }
        (Language::Chinese, Stage::Returned) => {
            format!("款项会回到您的账户。请核对银行卡后，返回{partner}重新发起。")
        }
        (Language::English, Stage::Returned) => format!(
            "It goes back to your account. Check your bank card, then start again at {partner}."
        ),
    }
}

/// A day that is foretold.
pub(crate) fn expected(language: Language, day: Date) -> String {
    let (month, date) = (day.month(), day.day());
    match language {
        Language::Chinese => format!("{month}月{date}日，以银行入账为准"),
        Language::English => format!("{}, if the bank agrees", day.strftime("%-d %B")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_paid_is_called_paid() {
        for language in Language::ALL {
            let said = |stage| {
                let title = in_language(language).title(stage);
                format!("{title} {}", sentence(language, stage, None))
            };
            assert!(!said(Stage::UnderWay).contains("成功"));
            assert!(!said(Stage::Failed).contains("成功"));
            assert!(!said(Stage::Returned).contains("成功"));
        }
        let reason = Some(ReasonCode::InsufficientBalance);
        let failed = sentence(Language::Chinese, Stage::Failed, reason);
        assert_eq!(failed, "款项没有付出：账户余额不足。");
    }

    #[test]
    fn a_day_is_told_as_people_say_it() {
        let day = "2026-12-01".parse().unwrap();
        assert_eq!(expected(Language::Chinese, day), "12月1日，以银行入账为准");
        assert_eq!(
            expected(Language::English, day),
            "1 December, if the bank agrees"
        );
    }
}
