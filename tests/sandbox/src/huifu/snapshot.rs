//! The whole book at one moment, for audits and for people.

use crate::fen::Fen;
use crate::huifu::accounts::Account;
use crate::huifu::onboarding::Onboarding;
use crate::huifu::payment::{BookingKind, Payment};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A request with a good signature that left no payment behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unbooked {
    /// Who asked, as far as it could be read.
    pub huifu_id: String,
    /// The serial, as far as it could be read.
    pub req_seq_id: String,
    /// The resp_code it was answered with, or the fault that swallowed it.
    pub why: String,
    /// When.
    pub at: Timestamp,
}

/// The whole book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookSnapshot {
    /// Every account.
    pub accounts: Vec<Account>,
    /// Every payment the book still has, oldest first.
    pub payments: Vec<Payment>,
    /// Every onboarding request, oldest first.
    #[serde(default)]
    pub onboardings: Vec<Onboarding>,
    /// The newest thousand requests that were refused or swallowed.
    pub unbooked: Vec<Unbooked>,
    /// How many payments the book has forgotten because it is full.
    pub forgotten: u64,
}

impl BookSnapshot {
    /// The newest payment with this serial.
    #[must_use]
    pub fn payment(&self, req_seq_id: &str) -> Option<&Payment> {
        self.payments
            .iter()
            .rev()
            .find(|payment| payment.key.req_seq_id == req_seq_id)
    }

    /// How often money left for any of these serials: for one withdrawal, all its attempts.
    #[must_use]
    pub fn executions(&self, req_seq_ids: &[&str]) -> u32 {
        self.payments
            .iter()
            .filter(|payment| req_seq_ids.contains(&payment.key.req_seq_id.as_str()))
            .map(|payment| payment.executions)
            .sum()
    }

    /// The newest onboarding request with this serial.
    #[must_use]
    pub fn onboarding(&self, req_seq_id: &str) -> Option<&Onboarding> {
        self.onboardings
            .iter()
            .rev()
            .find(|one| one.key.req_seq_id == req_seq_id)
    }

    /// How often any of these serials was put in force or made an application: for one step of
    /// an application, all its attempts.
    #[must_use]
    pub fn onboarding_executions(&self, req_seq_ids: &[&str]) -> u32 {
        self.onboardings
            .iter()
            .filter(|one| req_seq_ids.contains(&one.key.req_seq_id.as_str()))
            .map(|one| one.executions)
            .sum()
    }

    /// The balance of a member over all its accounts.
    #[must_use]
    pub fn balance(&self, huifu_id: &str) -> Fen {
        self.accounts
            .iter()
            .filter(|account| account.huifu_id == huifu_id)
            .fold(Fen(0), |sum, account| sum + account.balance)
    }

    /// Everything that is wrong with the book itself; empty when it is sound.
    #[must_use]
    pub fn audit(&self) -> Vec<String> {
        let mut moved: HashMap<(&str, &str), Fen> = HashMap::new();
        for payment in &self.payments {
            for line in &payment.bookings {
                let account = (line.huifu_id.as_str(), line.acct_id.as_str());
                let sum = moved.entry(account).or_default();
                *sum = *sum + line.amount;
            }
        }
        let mut wrong = Vec::new();
        for account in &self.accounts {
            let name = (account.huifu_id.as_str(), account.acct_id.as_str());
            let moved = account.forgotten + moved.get(&name).copied().unwrap_or_default();
            if account.opening + moved != account.balance {
                wrong.push(format!(
                    "account {}/{}: opening {} and bookings {moved} do not make {}",
                    account.huifu_id, account.acct_id, account.opening, account.balance
                ));
            }
        }
        wrong.extend(self.payments.iter().filter_map(audit_payment));
        wrong.extend(self.onboardings.iter().filter_map(audit_onboarding));
        wrong
    }
}

fn audit_onboarding(one: &Onboarding) -> Option<String> {
    let name = &one.key.req_seq_id;
    if one.executions > 1 {
        return Some(format!(
            "onboarding {name}: executed {} times",
            one.executions
        ));
    }
    if one.executions > one.requests {
        return Some(format!("onboarding {name}: executed without a request"));
    }
    None
}

fn audit_payment(payment: &Payment) -> Option<String> {
    let executed = payment
        .bookings
        .iter()
        .filter(|line| line.kind == BookingKind::Execution)
        .count();
    let name = &payment.key.req_seq_id;
    if executed != payment.executions as usize {
        return Some(format!(
            "payment {name}: {executed} lines, {} counted",
            payment.executions
        ));
    }
    if payment.executions > 1 {
        return Some(format!(
            "payment {name}: executed {} times",
            payment.executions
        ));
    }
    let came_back = payment.re_exchange || payment.finished_at.is_some() && !payment.is_paid();
    if came_back && payment.outstanding() != Fen(0) {
        return Some(format!(
            "payment {name}: {} was not booked back",
            payment.outstanding()
        ));
    }
    if payment.is_paid() && payment.executions == 0 {
        return Some(format!("payment {name}: succeeded without an execution"));
    }
    None
}
