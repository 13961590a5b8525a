//! Huifu's own book: accounts, and every payment that was executed.
//!
//! **Invariant:** the balance of an account is its opening balance plus the sum of its bookings.
//! `BookSnapshot::audit` recomputes it from the lines, so an error in here is found too. The book
//! keeps a bounded number of payments; what it forgets stays in the sums, but a forgotten serial
//! is no longer known as a duplicate.

use crate::clock::day_of;
use crate::fen::Fen;
use crate::huifu::accounts::{Accounts, Place};
use crate::huifu::cash::CashType;
use crate::huifu::order::{Order, Short, derived_acct_id};
use crate::huifu::payment::{
    Booking, BookingKind, CallbackTry, Payment, PaymentKey, PaymentStatus,
};
use crate::huifu::snapshot::{BookSnapshot, Unbooked};
use jiff::Timestamp;
use std::collections::{HashMap, VecDeque};

const CALLBACKS_KEPT: usize = 64;
const UNBOOKED_KEPT: usize = 1_000;

pub(crate) struct Book {
    pub(crate) accounts: Accounts,
    payments: HashMap<PaymentKey, Payment>,
    by_hf_seq_id: HashMap<String, PaymentKey>,
    oldest_first: VecDeque<PaymentKey>,
    unbooked: VecDeque<Unbooked>,
    limit: usize,
    forgotten: u64,
}

