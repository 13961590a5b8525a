//! Every withdrawal that was sent, and where it ended: here, at Huifu, and at the partner.
//!
//! The three numbers on the right of `accepted = notified + failed + open` come from three books
//! that do not know of each other: the partner's, ours, and ours before the end. So the equation
//! can fail, and does when a withdrawal is lost, made up or told twice.

use std::collections::{HashMap, HashSet};

use contract::withdrawal::State;
use jiff::Timestamp;
use serde::Serialize;

/// Enough to see what went wrong.
const REASONS: usize = 10;

/// One withdrawal that the generator sent.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The partner's number of it: known before anybody answers.
    pub out_order_no: String,
    /// When it was due to be sent, which is what waiting is counted from.
    pub scheduled: Timestamp,
    /// What the user was told.
    pub answer: Answer,
}

/// What the user was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The signed answer said so, under this number.
    Accepted(String),
    /// Something else was said.
    Refused(String),
    /// Nothing was said; our rows know whether it was accepted.
    Lost(String),
}

/// What our rows say of one withdrawal.
#[derive(Debug, Clone)]
pub struct Row {
    /// Our number of it.
    pub order_id: String,
    /// The partner's.
    pub out_order_no: String,
    /// Where it stands.
    pub state: State,
    /// How much, in fen.
    pub amount: i64,
    /// When the user's confirmation was committed; `None` before.
    pub accepted_at: Option<Timestamp>,
    /// The serials of its attempts.
    pub serials: Vec<String>,
    /// Where its notice stands: `pending`, `delivered` or `dead_lettered`.
    pub notice: Option<String>,
}

/// What Huifu's book says of one payment.
#[derive(Debug, Clone)]
pub struct Payment {
    /// Our serial.
    pub serial: String,
    /// How often money left.
    pub executions: u32,
    /// How much was asked for, in fen.
    pub amount: i64,
    /// Whether it is on the card.
    pub paid: bool,
    /// When the request was read.
    pub received_at: Timestamp,
    /// When the first 01 was sent.
    pub final_sent_at: Option<Timestamp>,
}

/// One delivery of a notice, as the partner wrote it down.
#[derive(Debug, Clone)]
pub struct Heard {
    /// Our number of the withdrawal.
    pub order_id: String,
    /// Signed by us, and as the contract says.
    pub good: bool,
    /// Answered with `success`.
    pub accepted: bool,
    /// `1` succeeded, `0` failed.
    pub status: String,
    /// When its last byte was read.
    pub received_at: Timestamp,
}

/// All books of a run.
#[derive(Debug, Clone, Default)]
pub struct Books {
    /// The generator's.
    pub entries: Vec<Entry>,
    /// Ours.
    pub rows: Vec<Row>,
    /// Huifu's.
    pub payments: Vec<Payment>,
    /// The partners'.
    pub heard: Vec<Heard>,
}

/// The run in numbers.
#[derive(Debug, Clone, Default, Serialize, PartialEq, Eq)]
pub struct Balance {
    /// Sent by the generator.
    pub sent: usize,
    /// Answered with something else than "accepted".
    pub refused: usize,
    /// Not answered at all.
    pub unanswered: usize,
    /// Accepted: the user was told so, or was told nothing and our row says so.
    pub accepted: usize,
    /// A partner has taken a good notice of it.
    pub notified: usize,
    /// No partner has, and nobody will try again by himself.
    pub failed: usize,
    /// Still under way.
    pub open: usize,
    /// Paid, by Huifu's book.
    pub paid: usize,
    /// Payments and notices beyond the first of each withdrawal.
    pub duplicates: usize,
    /// What the first of those that were refused or not answered were told.
    pub reasons: Vec<String>,
    /// Everything in which two books differ; empty in a good run.
    pub differences: Vec<String>,
}

impl Balance {
    /// Whether every withdrawal is accounted for, once.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.accepted == self.notified + self.failed + self.open
            && self.duplicates == 0
            && self.differences.is_empty()
    }
}

impl Books {
    /// Compares the books.
    #[must_use]
    pub fn balance(&self) -> Balance {
        let accepted = self.accepted();
        let mut balance = Balance {
            sent: self.entries.len(),
            accepted: accepted.len(),
            ..Balance::default()
        };
        for entry in &self.entries {
            let why = match &entry.answer {
                Answer::Accepted(_) => continue,
                Answer::Refused(why) => {
                    balance.refused += 1;
                    why
                }
                Answer::Lost(why) => {
                    balance.unanswered += 1;
                    why
                }
            };
            if balance.reasons.len() < REASONS {
                let reason = format!("{}: {why}", entry.out_order_no);
                balance.reasons.push(reason);
            }
        }
        let told = self.told(&mut balance);
        self.ended(&told, &accepted, &mut balance);
        self.paid(&mut balance);
        balance
    }

