//! Huifu's own book: members, accounts, cards, and every payment that was executed.
//!
//! **Invariant:** the balance of an account is its opening balance plus the sum of its bookings.
//! `BookSnapshot::audit` recomputes it from the lines, so an error in here is found too. The book
//! keeps a bounded number of payments; what it forgets stays in the sums, but a forgotten serial
//! is no longer known as a duplicate.

use crate::fen::Fen;
use crate::huifu::fee::FeeMode;
use crate::huifu::order::{Member, Order, Short};
use crate::huifu::payment::{
    Booking, BookingKind, CallbackTry, Payment, PaymentKey, PaymentStatus,
};
use crate::huifu::snapshot::{Account, BookSnapshot, Unbooked};
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap, VecDeque};

const CALLBACKS_KEPT: usize = 64;
const UNBOOKED_KEPT: usize = 1_000;

pub(crate) struct Book {
    members: BTreeMap<String, Member>,
    accounts: BTreeMap<(String, String), Account>,
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
            members: BTreeMap::new(),
            accounts: BTreeMap::new(),
            payments: HashMap::new(),
            by_hf_seq_id: HashMap::new(),
            oldest_first: VecDeque::new(),
            unbooked: VecDeque::new(),
            limit,
            forgotten: 0,
        }
    }

    /// The member, opened if new. `acct_id` is for its basic account.
    pub(crate) fn member_mut(&mut self, huifu_id: &str) -> &mut Member {
        self.members
            .entry(huifu_id.to_owned())
            .or_insert_with(|| Member::new(huifu_id))
    }

    pub(crate) fn member(&self, huifu_id: &str) -> Option<&Member> {
        self.members.get(huifu_id)
    }

    /// Opens an account, or pays in what is missing to `balance`: a deposit raises the opening
    /// balance, so the invariant holds whatever was paid before.
    pub(crate) fn set_balance(&mut self, huifu_id: &str, acct_id: Option<&str>, balance: Fen) {
        let basic = self.member_mut(huifu_id).basic_acct_id.clone();
        let acct_id = acct_id.map_or(basic, str::to_owned);
        let account = self
            .accounts
            .entry((huifu_id.to_owned(), acct_id.clone()))
            .or_insert_with(|| Account::empty(huifu_id.to_owned(), acct_id));
        account.opening = account.opening + (balance - account.balance);
        account.balance = balance;
    }

    pub(crate) fn has_account(&self, huifu_id: &str, acct_id: &str) -> bool {
        self.accounts
            .contains_key(&(huifu_id.to_owned(), acct_id.to_owned()))
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
        let outer_fee = match order.fee_mode {
            FeeMode::Inner => Fen(0),
            FeeMode::Outer => order.fee_amt,
        };
        let basic = self.member_mut(&order.key.huifu_id).basic_acct_id.clone();
        if !self.covers(&order, &basic, outer_fee) {
            self.enter(order, PaymentStatus::Failed, now);
            return Err(Short);
        }
        let (key, acct_id, cash_amt) = (order.key.clone(), order.acct_id.clone(), order.cash_amt);
        self.enter(order, PaymentStatus::Processing, now);
        self.post(&key, BookingKind::Execution, acct_id, -cash_amt, now);
        if outer_fee > Fen(0) {
            self.post(&key, BookingKind::OuterFee, basic, -outer_fee, now);
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

    pub(crate) fn snapshot(&self) -> BookSnapshot {
        BookSnapshot {
            accounts: self.accounts.values().cloned().collect(),
            payments: self
                .oldest_first
                .iter()
                .filter_map(|key| self.payments.get(key).cloned())
                .collect(),
            unbooked: self.unbooked.iter().cloned().collect(),
            forgotten: self.forgotten,
        }
    }

    fn covers(&self, order: &Order, basic: &str, outer_fee: Fen) -> bool {
        let balance = |acct_id: &str| {
            self.accounts
                .get(&(order.key.huifu_id.clone(), acct_id.to_owned()))
                .map_or(Fen(0), |account| account.balance)
        };
        if order.acct_id == basic {
            balance(basic) >= order.cash_amt + outer_fee
        } else {
            balance(&order.acct_id) >= order.cash_amt && balance(basic) >= outer_fee
        }
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
            into_acct_date_type: order.into_acct_date_type,
            cash_amt: order.cash_amt,
            fee_amt: order.fee_amt,
            remark: order.remark,
            notify_url: order.notify_url,
            status,
            executions: 0,
            requests: 1,
            re_exchange: false,
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
        let debits: Vec<(String, Fen)> = self.payments.get(key).map_or_else(Vec::new, |payment| {
            payment
                .bookings
                .iter()
                .map(|line| (line.acct_id.clone(), line.amount))
                .collect()
        });
        for (acct_id, amount) in debits {
            self.post(key, BookingKind::Return, acct_id, -amount, now);
        }
    }

    fn post(
        &mut self,
        key: &PaymentKey,
        kind: BookingKind,
        acct_id: String,
        amount: Fen,
        at: Timestamp,
    ) {
        if let Some(account) = self
            .accounts
            .get_mut(&(key.huifu_id.clone(), acct_id.clone()))
        {
            account.balance = account.balance + amount;
        }
        if let Some(payment) = self.payments.get_mut(key) {
            payment.executions += u32::from(kind == BookingKind::Execution);
            payment.bookings.push(Booking {
                kind,
                acct_id,
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
                let at = (key.huifu_id.clone(), line.acct_id);
                if let Some(account) = self.accounts.get_mut(&at) {
                    account.forgotten = account.forgotten + line.amount;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