impl Book {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            accounts: Accounts::default(),
            payments: HashMap::new(),
            by_hf_seq_id: HashMap::new(),
            oldest_first: VecDeque::new(),
            unbooked: VecDeque::new(),
            limit,
            forgotten: 0,
        }
    }

    /// Opens the basic account of a new member, empty.
    pub(crate) fn open_basic_account(&mut self, huifu_id: &str, now: Timestamp) {
        let acct_id = derived_acct_id(huifu_id, "01");
        let huifu_id = huifu_id.to_owned();
        self.accounts
            .open(&Place { huifu_id, acct_id }, "01", day_of(now));
    }

    /// Counts a repeat of a known serial. False: the serial is new.
    pub(crate) fn note_repeat(&mut self, key: &PaymentKey) -> bool {
        match self.payments.get_mut(key) {
            Some(payment) => {
                payment.requests += 1;
                true
            }
            None => false,
        }
    }

    /// Debits amount and outer fee, once.
    pub(crate) fn execute(&mut self, order: Order, now: Timestamp) -> Result<(), Short> {
        let account = Place {
            huifu_id: order.key.huifu_id.clone(),
            acct_id: order.acct_id.clone(),
        };
        if let Err(short) = self.covers(&order, &account, now) {
            self.enter(order, PaymentStatus::Failed, now);
            return Err(short);
        }
        let (key, cash_amt) = (order.key.clone(), order.cash_amt);
        let (fee_payer, fee_amt) = (order.fee_payer.clone(), order.fee_amt);
        if order.cash_type == CashType::DM {
            self.accounts.note_dm(&account, cash_amt, day_of(now));
        }
        self.enter(order, PaymentStatus::Processing, now);
        self.post(&key, BookingKind::Execution, account, -cash_amt, now);
        if let Some(payer) = fee_payer.filter(|_| fee_amt > Fen(0)) {
            self.post(&key, BookingKind::OuterFee, payer, -fee_amt, now);
        }
        Ok(())
    }

    /// Enters a payment that failed before any money moved; its serial is used up all the same.
    pub(crate) fn enter_failed(&mut self, order: Order, now: Timestamp) {
        self.enter(order, PaymentStatus::Failed, now);
    }

    /// The money is on the card. False: the payment had ended before.
    pub(crate) fn settle(&mut self, key: &PaymentKey, now: Timestamp) -> bool {
        self.finish(key, PaymentStatus::Succeeded, now)
    }

    /// The channel refused; what was debited is booked back. False: it had ended before.
    pub(crate) fn fail(&mut self, key: &PaymentKey, now: Timestamp) -> bool {
        let first = self.finish(key, PaymentStatus::Failed, now);
        if first {
            self.book_back(key, now);
        }
        first
    }

    /// The bank sends a successful payment back (退汇). False: it was not successful, or came
    /// back before.
    pub(crate) fn bank_return(&mut self, key: &PaymentKey, now: Timestamp) -> bool {
        let Some(payment) = self.payments.get_mut(key) else {
            return false;
        };
        if payment.status != PaymentStatus::Succeeded || payment.re_exchange {
            return false;
        }
        payment.re_exchange = true;
        payment.returned_at = Some(now);
        self.book_back(key, now);
        true
    }

    pub(crate) fn payment(&self, key: &PaymentKey) -> Option<&Payment> {
        self.payments.get(key)
    }

    pub(crate) fn payment_by_hf_seq_id(&self, hf_seq_id: &str) -> Option<&Payment> {
        self.by_hf_seq_id
            .get(hf_seq_id)
            .and_then(|key| self.payments.get(key))
    }

    /// The newest payment with this serial, whoever made it: what the admin addresses say.
    pub(crate) fn newest_with_serial(&self, req_seq_id: &str) -> Option<PaymentKey> {
        self.oldest_first
            .iter()
            .rev()
            .find(|key| key.req_seq_id == req_seq_id)
            .cloned()
    }

    pub(crate) fn note_callback(&mut self, key: &PaymentKey, one: CallbackTry) {
        if let Some(payment) = self.payments.get_mut(key) {
            if payment.callbacks.len() == CALLBACKS_KEPT {
                payment.callbacks.remove(0);
            }
            payment.callbacks.push(one);
        }
    }

    pub(crate) fn note_unbooked(&mut self, one: Unbooked) {
        if self.unbooked.len() == UNBOOKED_KEPT {
            self.unbooked.pop_front();
        }
        self.unbooked.push_back(one);
    }

    pub(crate) fn payments_oldest_first(&self) -> impl Iterator<Item = &Payment> {
        self.oldest_first
            .iter()
            .filter_map(|key| self.payments.get(key))
    }

    pub(crate) fn snapshot(&self) -> BookSnapshot {
        BookSnapshot {
            accounts: self.accounts.all().cloned().collect(),
            onboardings: Vec::new(),
            payments: self.payments_oldest_first().cloned().collect(),
            unbooked: self.unbooked.iter().cloned().collect(),
            forgotten: self.forgotten,
        }
    }

    fn covers(&self, order: &Order, account: &Place, now: Timestamp) -> Result<(), Short> {
        let outer_fee = |place: &Place| {
            let payer = order.fee_payer.as_ref().filter(|payer| *payer == place);
            payer.map_or(Fen(0), |_| order.fee_amt)
        };
        let elsewhere = order.fee_payer.as_ref().filter(|payer| *payer != account);
        let covered = self.accounts.balance(account) >= order.cash_amt + outer_fee(account)
            && elsewhere.is_none_or(|payer| self.accounts.balance(payer) >= outer_fee(payer));
        if !covered {
            return Err(Short::Balance);
        }
        let quota = self
            .accounts
            .get(&account.huifu_id, &account.acct_id)
            .map_or(Fen(0), |account| account.dm_quota(day_of(now)));
        if order.cash_type == CashType::DM && quota < order.cash_amt {
            return Err(Short::DmQuota);
        }
        Ok(())
    }

    fn enter(&mut self, order: Order, status: PaymentStatus, now: Timestamp) {
        self.forget_down_to(self.limit.saturating_sub(1));
        let finished_at = (status != PaymentStatus::Processing).then_some(now);
        self.by_hf_seq_id
            .insert(order.hf_seq_id.clone(), order.key.clone());
        self.oldest_first.push_back(order.key.clone());
        let payment = Payment {
            key: order.key.clone(),
            hf_seq_id: order.hf_seq_id,
            acct_id: order.acct_id,
            token_no: order.token_no,
            into_acct_date_type: order.cash_type.to_string(),
            cash_amt: order.cash_amt,
            fee_amt: order.fee_amt,
            remark: order.remark,
            notify_url: order.notify_url,
            status,
            executions: 0,
            requests: 1,
            re_exchange: false,
            returned_at: None,
            bookings: Vec::new(),
            received_at: now,
            finished_at,
            callbacks: Vec::new(),
        };
        self.payments.insert(order.key, payment);
    }

    fn finish(&mut self, key: &PaymentKey, status: PaymentStatus, now: Timestamp) -> bool {
        let Some(payment) = self.payments.get_mut(key) else {
            return false;
        };
        if payment.status != PaymentStatus::Processing {
            return false;
        }
        payment.status = status;
        payment.finished_at = Some(now);
        true
    }

    fn book_back(&mut self, key: &PaymentKey, now: Timestamp) {
        let Some(payment) = self.payments.get(key) else {
            return;
        };
        let debits = payment.bookings.clone();
        let dm = payment.into_acct_date_type == CashType::DM.as_str();
        for line in debits {
            let place = Place {
                huifu_id: line.huifu_id,
                acct_id: line.acct_id,
            };
            // What DM took today and brings back today was old money and is again.
            let same_day = day_of(line.at) == day_of(now);
            if dm && same_day && line.kind == BookingKind::Execution {
                self.accounts.note_dm(&place, line.amount, day_of(now));
            }
            self.post(key, BookingKind::Return, place, -line.amount, now);
        }
    }

    fn post(
        &mut self,
        key: &PaymentKey,
        kind: BookingKind,
        place: Place,
        amount: Fen,
        at: Timestamp,
    ) {
        self.accounts.post(&place, amount, day_of(at));
        if let Some(payment) = self.payments.get_mut(key) {
            payment.executions += u32::from(kind == BookingKind::Execution);
            payment.bookings.push(Booking {
                kind,
                huifu_id: place.huifu_id,
                acct_id: place.acct_id,
                amount,
                at,
            });
        }
    }

    /// Forgets the oldest payments; their lines stay in the sums of their accounts.
    fn forget_down_to(&mut self, count: usize) {
        while self.oldest_first.len() > count {
            let Some(key) = self.oldest_first.pop_front() else {
                return;
            };
            let Some(payment) = self.payments.remove(&key) else {
                continue;
            };
            self.by_hf_seq_id.remove(&payment.hf_seq_id);
            self.forgotten += 1;
            for line in payment.bookings {
                let place = Place {
                    huifu_id: line.huifu_id,
                    acct_id: line.acct_id,
                };
                self.accounts.forget(&place, line.amount);
            }
        }
    }
}

#[cfg(test)]
mod tests;
