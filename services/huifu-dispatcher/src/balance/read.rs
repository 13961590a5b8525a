//! What an answer about accounts says, if it can be believed.

use contract::huifu::code::RespClass;
use contract::huifu::operations::{
    Account, AccountStatus, AccountType, BalanceAnswer, DmQuotaAnswer,
};
use contract::ids::{HuifuId, ReqSeqId};
use contract::money::Fen;

/// What can be taken from the basic account now, and what was there when yesterday ended; else why
/// nothing can be said.
///
/// Withdrawals go from the basic account (huifu-api.md §3.1). One that is frozen or closed holds
/// nothing that can be taken. Should there be several, the one with the least is the safe answer:
/// which of them is taken from is Huifu's to choose.
pub(super) fn basic_account(
    answer: &BalanceAnswer,
    asked: &ReqSeqId,
    huifu_id: &HuifuId,
) -> Result<(Fen, Fen), &'static str> {
    let code = answer.resp_code.as_deref().unwrap_or_default();
    if RespClass::of(code) != RespClass::Accepted {
        return Err("refused");
    }
    // A good signature over somebody else's answer is not an answer to us.
    let echo = answer.req_seq_id.as_deref();
    if echo.is_some_and(|echo| echo != asked.as_str()) {
        return Err("foreign_answer");
    }
    let accounts = answer.accounts().map_err(|_| "unreadable")?;
    let is_foreign = |account: &Account| {
        let owner = account.huifu_id.as_deref();
        owner.is_some_and(|owner| owner != huifu_id.as_str())
    };
    if accounts.iter().any(is_foreign) {
        return Err("foreign_account");
    }
    let basic = accounts
        .iter()
        .filter(|account| account.acct_type == Some(AccountType::Basic));
    basic
        .map(free)
        .min_by_key(|(available, _)| *available)
        .ok_or("no_basic_account")
}

fn free(account: &Account) -> (Fen, Fen) {
    if account.status == Some(AccountStatus::Normal) {
        // Yesterday's only bounds what DM may take, so without it nothing is refused.
        let yesterday = account.last_available.unwrap_or(account.available);
        (account.available, yesterday)
    } else {
        (Fen::ZERO, Fen::ZERO)
    }
}

/// The quota, if the answer is a good one and has it under this name.
pub(super) fn dm_quota(answer: &DmQuotaAnswer, field: &str) -> Option<Fen> {
    let code = answer.resp_code().unwrap_or_default();
    (RespClass::of(code) == RespClass::Accepted)
        .then(|| answer.quota(field))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const OURS: &str = "6666000021291985";

    fn account(acct_type: &str, available: &str, status: &str) -> Value {
        json!({
            "huifu_id": OURS, "acct_id": "A1", "acct_type": acct_type, "balance_amt": "100.00",
            "avl_bal": available, "frz_bal": "0.00", "last_avl_bal": "7.00", "acct_stat": status,
        })
    }

    fn said(code: &str, echo: &str, accounts: &[Value]) -> Result<(i64, i64), &'static str> {
        let list = Value::from(accounts.to_vec()).to_string();
        let answer = json!({ "resp_code": code, "req_seq_id": echo, "acctInfo_list": list });
        let answer = serde_json::from_str(&answer.to_string()).unwrap();
        let asked = ReqSeqId::from_parts(1, 2);
        let found = basic_account(&answer, &asked, &OURS.parse().unwrap());
        found.map(|(available, yesterday)| (available.get(), yesterday.get()))
    }

    #[test]
    fn only_the_basic_account_counts_and_only_while_it_is_normal() {
        let echo = ReqSeqId::from_parts(1, 2).to_string();
        let good = |accounts: &[Value]| said("00000000", &echo, accounts);
        let basic = account("01", "8.00", "N");
        assert_eq!(
            good(&[account("02", "9.00", "N"), basic.clone()]),
            Ok((800, 700))
        );
        for status in ["F", "C", "D", "?"] {
            assert_eq!(
                good(&[account("01", "8.00", status)]),
                Ok((0, 0)),
                "{status}"
            );
        }
        assert_eq!(
            good(&[basic.clone(), account("01", "6.00", "N")]),
            Ok((600, 700))
        );
        assert_eq!(good(&[account("02", "9.00", "N")]), Err("no_basic_account"));
        assert_eq!(good(&[]), Err("no_basic_account"));
        assert_eq!(good(&[account("01", "-8.00", "N")]), Err("unreadable"));
        assert_eq!(
            said("99999999", &echo, std::slice::from_ref(&basic)),
            Err("refused")
        );
        assert_eq!(said("00000000", "A0", &[basic]), Err("foreign_answer"));
        let mut foreign = account("01", "8.00", "N");
        foreign["huifu_id"] = json!("6666000000000001");
        assert_eq!(good(&[foreign]), Err("foreign_account"));
    }

    #[test]
    fn a_quota_counts_only_in_a_good_answer() {
        let quota = |code: &str| {
            let answer = json!({ "resp_code": code, "dm_avl_amt": "5.00" });
            let answer = serde_json::from_str(&answer.to_string()).unwrap();
            dm_quota(&answer, "dm_avl_amt").map(Fen::get)
        };
        assert_eq!(quota("00000000"), Some(500));
        assert_eq!(quota("20000001"), None);
    }
}