    /// The numbers of all accepted withdrawals, as the generator knows them.
    fn accepted(&self) -> HashSet<&str> {
        let confirmed: HashMap<&str, &str> = self
            .rows
            .iter()
            .filter(|row| row.accepted_at.is_some())
            .map(|row| (row.out_order_no.as_str(), row.order_id.as_str()))
            .collect();
        self.entries
            .iter()
            .filter_map(|entry| match &entry.answer {
                Answer::Accepted(order_id) => Some(order_id.as_str()),
                Answer::Lost(_) => confirmed.get(entry.out_order_no.as_str()).copied(),
                Answer::Refused(_) => None,
            })
            .collect()
    }

    /// What the partners heard: the status of each order.
    fn told<'books>(&'books self, balance: &mut Balance) -> HashMap<&'books str, &'books str> {
        let mut told = HashMap::new();
        for heard in &self.heard {
            let order = heard.order_id.as_str();
            if !heard.good {
                balance
                    .differences
                    .push(format!("{order}: the partner was sent a bad notice"));
            }
            if heard.accepted && told.insert(order, heard.status.as_str()).is_some() {
                balance.duplicates += 1;
            }
        }
        balance.notified = told.len();
        told
    }

    fn ended(&self, told: &HashMap<&str, &str>, accepted: &HashSet<&str>, balance: &mut Balance) {
        let mut known = HashSet::new();
        for row in &self.rows {
            let order = row.order_id.as_str();
            known.insert(order);
            if row.accepted_at.is_none() {
                continue;
            }
            let mut differs = |what: &str| balance.differences.push(format!("{order}: {what}"));
            if !accepted.contains(order) {
                differs("our row says accepted, the generator never heard of it");
            }
            let should_say = match row.state {
                State::Paid => Some("1"),
                State::Failed | State::Returned => Some("0"),
                State::Draft
                | State::Accepted
                | State::Dispatching
                | State::Submitted
                | State::Unconfirmed
                | State::Cancelled
                | State::Expired => None,
            };
            match (told.get(order), should_say) {
                (Some(said), Some(truth)) if *said == truth => {}
                (Some(_), _) => differs("the partner was told something else than our row says"),
                (None, Some(_)) if row.notice.as_deref() == Some("dead_lettered") => {
                    balance.failed += 1;
                }
                (None, _) if row.notice.as_deref() == Some("delivered") => {
                    differs("our row says delivered, the partner never took it");
                }
                (None, _) => balance.open += 1,
            }
        }
        for order in accepted.difference(&known) {
            let lost = format!("{order}: the user was told accepted, and there is no row");
            balance.differences.push(lost);
        }
        for order in told.keys().filter(|order| !accepted.contains(*order)) {
            let unasked = format!("{order}: the partner was told of what was never accepted");
            balance.differences.push(unasked);
        }
    }

    /// Compares Huifu's book with our rows, both ways.
    fn paid(&self, balance: &mut Balance) {
        let mut payments: HashMap<&str, &Payment> = self
            .payments
            .iter()
            .map(|payment| (payment.serial.as_str(), payment))
            .collect();
        for row in &self.rows {
            let order = &row.order_id;
            let mine: Vec<&Payment> = row
                .serials
                .iter()
                .filter_map(|serial| payments.remove(serial.as_str()))
                .collect();
            let executions: u32 = mine.iter().map(|payment| payment.executions).sum();
            balance.duplicates += executions.saturating_sub(1) as usize;
            let paid = mine.iter().any(|payment| payment.paid);
            balance.paid += usize::from(paid);
            if mine.iter().any(|payment| payment.amount != row.amount) {
                let other = format!("{order}: Huifu was asked for another amount");
                balance.differences.push(other);
            }
            let agrees = match row.state {
                State::Paid | State::Returned => paid && executions == 1,
                State::Failed => !paid,
                State::Draft | State::Cancelled | State::Expired | State::Accepted => !paid,
                State::Dispatching | State::Submitted | State::Unconfirmed => true,
            };
            if !agrees {
                let state = row.state.as_str();
                let differs = format!("{order}: we say {state}, Huifu's book does not");
                balance.differences.push(differs);
            }
        }
        for serial in payments.keys() {
            let foreign = format!("{serial}: Huifu has a payment that is not ours");
            balance.differences.push(foreign);
        }
    }
}

#[cfg(test)]
mod tests;
