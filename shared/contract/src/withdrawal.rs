//! The withdrawal: what a partner asked for, and what became of it.

pub mod return_check;
mod state;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{HtouhuiUserId, OutOrderNo, PartnerId, ThirdPartyUserId, WithdrawalId};
use crate::money::Fen;

pub use state::{Next, State, Transition};

/// When the money is to arrive (Huifu: `into_acct_date_type`, huifu-api.md §6).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema, Serialize, Deserialize,
)]
pub enum CashType {
    /// The same day; may include money received today.
    D0,
    /// The next natural day.
    D1,
    /// The next working day.
    T1,
    /// The same day, without the money received today.
    #[serde(rename = "DM")]
    Dm,
}

impl CashType {
    /// Every cash type; compared with the database's list by a test.
    pub const ALL: [Self; 4] = [Self::D0, Self::D1, Self::T1, Self::Dm];

    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::D0 => "D0",
            Self::D1 => "D1",
            Self::T1 => "T1",
            Self::Dm => "DM",
        }
    }

    /// Reads the name; `None` for anything else, the withdrawn `T0` of old samples included.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|cash_type| cash_type.as_str() == name)
    }
}

/// The language of the hosted page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Language {
    /// 简体中文.
    #[default]
    #[serde(rename = "zh-CN")]
    Chinese,
    /// English.
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// Every language; compared with the database's list by a test.
    pub const ALL: [Self; 2] = [Self::Chinese, Self::English];

    /// The name on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// Reads the name; `None` for anything else.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|language| language.as_str() == name)
    }
}

/// A page call that passed every check, about to become a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWithdrawal {
    /// Our number of it; the partner's `order_id`.
    pub id: WithdrawalId,
    /// Who asked.
    pub partner_id: PartnerId,
    /// For whom, in the partner's words.
    pub third_party_user_id: ThirdPartyUserId,
    /// For whom, in ours.
    pub htouhui_user_id: HtouhuiUserId,
    /// How much.
    pub amount: Fen,
    /// The partner's own number.
    pub out_order_no: Option<OutOrderNo>,
    /// Where the browser goes afterwards; checked against the partner's hosts.
    pub return_url: String,
    /// Where notices go; checked against the partner's hosts.
    pub notify_url: String,
    /// Where the browser goes after a password reset; checked against the partner's hosts.
    pub from_url: String,
    /// What the partner wants preselected.
    pub cash_type: Option<CashType>,
    /// The language of the page.
    pub language: Language,
    /// When the draft expires if nobody confirms it.
    pub expires_at: Timestamp,
}

/// A withdrawal as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// What was asked for.
    pub request: NewWithdrawal,
    /// Where it stands.
    pub state: State,
    /// A contradiction waits for a person; nothing is sent meanwhile.
    pub held: bool,
    /// What the user confirmed; `None` for a draft.
    pub confirmed: Option<Confirmation>,
    /// Why it failed; `None` unless it did.
    pub reason_code: Option<String>,
    /// Huifu's own words about the failure, for operators.
    pub reason_detail: Option<String>,
    /// The step of a trace that made the draft, as W3C's `traceparent`; all that follows joins it.
    pub traceparent: Option<String>,
    /// When the draft was made.
    pub created_at: Timestamp,
    /// When it came to its present state.
    pub updated_at: Timestamp,
    /// When it reached an end.
    pub terminal_at: Option<Timestamp>,
}

/// What the user saw and agreed to when confirming.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// The chosen cash type.
    pub cash_type: CashType,
    /// The fee as we foretold it.
    pub fee: Fen,
    /// What arrives on the card, as we foretold it.
    pub arrival: Fen,
    /// Which of the user's cards.
    pub card_id: i64,
    /// When the user confirmed.
    pub accepted_at: Timestamp,
}
