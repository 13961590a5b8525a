//! What the pages say on which a transaction password is set.

use contract::withdrawal::Language;
use jiff::Timestamp;

use super::clock_time;
use crate::password::Alert;
use crate::password::Unfit;

/// The words of one language.
#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) first_title: &'static str,
    pub(crate) reset_title: &'static str,
    pub(crate) send: &'static str,
    pub(crate) send_again: &'static str,
    pub(crate) code: &'static str,
    pub(crate) new_password: &'static str,
    pub(crate) rule: &'static str,
    pub(crate) repeat: &'static str,
    pub(crate) set: &'static str,
    pub(crate) back: &'static str,
    pub(crate) error: &'static str,
    pub(crate) missing: &'static str,
    pub(crate) missing_next: &'static str,
    pub(crate) done_title: &'static str,
    pub(crate) done: &'static str,
    pub(crate) on_to: &'static str,
    pub(crate) on_to_page: &'static str,
}

const CHINESE: Words = Words {
    first_title: "设置交易密码",
    reset_title: "重设交易密码",
    send: "获取验证码",
    send_again: "重新获取验证码",
    code: "短信验证码",
    new_password: "新交易密码",
    rule: "六位数字，不能是重复数字（如 888888、121212）或连续数字（如 123456）。",
    repeat: "再次输入新交易密码",
    set: "确认设置",
    back: "返回提现页面",
    error: "错误",
    missing: "您还没有登记手机号，无法通过短信设置交易密码。",
    missing_next: "请联系合作平台或海投汇客服登记手机号，然后重新发起提现：",
    done_title: "交易密码已重设",
    done: "新密码已生效，之前的锁定已解除。",
    on_to: "返回",
    on_to_page: "继续这笔提现",
};

const ENGLISH: Words = Words {
    first_title: "Set a transaction password",
    reset_title: "Reset the transaction password",
    send: "Send me a code",
    send_again: "Send another code",
    code: "Code from the SMS",
    new_password: "New transaction password",
    rule: "Six digits; not the same ones over and over (888888, 121212) and not in a row (123456).",
    repeat: "New transaction password again",
    set: "Set the password",
    back: "Back to the withdrawal",
    error: "Error",
    missing: "No mobile number is registered for you, so no password can be set by SMS.",
    missing_next: "Ask the partner or our service to register your number, then start again:",
    done_title: "Your password was reset",
    done: "The new password holds from now on, and a lock is lifted.",
    on_to: "Back to",
    on_to_page: "Go on with this withdrawal",
};

/// The words of a language.
pub(crate) fn in_language(language: Language) -> &'static Words {
    match language {
        Language::Chinese => &CHINESE,
        Language::English => &ENGLISH,
    }
}

/// Where a code would go: of the number, four digits.
pub(crate) fn goes_to(language: Language, tail: &str) -> String {
    match language {
        Language::Chinese => format!("验证码将发送至您登记的手机（尾号 {tail}）。"),
        Language::English => {
            format!("The code goes to your registered mobile, ending in {tail}.")
        }
    }
}

/// Where a code went; not more than is known.
pub(crate) fn sent(language: Language, tail: &str, is_sent: bool, until: Timestamp) -> String {
    let until = clock_time(until);
    match (language, is_sent) {
        (Language::Chinese, true) => {
            format!("验证码已发送至尾号 {tail} 的手机，{until} 前有效。")
        }
        (Language::Chinese, false) => {
            format!("验证码正在发送至尾号 {tail} 的手机，可能稍有延迟，{until} 前有效。")
        }
        (Language::English, true) => {
            format!(
                "A code was sent to the mobile ending in {tail}; it is good until {until} \
                 Beijing time."
            )
        }
        (Language::English, false) => format!(
            "A code is on its way to the mobile ending in {tail} and may be late; it is good until \
             {until} Beijing time."
        ),
    }
}

/// How long until another may be asked for. The script counts the number down.
pub(crate) fn wait(language: Language, seconds: i64) -> String {
    match language {
        Language::Chinese => format!("{seconds} 秒后可重新获取"),
        Language::English => format!("You can ask for another in {seconds} s"),
    }
}

