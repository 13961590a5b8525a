//! One withdrawal in Huifu's book: who, how much, what was booked, and who was told.

use crate::fen::Fen;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What makes a payment unique (huifu-api.md §5): a serial counts per member and day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PaymentKey {
    /// Who withdraws.
    pub huifu_id: String,
    /// The caller's date, yyyyMMdd.
    pub req_date: String,
    /// The caller's serial.
    pub req_seq_id: String,
}

/// The truth about a payment, which queries tell and faulty callbacks may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// Debited, not yet on the card.
    Processing,
    /// On the card.
    Succeeded,
    /// Not on the card; whatever was debited has been booked back.
    Failed,
}

impl PaymentStatus {
    /// The letter of `trans_stat` and `trans_status`.
    #[must_use]
    pub fn letter(self) -> &'static str {
        match self {
            Self::Processing => "P",
            Self::Succeeded => "S",
            Self::Failed => "F",
        }
    }
}

/// Why money was booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BookingKind {
    /// The amount left the account: one execution.
    Execution,
    /// An outer fee left the account besides the amount.
    OuterFee,
    /// Money came back after a failure or a bank return.
    Return,
}

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booking {
    /// Why.
    pub kind: BookingKind,
    /// Whose account. An outer fee may be somebody else's.
    pub huifu_id: String,
    /// Which account.
    pub acct_id: String,
    /// Negative when it leaves the account.
    pub amount: Fen,
    /// When.
    pub at: Timestamp,
}

/// What came of one try to call back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TryOutcome {
    /// HTTP 200 and `RECV_ORD_ID_` + req_seq_id, nothing else.
    Acked,
    /// HTTP 200 and something else.
    WrongBody,
    /// Another status.
    Status(u16),
    /// No answer within five seconds.
    TimedOut,
    /// No connection, or one that broke.
    Unreachable,
}

/// One try to call back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallbackTry {
    /// `01` final or `02` accounting.
    pub msg_type: String,
    /// The `trans_status` that was sent.
    pub trans_status: String,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When its outcome was known.
    pub answered_at: Timestamp,
    /// What came of it.
    pub outcome: TryOutcome,
}

/// One payment as the book has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Who, when, which.
    #[serde(flatten)]
    pub key: PaymentKey,
    /// Huifu's own serial, unique over everything.
    pub hf_seq_id: String,
    /// The account that is debited.
    pub acct_id: String,
    /// The card it goes to.
    pub token_no: String,
    /// D0, T1, D1 or DM.
    pub into_acct_date_type: String,
    /// Yuan asked for.
    pub cash_amt: Fen,
    /// What it costs.
    pub fee_amt: Fen,
    /// The caller's remark.
    pub remark: Option<String>,
    /// Where callbacks go.
    pub notify_url: Option<String>,
    /// The truth.
    pub status: PaymentStatus,
    /// How often the amount was debited. More than 1 is the accident everybody is here to avoid.
    pub executions: u32,
    /// How often the serial was asked for; repeats were answered 20000000.
    pub requests: u32,
    /// The bank sent the money back later (退汇); not the same as a failure.
    pub re_exchange: bool,
    /// When it did.
    pub returned_at: Option<Timestamp>,
    /// The ledger lines of this payment.
    pub bookings: Vec<Booking>,
    /// When the first request was read.
    pub received_at: Timestamp,
    /// When it succeeded or failed.
    pub finished_at: Option<Timestamp>,
    /// Every try to call back, the newest 64.
    pub callbacks: Vec<CallbackTry>,
}

impl Payment {
    /// Whether a callback of this `msg_type` was ever acknowledged as it must be.
    #[must_use]
    pub fn acked(&self, msg_type: &str) -> bool {
        self.callbacks
            .iter()
            .any(|one| one.msg_type == msg_type && one.outcome == TryOutcome::Acked)
    }

    /// Whether the money reached the card, even if the bank sent it back later.
    #[must_use]
    pub fn is_paid(&self) -> bool {
        self.status == PaymentStatus::Succeeded
    }

    /// What is gone from the accounts because of this payment, fees included.
    #[must_use]
    pub fn outstanding(&self) -> Fen {
        -self
            .bookings
            .iter()
            .fold(Fen(0), |sum, booking| sum + booking.amount)
    }
}
