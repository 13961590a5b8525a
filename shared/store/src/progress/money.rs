//! How much money was accepted, paid, failed and returned, counted when it is committed.
//!
//! These counters are of this process and since it began: they show how much flows and whether it
//! stops, and are nobody's book. A process that is killed between the commit and the count has
//! counted too little; the books are the withdrawals themselves (`opsctl reconcile day`).

use contract::money::Fen;
use contract::withdrawal::{CashType, State, Transition};

/// Where money has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Its user has confirmed.
    Accepted,
    /// It was paid.
    Paid,
    /// It was not paid and never will be.
    Failed,
    /// It came back from the bank.
    Returned,
}

impl Stage {
    const ALL: [Self; 4] = [Self::Accepted, Self::Paid, Self::Failed, Self::Returned];

    /// What an edge brings about, if it is one of these. A withdrawal is also `accepted` again when
    /// a sending provably never left; that is no new money.
    pub(crate) fn of(transition: Transition, to: State) -> Option<Self> {
        match to {
            State::Accepted => (transition == Transition::Confirm).then_some(Self::Accepted),
            State::Paid => Some(Self::Paid),
            State::Failed => Some(Self::Failed),
            State::Returned => Some(Self::Returned),
            State::Draft
            | State::Dispatching
            | State::Submitted
            | State::Unconfirmed
            | State::Cancelled
            | State::Expired => None,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Returned => "returned",
        }
    }
}

/// One withdrawal that came to a stage.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moved {
    pub(crate) stage: Stage,
    pub(crate) cash_type: CashType,
    pub(crate) amount: Fen,
}

impl Moved {
    /// Counts it.
    pub(crate) fn tell(self) {
        count(
            self.stage,
            self.cash_type,
            1,
            self.amount.get().unsigned_abs(),
        );
    }
}

/// Shows every counter from the beginning, so that the first fen is an increase.
pub fn begin_money() {
    for stage in Stage::ALL {
        for cash_type in CashType::ALL {
            count(stage, cash_type, 0, 0);
        }
    }
}

fn count(stage: Stage, cash_type: CashType, withdrawals: u64, fen: u64) {
    let labels = [("stage", stage.as_str()), ("cash_type", cash_type.as_str())];
    metrics::counter!("tixian_withdrawals_total", &labels).increment(withdrawals);
    metrics::counter!("tixian_money_fen_total", &labels).increment(fen);
}
