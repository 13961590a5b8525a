//! The accounts of all members: what is there, what was there when the day began, and what DM
//! may still take.
//!
//! Nothing happens at midnight. Each account remembers the day of its newest booking and what it
//! held when that day began, so the first booking or question of a later day finds yesterday's
//! end by itself.

use crate::fen::Fen;
use crate::huifu::order::{derived_acct_id, is_withdrawable};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The types of accounts that can be opened (huifu-api.md §3.4).
pub const ACCOUNT_TYPES: [&str; 6] = ["01", "02", "03", "04", "05", "09"];

/// One account of one member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Whose.
    pub huifu_id: String,
    /// Which.
    pub acct_id: String,
    /// 01 basic, 02 cash, 03 delayed, 04 wallet, 05 recharge, 09 marketing.
    pub acct_type: String,
    /// Everything ever paid in.
    pub opening: Fen,
    /// What is there now.
    pub balance: Fen,
    /// The sum of the bookings of payments the book has forgotten.
    pub forgotten: Fen,
    /// The day of the newest booking, in Beijing.
    pub day: Date,
    /// What was there when that day began.
    pub before_day: Fen,
    /// What DM withdrawals took on that day and did not bring back.
    pub dm_taken: Fen,
}

impl Account {
    fn empty(huifu_id: &str, acct_id: &str, acct_type: &str, day: Date) -> Self {
        Self {
            huifu_id: huifu_id.to_owned(),
            acct_id: acct_id.to_owned(),
            acct_type: acct_type.to_owned(),
            opening: Fen(0),
            balance: Fen(0),
            forgotten: Fen(0),
            day,
            before_day: Fen(0),
            dm_taken: Fen(0),
        }
    }

    /// What was there at the end of the day before `today` (last_avl_bal).
    #[must_use]
    pub fn last_avl_bal(&self, today: Date) -> Fen {
        if today > self.day {
            self.balance
        } else {
            self.before_day
        }
    }

    /// What DM may take on `today`: what was there yesterday and is there still.
    #[must_use]
    pub fn dm_quota(&self, today: Date) -> Fen {
        let taken = if today > self.day {
            Fen(0)
        } else {
            self.dm_taken
        };
        let from_before = self.last_avl_bal(today) - taken;
        from_before.min(self.balance).max(Fen(0))
    }

    fn roll_to(&mut self, today: Date) {
        if today > self.day {
            self.day = today;
            self.before_day = self.balance;
            self.dm_taken = Fen(0);
        }
    }
}

/// Where an amount is booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) huifu_id: String,
    pub(crate) acct_id: String,
}

#[derive(Default)]
pub(crate) struct Accounts {
    all: BTreeMap<(String, String), Account>,
}

impl Accounts {
    /// The account, opened empty if new.
    pub(crate) fn open(&mut self, place: &Place, acct_type: &str, today: Date) -> &mut Account {
        let key = (place.huifu_id.clone(), place.acct_id.clone());
        self.all
            .entry(key)
            .or_insert_with(|| Account::empty(&place.huifu_id, &place.acct_id, acct_type, today))
    }

    /// Pays in what is missing to `balance`, or takes out what is over: a deposit changes the
    /// opening balance, so that opening and bookings always make the balance. Without
    /// `yesterday` the money counts as old, so that DM may take it.
    pub(crate) fn set(
        &mut self,
        place: &Place,
        acct_type: &str,
        balance: Fen,
        yesterday: Option<Fen>,
        today: Date,
    ) {
        let account = self.open(place, acct_type, today);
        account.roll_to(today);
        account.opening = account.opening + (balance - account.balance);
        account.balance = balance;
        account.before_day = yesterday.unwrap_or(balance + account.dm_taken);
    }