/// An alert in Chinese.
pub(crate) fn alert_zh(alert: Alert, now: Timestamp) -> String {
    match alert {
        Alert::TooSoon(at) => format!("获取验证码过于频繁，请在{}再试。", after_zh(at, now)),
        Alert::NotSent => "短信暂时无法发送，请稍后再试，本次不计入获取次数。".to_owned(),
        Alert::MobileMissing => CHINESE.missing.to_owned(),
        Alert::CodeMalformed => "请输入短信中的六位数字验证码。".to_owned(),
        Alert::CodeWrong(left) => format!("验证码不正确，还可以尝试 {left} 次。"),
        Alert::CodeExpired => "验证码已失效，请重新获取。".to_owned(),
        Alert::CodeUsedUp => "验证码错误次数过多，已失效，请重新获取。".to_owned(),
        Alert::Unfit(Unfit::NotSixDigits) => "新交易密码必须是六位数字。".to_owned(),
        Alert::Unfit(Unfit::Repeats) => {
            "新交易密码过于简单：不能是重复数字（如 888888、121212）。".to_owned()
        }
        Alert::Unfit(Unfit::Runs) => "新交易密码过于简单：不能是连续数字（如 123456）。".to_owned(),
        Alert::RepeatDiffers => "两次输入的新交易密码不一致。".to_owned(),
        Alert::Stale => "页面已更新，请核对后再次提交。".to_owned(),
    }
}

/// An alert in English.
pub(crate) fn alert_en(alert: Alert, now: Timestamp) -> String {
    match alert {
        Alert::TooSoon(at) => format!("Too many codes. Try again {}.", after_en(at, now)),
        Alert::NotSent => {
            "No SMS can be sent at the moment. Try again soon; this one does not count.".to_owned()
        }
        Alert::MobileMissing => ENGLISH.missing.to_owned(),
        Alert::CodeMalformed => "Enter the six digits from the SMS.".to_owned(),
        Alert::CodeWrong(1) => "Wrong code. You have 1 try left.".to_owned(),
        Alert::CodeWrong(left) => format!("Wrong code. You have {left} tries left."),
        Alert::CodeExpired => "The code is no longer good. Ask for another.".to_owned(),
        Alert::CodeUsedUp => {
            "Too many wrong codes. This one is no longer good; ask for another.".to_owned()
        }
        Alert::Unfit(Unfit::NotSixDigits) => "The new password must be six digits.".to_owned(),
        Alert::Unfit(Unfit::Repeats) => {
            "Too easily guessed: not the same digits over and over (888888, 121212).".to_owned()
        }
        Alert::Unfit(Unfit::Runs) => "Too easily guessed: not digits in a row (123456).".to_owned(),
        Alert::RepeatDiffers => "The two new passwords differ.".to_owned(),
        Alert::Stale => "This page was renewed. Check it, then submit again.".to_owned(),
    }
}

/// Within two minutes in seconds, else by the clock.
fn after_zh(at: Timestamp, now: Timestamp) -> String {
    match seconds(at, now) {
        left @ ..=120 => format!(" {left} 秒后"),
        _ => format!(" {}（北京时间）后", super::day_and_time(at)),
    }
}

fn after_en(at: Timestamp, now: Timestamp) -> String {
    match seconds(at, now) {
        left @ ..=120 => format!("in {left} s"),
        _ => format!("after {} Beijing time", super::day_and_time(at)),
    }
}

fn seconds(at: Timestamp, now: Timestamp) -> i64 {
    at.duration_since(now).as_secs().max(0) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_pause_is_told_in_seconds_and_a_long_one_by_the_clock() {
        let now: Timestamp = "2026-11-26T04:00:00Z".parse().unwrap();
        let at = |text: &str| Alert::TooSoon(text.parse().unwrap());
        let soon = at("2026-11-26T04:00:41.5Z");
        assert_eq!(
            alert_zh(soon, now),
            "获取验证码过于频繁，请在 42 秒后再试。"
        );
        assert_eq!(alert_en(soon, now), "Too many codes. Try again in 42 s.");
        let late = at("2026-11-26T16:30:00Z");
        assert_eq!(
            alert_zh(late, now),
            "获取验证码过于频繁，请在 11-27 00:30（北京时间）后再试。"
        );
    }
}
