//! Every word on our pages, in both languages.
//!
//! Codes and their sentences come from the contract; these are the rest.

pub(crate) mod balance;
pub(crate) mod outcome;
pub(crate) mod password;

use contract::money::Fen;
use contract::withdrawal::{CashType, Language};
use jiff::Timestamp;
use jiff::tz::Offset;

/// The words of one language.
#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) language: Language,
    pub(crate) lang: &'static str,
    pub(crate) brand: &'static str,
    pub(crate) title: &'static str,
    pub(crate) amount: &'static str,
    pub(crate) asked_by: &'static str,
    pub(crate) arrives: &'static str,
    pub(crate) fee: &'static str,
    pub(crate) no_fee: &'static str,
    pub(crate) arrival: &'static str,
    pub(crate) to_card: &'static str,
    pub(crate) tail: &'static str,
    pub(crate) password: &'static str,
    pub(crate) password_hint: &'static str,
    pub(crate) confirm: &'static str,
    pub(crate) cancel: &'static str,
    pub(crate) order: &'static str,
    pub(crate) refused_title: &'static str,
    pub(crate) expired_title: &'static str,
    pub(crate) field: &'static str,
    pub(crate) rule: &'static str,
    pub(crate) error_code: &'static str,
    pub(crate) back: &'static str,
    pub(crate) nothing_changed: &'static str,
    pub(crate) look_again: &'static str,
    pub(crate) ask_again: &'static str,
    pub(crate) error: &'static str,
    pub(crate) forgotten: &'static str,
    pub(crate) unset: &'static str,
    pub(crate) set_password: &'static str,
    pub(crate) password_is_new: &'static str,
    pub(crate) reset_to_unlock: &'static str,
    pub(crate) other_language: &'static str,
}

const CHINESE: Words = Words {
    language: Language::Chinese,
    lang: "zh-CN",
    brand: "海投汇",
    title: "确认提现",
    amount: "提现金额",
    asked_by: "发起方",
    arrives: "到账方式",
    fee: "手续费",
    no_fee: "免手续费",
    arrival: "实际到账",
    to_card: "到账银行卡",
    tail: "尾号",
    password: "交易密码",
    password_hint: "请输入您的交易密码，我们不会向任何人透露。",
    confirm: "确认提现",
    cancel: "取消，返回",
    order: "订单号",
    refused_title: "无法继续",
    expired_title: "页面已过期",
    field: "字段",
    rule: "规则",
    error_code: "错误码",
    back: "返回",
    nothing_changed: "未发生任何扣款。",
    look_again: "请返回提现页面并刷新，查看这笔提现是否已受理。",
    ask_again: "重新查询",
    error: "错误",
    forgotten: "忘记密码？",
    unset: "您还没有交易密码。设置后即可确认这笔提现。",
    set_password: "设置交易密码",
    password_is_new: "交易密码已设置，请输入并确认提现。",
    reset_to_unlock: "通过短信重设密码即可解锁",
    other_language: "语言",
};

const ENGLISH: Words = Words {
    language: Language::English,
    lang: "en",
    brand: "Haitouhui",
    title: "Confirm withdrawal",
    amount: "Amount",
    asked_by: "Requested by",
    arrives: "Arrival",
    fee: "Fee",
    no_fee: "No fee",
    arrival: "You receive",
    to_card: "To bank card",
    tail: "ending in",
    password: "Transaction password",
    password_hint: "Enter your transaction password. We never pass it on.",
    confirm: "Confirm withdrawal",
    cancel: "Cancel and go back",
    order: "Order",
    refused_title: "We cannot continue",
    expired_title: "This page has expired",
    field: "Field",
    rule: "Rule",
    error_code: "Error code",
    back: "Go back",
    nothing_changed: "No money was moved.",
    look_again: "Go back to the withdrawal page and reload it to see whether it was accepted.",
    ask_again: "Check again",
    error: "Error",
    forgotten: "Forgotten your password?",
    unset: "You have no transaction password yet. Once it is set you can confirm this withdrawal.",
    set_password: "Set a transaction password",
    password_is_new: "Your transaction password is set. Enter it to confirm.",
    reset_to_unlock: "Reset it by SMS to unlock it",
    other_language: "Language",
};

/// The words of a language.
pub(crate) fn in_language(language: Language) -> &'static Words {
    match language {
        Language::Chinese => &CHINESE,
        Language::English => &ENGLISH,
    }
}

/// When the money arrives, in words (huifu-api.md §6).
pub(crate) fn arrival_time(language: Language, cash_type: CashType) -> &'static str {
    match (language, cash_type) {
        (Language::Chinese, CashType::D0) => "当天到账",
        (Language::Chinese, CashType::D1) => "次日到账",
        (Language::Chinese, CashType::T1) => "下一工作日到账",
        (Language::Chinese, CashType::Dm) => "当天到账（不含今日收款）",
        (Language::English, CashType::D0) => "Today",
        (Language::English, CashType::D1) => "Tomorrow",
        (Language::English, CashType::T1) => "Next working day",
        (Language::English, CashType::Dm) => "Today (without money received today)",
    }
}

/// An amount for people: `¥1,234.50`.
pub(crate) fn yuan(amount: Fen) -> String {
    format!("¥{}", grouped(amount))
}

/// As [`yuan`], where the unit stands after the amount.
pub(crate) fn grouped(amount: Fen) -> String {
    let text = amount.to_string();
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, "00"));
    let mut grouped = String::new();
    for (at, digit) in whole.char_indices() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped}.{decimals}")
}

/// Until when the page is open, and for how many minutes, the begun one included.
pub(crate) fn open_until(language: Language, expires_at: Timestamp, now: Timestamp) -> String {
    let seconds = expires_at.duration_since(now).as_secs().max(0);
    let minutes = (seconds + 59) / 60;
    let until = clock_time(expires_at);
    match language {
        Language::Chinese => format!("请在 {until} 前完成（剩余约 {minutes} 分钟）"),
        Language::English => {
            format!("Please finish before {until} Beijing time (about {minutes} min left)")
        }
    }
}

/// `14:35` in Beijing.
pub(crate) fn clock_time(at: Timestamp) -> String {
    let beijing = Offset::constant(8).to_datetime(at);
    format!("{:02}:{:02}", beijing.hour(), beijing.minute())
}

/// `11-23 14:35` in Beijing: for moments that may lie on another day.
pub(crate) fn day_and_time(at: Timestamp) -> String {
    let beijing = Offset::constant(8).to_datetime(at);
    format!(
        "{:02}-{:02} {}",
        beijing.month(),
        beijing.day(),
        clock_time(at)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_by_thousands() {
        for (fen, shown) in [
            (1, "¥0.01"),
            (99_999, "¥999.99"),
            (100_000, "¥1,000.00"),
            (123_456_789, "¥1,234,567.89"),
        ] {
            assert_eq!(yuan(Fen::new(fen).unwrap()), shown);
        }
    }

    #[test]
    fn a_begun_minute_counts_and_the_clock_is_beijings() {
        let expires: Timestamp = "2026-11-22T06:35:00Z".parse().unwrap();
        let now: Timestamp = "2026-11-22T06:20:01Z".parse().unwrap();
        let text = open_until(Language::Chinese, expires, now);
        assert_eq!(text, "请在 14:35 前完成（剩余约 15 分钟）");
        assert_eq!(
            day_and_time("2026-11-22T16:05:00Z".parse().unwrap()),
            "11-23 00:05"
        );
    }
}
