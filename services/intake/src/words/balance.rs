//! What the page says about balances: always with their age, never more than Huifu said.

use contract::money::Fen;
use contract::withdrawal::{CashType, Language};
use jiff::{SignedDuration, Timestamp};
use store::balances::Known;

use super::{grouped, yuan};
use crate::purse::Purse;

/// The whole balance with its age, or that it is not known; then what to make of it.
pub(crate) fn sentence(language: Language, purse: &Purse, now: Timestamp) -> String {
    match (language, purse) {
        (_, Purse::Fresh(known)) => with_age(language, known, now),
        (Language::Chinese, Purse::Aged(known)) => {
            format!(
                "{}，暂时无法更新，可继续提现",
                with_age(language, known, now)
            )
        }
        (Language::English, Purse::Aged(known)) => {
            let told = with_age(language, known, now);
            format!("{told}; it cannot be renewed right now, you can go on")
        }
        (Language::Chinese, Purse::Unknown) => "余额暂时无法查询，可继续提现".to_owned(),
        (Language::English, Purse::Unknown) => {
            "Balance not available right now; you can go on".to_owned()
        }
    }
}

fn with_age(language: Language, known: &Known, now: Timestamp) -> String {
    let age = age(language, now.duration_since(known.asked_at));
    let available = known.balance.available;
    match language {
        Language::Chinese => format!("余额 {} 元，{age}查询", grouped(available)),
        Language::English => format!("Balance {}, checked {age}", yuan(available)),
    }
}

/// How long ago, in the largest unit that is full.
fn age(language: Language, age: SignedDuration) -> String {
    let seconds = age.as_secs();
    let (count, unit) = match seconds {
        ..1 => {
            return match language {
                Language::Chinese => "刚刚".to_owned(),
                Language::English => "just now".to_owned(),
            };
        }
        1..60 => (seconds, ("秒", "second")),
        60..3_600 => (seconds / 60, ("分钟", "minute")),
        3_600.. => (seconds / 3_600, ("小时", "hour")),
    };
    match language {
        Language::Chinese => format!("{count} {}前", unit.0),
        Language::English if count == 1 => format!("1 {} ago", unit.1),
        Language::English => format!("{count} {}s ago", unit.1),
    }
}

/// What can be withdrawn with one cash type; nothing where it is not known and nothing is special.
pub(crate) fn room(language: Language, purse: &Purse, cash_type: CashType) -> Option<String> {
    let most = purse
        .told()
        .and_then(|balance| balance.withdrawable(cash_type));
    match (cash_type, language, most) {
        (CashType::Dm, Language::Chinese, Some(most)) => Some(format!(
            "DM 可提额度 {} 元，今日收到的资金次日起可提",
            grouped(most)
        )),
        (CashType::Dm, Language::Chinese, None) => Some("今日收到的资金次日起可提".to_owned()),
        (CashType::Dm, Language::English, Some(most)) => Some(format!(
            "DM quota {}; money received today counts from tomorrow",
            yuan(most)
        )),
        (CashType::Dm, Language::English, None) => {
            Some("Money received today counts from tomorrow".to_owned())
        }
        (CashType::D0 | CashType::D1 | CashType::T1, Language::Chinese, Some(most)) => {
            Some(format!("可提现 {} 元", grouped(most)))
        }
        (CashType::D0 | CashType::D1 | CashType::T1, Language::English, Some(most)) => {
            Some(format!("Up to {}", yuan(most)))
        }
        (
            CashType::D0 | CashType::D1 | CashType::T1,
            Language::Chinese | Language::English,
            None,
        ) => None,
    }
}

/// Why a cash type cannot be chosen.
pub(crate) fn too_little(language: Language, cash_type: CashType, most: Fen) -> String {
    match (cash_type, language) {
        (CashType::Dm, Language::Chinese) => format!(
            "DM 额度不足，最多可提 {} 元，今日收到的资金次日起可提",
            grouped(most)
        ),
        (CashType::Dm, Language::English) => format!(
            "DM quota too small: at most {}; money received today counts from tomorrow",
            yuan(most)
        ),
        (CashType::D0 | CashType::D1 | CashType::T1, _) => too_little_for_all(language, most),
    }
}

/// Why nothing can be chosen.
pub(crate) fn too_little_for_all(language: Language, most: Fen) -> String {
    match language {
        Language::Chinese => format!("余额不足，最多可提 {} 元", grouped(most)),
        Language::English => format!("Not enough: at most {} can be withdrawn", yuan(most)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::balance::Balance;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn told() -> Known {
        Known {
            balance: Balance {
                available: Fen::new(123_456).unwrap(),
                yesterday: Fen::ZERO,
                dm_quota: Some(Fen::new(8_000).unwrap()),
            },
            asked_at: at("2026-11-22T04:00:00Z"),
        }
    }

    #[test]
    fn a_balance_is_never_told_without_its_age() {
        for (now, zh, en) in [
            ("2026-11-22T04:00:00Z", "刚刚", "just now"),
            ("2026-11-22T03:59:58Z", "刚刚", "just now"),
            ("2026-11-22T04:00:01Z", "1 秒前", "1 second ago"),
            ("2026-11-22T04:00:12Z", "12 秒前", "12 seconds ago"),
            ("2026-11-22T04:01:59Z", "1 分钟前", "1 minute ago"),
            ("2026-11-22T07:59:59Z", "3 小时前", "3 hours ago"),
        ] {
            let fresh = Purse::Fresh(told());
            let said = sentence(Language::Chinese, &fresh, at(now));
            assert_eq!(said, format!("余额 1,234.56 元，{zh}查询"));
            let said = sentence(Language::English, &fresh, at(now));
            assert_eq!(said, format!("Balance ¥1,234.56, checked {en}"));
        }
        let aged = Purse::Aged(told());
        let said = sentence(Language::Chinese, &aged, at("2026-11-22T04:05:00Z"));
        assert_eq!(
            said,
            "余额 1,234.56 元，5 分钟前查询，暂时无法更新，可继续提现"
        );
    }

    #[test]
    fn dm_shows_its_quota_and_always_says_what_it_leaves_out() {
        let (zh, dm) = (Language::Chinese, CashType::Dm);
        let known = room(zh, &Purse::Fresh(told()), dm).unwrap();
        assert_eq!(known, "DM 可提额度 80.00 元，今日收到的资金次日起可提");
        let unknown = room(zh, &Purse::Unknown, dm).unwrap();
        assert_eq!(unknown, "今日收到的资金次日起可提");
        assert_eq!(room(zh, &Purse::Unknown, CashType::D0), None);
    }
}
