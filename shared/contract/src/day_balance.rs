//! The balance of a day: what was accepted on it, and what has become of all of that.
//!
//! `accepted = paid + failed + returned + open`, in number and in fen. The left side is counted
//! from the append-only timeline, the right side from where the withdrawals stand, so a row that
//! was changed behind the program's back makes the two differ.
//!
//! A balance is signed with our key over [`DayBalance::text`], and counted again while parts of it
//! are still open: each count is a version of its own, and none is ever changed.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::ids::KeyId;
use crate::money::{Fen, MoneyError};
use crate::partner::time::WireTime;
use crate::signing::SignatureError;
use crate::signing::keys::{PrivateKey, PublicKey};
use crate::withdrawal::State;

/// How many, and how much in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// How many withdrawals.
    pub count: i64,
    /// What they ask for, together.
    pub amount: Fen,
}

/// What was accepted on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counted {
    /// All of it, as the timeline tells.
    pub accepted: Tally,
    /// On the card.
    pub paid: Tally,
    /// Never left, or came back at once.
    pub failed: Tally,
    /// Left, and was sent back by the bank.
    pub returned: Tally,
    /// Without an end so far.
    pub open: Tally,
}

/// One count of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayBalance {
    /// The Beijing day of acceptance.
    pub day: Date,
    /// 1 for the first count of the day.
    pub version: i32,
    /// When it was counted.
    pub counted_at: Timestamp,
    /// The figures.
    pub counted: Counted,
}

/// The part of a balance that a withdrawal belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// It counts as paid.
    Paid,
    /// It counts as failed.
    Failed,
    /// It counts as returned.
    Returned,
    /// It counts as open.
    Open,
    /// Nobody confirmed it: it was never accepted.
    None,
}

impl Part {
    /// Where a withdrawal in this state is counted.
    pub const fn of(state: State) -> Self {
        match state {
            State::Paid => Self::Paid,
            State::Failed => Self::Failed,
            State::Returned => Self::Returned,
            State::Accepted | State::Dispatching | State::Submitted | State::Unconfirmed => {
                Self::Open
            }
            State::Draft | State::Cancelled | State::Expired => Self::None,
        }
    }
}

impl Tally {
    /// Both together.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        Ok(Self {
            count: self
                .count
                .checked_add(other.count)
                .ok_or(MoneyError::Overflow)?,
            amount: self.amount.plus(other.amount)?,
        })
    }
}

impl Counted {
    /// Adds what stands in one state.
    pub fn add(&mut self, state: State, tally: Tally) -> Result<(), MoneyError> {
        let part = match Part::of(state) {
            Part::Paid => &mut self.paid,
            Part::Failed => &mut self.failed,
            Part::Returned => &mut self.returned,
            Part::Open => &mut self.open,
            // Left out on purpose: if it was accepted, the sums must differ.
            Part::None => return Ok(()),
        };
        *part = part.plus(tally)?;
        Ok(())
    }

    /// The right side.
    pub fn parts(&self) -> Result<Tally, MoneyError> {
        self.paid
            .plus(self.failed)?
            .plus(self.returned)?
            .plus(self.open)
    }

    /// Whether both sides are the same, in number and in fen.
    pub fn holds(&self) -> bool {
        self.parts() == Ok(self.accepted)
    }

    /// The names and figures, the left side first.
    pub fn rows(&self) -> [(&'static str, Tally); 5] {
        [
            ("accepted", self.accepted),
            ("paid", self.paid),
            ("failed", self.failed),
            ("returned", self.returned),
            ("open", self.open),
        ]
    }
}

impl DayBalance {
    /// What is signed: `name=value`, one a line, each line ended by `\n`. Amounts are fen, the time
    /// is Beijing's.
    pub fn text(&self, key_id: &KeyId) -> String {
        let mut text = format!(
            "form=tixian-day-balance-1\nday={}\nversion={}\ncounted_at={}\nkey_id={key_id}\n",
            self.day,
            self.version,
            WireTime::new(self.counted_at),
        );
        for (name, tally) in self.counted.rows() {
            let (count, fen) = (tally.count, tally.amount.get());
            writeln!(text, "{name}_count={count}\n{name}_fen={fen}")
                .expect("writing to a String never fails");
        }
        text
    }

    /// The signature over [`DayBalance::text`], standard Base64.
    pub fn sign(&self, key_id: &KeyId, key: &PrivateKey) -> String {
        key.sign(self.text(key_id).as_bytes())
    }

    /// Whether `signature` was made over exactly these figures with the other half of `key`.
    pub fn verify(
        &self,
        key_id: &KeyId,
        key: &PublicKey,
        signature: &str,
    ) -> Result<(), SignatureError> {
        key.verify(self.text(key_id).as_bytes(), signature)
    }
}

#[cfg(test)]
mod tests;
