//! Who may withdraw, and what a checked request asks the book to pay.

use crate::fen::Fen;
use crate::huifu::fee::{FeeMode, FeeRule};
use crate::huifu::payment::PaymentKey;
use std::collections::BTreeSet;

/// A member of Huifu: merchant or user.
pub(crate) struct Member {
    /// The account that is debited when a request names none (基本户).
    pub(crate) basic_acct_id: String,
    pub(crate) cards: BTreeSet<String>,
    pub(crate) fee: FeeRule,
}

impl Member {
    /// With a basic account named after its number, no card, and no fee.
    pub(crate) fn new(huifu_id: &str) -> Self {
        Self {
            basic_acct_id: derived_acct_id(huifu_id),
            cards: BTreeSet::new(),
            fee: FeeRule::FREE,
        }
    }
}

/// What a request asks to be paid, already checked.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) key: PaymentKey,
    pub(crate) hf_seq_id: String,
    pub(crate) acct_id: String,
    pub(crate) token_no: String,
    pub(crate) into_acct_date_type: String,
    pub(crate) cash_amt: Fen,
    pub(crate) fee_amt: Fen,
    pub(crate) fee_mode: FeeMode,
    pub(crate) remark: Option<String>,
    pub(crate) notify_url: Option<String>,
}

/// The account has less than the payment needs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Short;

/// Huifu's account numbers are `F` and eight digits in every sample seen.
pub(crate) fn derived_acct_id(huifu_id: &str) -> String {
    let digits: Vec<char> = huifu_id.chars().filter(char::is_ascii_digit).collect();
    let tail: String = digits[digits.len().saturating_sub(8)..].iter().collect();
    format!("F{tail:0>8}")
}