    pub(crate) fn get(&self, huifu_id: &str, acct_id: &str) -> Option<&Account> {
        self.all.get(&(huifu_id.to_owned(), acct_id.to_owned()))
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Account> {
        self.all.values()
    }

    pub(crate) fn of<'a>(&'a self, huifu_id: &'a str) -> impl Iterator<Item = &'a Account> {
        self.all
            .range((huifu_id.to_owned(), String::new())..)
            .map(|(_, account)| account)
            .take_while(move |account| account.huifu_id == huifu_id)
    }

    /// The account of this type. The basic one comes first where a member has several.
    pub(crate) fn of_type(&self, huifu_id: &str, acct_type: &str) -> Option<&Account> {
        let derived = self.get(huifu_id, &derived_acct_id(huifu_id, acct_type));
        let typed =
            |account: &&Account| account.huifu_id == huifu_id && account.acct_type == acct_type;
        derived.filter(typed).or_else(|| self.all().find(typed))
    }

    /// The account a withdrawal names, or the basic one; only 01 and 02 can be withdrawn from.
    pub(crate) fn for_withdrawal(&self, huifu_id: &str, acct_id: Option<&str>) -> Option<&Account> {
        match acct_id {
            Some(acct_id) => self
                .get(huifu_id, acct_id)
                .filter(|account| is_withdrawable(&account.acct_type)),
            None => self.of_type(huifu_id, "01"),
        }
    }

    pub(crate) fn balance(&self, place: &Place) -> Fen {
        self.get(&place.huifu_id, &place.acct_id)
            .map_or(Fen(0), |account| account.balance)
    }

    pub(crate) fn post(&mut self, place: &Place, amount: Fen, today: Date) {
        if let Some(account) = self.get_mut(place) {
            account.roll_to(today);
            account.balance = account.balance + amount;
        }
    }

    /// Notes what DM took, or with a negative amount what it brought back on the same day.
    pub(crate) fn note_dm(&mut self, place: &Place, amount: Fen, today: Date) {
        if let Some(account) = self.get_mut(place) {
            account.roll_to(today);
            account.dm_taken = account.dm_taken + amount;
        }
    }

    /// A booking whose payment the book forgets.
    pub(crate) fn forget(&mut self, place: &Place, amount: Fen) {
        if let Some(account) = self.get_mut(place) {
            account.forgotten = account.forgotten + amount;
        }
    }

    fn get_mut(&mut self, place: &Place) -> Option<&mut Account> {
        self.all
            .get_mut(&(place.huifu_id.clone(), place.acct_id.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn place() -> Place {
        Place {
            huifu_id: "6666".into(),
            acct_id: "F1".into(),
        }
    }

    #[test]
    fn what_came_in_today_is_there_but_not_for_dm_until_tomorrow() {
        let (today, tomorrow) = (date(2026, 11, 22), date(2026, 11, 23));
        let mut accounts = Accounts::default();
        accounts.set(&place(), "01", Fen(500), Some(Fen(300)), today);
        let account = accounts.get("6666", "F1").unwrap().clone();
        assert_eq!(account.last_avl_bal(today), Fen(300));
        assert_eq!(account.dm_quota(today), Fen(300));
        assert_eq!(account.dm_quota(tomorrow), Fen(500));
    }

    #[test]
    fn dm_takes_from_yesterday_and_never_more_than_is_there() {
        let (today, tomorrow) = (date(2026, 11, 22), date(2026, 11, 23));
        let mut accounts = Accounts::default();
        accounts.set(&place(), "01", Fen(500), Some(Fen(300)), today);
        accounts.post(&place(), Fen(-100), today);
        accounts.note_dm(&place(), Fen(100), today);
        let quota = |accounts: &Accounts, day| accounts.get("6666", "F1").unwrap().dm_quota(day);
        assert_eq!(quota(&accounts, today), Fen(200));
        accounts.post(&place(), Fen(-350), today);
        assert_eq!(quota(&accounts, today), Fen(50));
        accounts.note_dm(&place(), Fen(-100), today);
        accounts.post(&place(), Fen(100), today);
        assert_eq!(quota(&accounts, today), Fen(150));
        assert_eq!(quota(&accounts, tomorrow), Fen(150));
    }

    #[test]
    fn money_of_an_unknown_day_counts_as_old() {
        let today = date(2026, 11, 22);
        let mut accounts = Accounts::default();
        accounts.set(&place(), "01", Fen(500), None, today);
        assert_eq!(
            accounts.get("6666", "F1").unwrap().dm_quota(today),
            Fen(500)
        );
        assert!(accounts.for_withdrawal("6666", Some("F1")).is_some());
        assert_eq!(accounts.of("6666").count(), 1);
        assert_eq!(accounts.of("666").count(), 0);
    }
}
