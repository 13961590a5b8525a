//! What a checked request asks the book to pay, and how accounts are numbered.

use crate::fen::Fen;
use crate::huifu::accounts::Place;
use crate::huifu::cash::CashType;
use crate::huifu::payment::PaymentKey;

/// What a request asks to be paid, already checked.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) key: PaymentKey,
    pub(crate) hf_seq_id: String,
    pub(crate) acct_id: String,
    pub(crate) token_no: String,
    pub(crate) cash_type: CashType,
    pub(crate) cash_amt: Fen,
    pub(crate) fee_amt: Fen,
    /// Where an outer fee is taken from; absent: out of the amount.
    pub(crate) fee_payer: Option<Place>,
    pub(crate) remark: Option<String>,
    pub(crate) notify_url: Option<String>,
}

/// What the account has too little of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Short {
    Balance,
    /// The money is there, but it came in today.
    DmQuota,
}

/// Huifu's account numbers are a letter and eight digits in every sample seen.
pub(crate) fn derived_acct_id(huifu_id: &str, acct_type: &str) -> String {
    let digits: Vec<char> = huifu_id.chars().filter(char::is_ascii_digit).collect();
    let tail: String = digits[digits.len().saturating_sub(8)..].iter().collect();
    let letter = match acct_type {
        "02" => 'C',
        "03" => 'D',
        "04" => 'W',
        "05" => 'R',
        "09" => 'M',
        _ => 'F',
    };
    format!("{letter}{tail:0>8}")
}

/// Only 基本户 and 现金户 (huifu-api.md §3.1).
pub(crate) fn is_withdrawable(acct_type: &str) -> bool {
    matches!(acct_type, "01" | "02")
}
