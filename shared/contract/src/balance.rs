//! What a user can withdraw now, for each cash type, as Huifu said it some time ago.
//!
//! Two questions with different answers when something is not known. What is *shown* is only what
//! Huifu said: [`Balance::withdrawable`] is `None` for DM without its quota. What is *refused* is
//! only what surely does not fit: [`Balance::covers`] says no when even the best case is too
//! little, because the balance is a cache, and Huifu has the last word at sending.

use crate::fee::FeeBearer;
use crate::money::Fen;
use crate::withdrawal::CashType;

/// A user's basic account (huifu-api.md §3.3, §3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// What can be taken now: the money that came in today included, what is frozen excluded.
    pub available: Fen,
    /// What was there when yesterday ended.
    pub yesterday: Fen,
    /// What DM may take; `None` when Huifu did not say.
    pub dm_quota: Option<Fen>,
}

impl Balance {
    /// What can be withdrawn with this cash type now, before any fee; `None` when Huifu did not
    /// say.
    ///
    /// D0, D1 and T1 take whatever is available. DM takes no money that came in today
    /// (huifu-api.md §6). Its quota is asked for and not computed: yesterday's balance less what
    /// went out today would be it, but what went out is not told. The quota never counts for more
    /// than what is available: it may be older than the latest withdrawal.
    pub fn withdrawable(&self, cash_type: CashType) -> Option<Fen> {
        match cash_type {
            CashType::D0 | CashType::D1 | CashType::T1 => Some(self.available),
            CashType::Dm => self.dm_quota.map(|quota| quota.min(self.available)),
        }
    }

    /// Whether this may cover a withdrawal: `false` is certain, `true` is Huifu's to confirm.
    ///
    /// `payer_is_self`: an outer fee is taken from the same account, on top of the amount; it is
    /// not counted against DM's quota, since nothing says that it is.
    pub fn covers(
        &self,
        cash_type: CashType,
        amount: Fen,
        fee: Fen,
        bearer: FeeBearer,
        payer_is_self: bool,
    ) -> bool {
        let taken = match (bearer, payer_is_self) {
            (FeeBearer::Inner, _) | (FeeBearer::Outer, false) => Ok(amount),
            (FeeBearer::Outer, true) => amount.plus(fee),
        };
        let fits = taken.is_ok_and(|taken| taken <= self.available);
        fits && amount <= self.most(cash_type)
    }

    /// The most that this cash type can possibly take, before any fee: what [`Balance::covers`]
    /// measures against.
    pub fn most(&self, cash_type: CashType) -> Fen {
        match cash_type {
            CashType::D0 | CashType::D1 | CashType::T1 => self.available,
            CashType::Dm => self.dm_quota.unwrap_or(self.yesterday).min(self.available),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fen(fen: i64) -> Fen {
        Fen::new(fen).unwrap()
    }

    fn balance(available: i64, yesterday: i64, dm_quota: Option<i64>) -> Balance {
        Balance {
            available: fen(available),
            yesterday: fen(yesterday),
            dm_quota: dm_quota.map(fen),
        }
    }

    #[test]
    fn dm_shows_its_quota_and_nothing_that_huifu_did_not_say() {
        let told = balance(10_000, 8_000, Some(6_000));
        assert_eq!(told.withdrawable(CashType::Dm), Some(fen(6_000)));
        assert_eq!(told.withdrawable(CashType::D0), Some(fen(10_000)));
        let stale = balance(5_000, 8_000, Some(6_000));
        assert_eq!(stale.withdrawable(CashType::Dm), Some(fen(5_000)));
        let untold = balance(10_000, 8_000, None);
        assert_eq!(untold.withdrawable(CashType::Dm), None);
        assert_eq!(untold.withdrawable(CashType::T1), Some(fen(10_000)));
    }

    #[test]
    fn without_a_quota_dm_is_refused_only_beyond_what_yesterday_left() {
        let untold = balance(10_000, 8_000, None);
        let covers = |amount| {
            let free = Fen::ZERO;
            untold.covers(CashType::Dm, fen(amount), free, FeeBearer::Inner, true)
        };
        assert!(covers(8_000));
        assert!(!covers(8_001));
    }

    #[test]
    fn an_outer_fee_needs_room_only_where_it_comes_from_the_same_account() {
        let account = balance(10_000, 10_000, None);
        let covers = |bearer, payer_is_self| {
            let (amount, fee) = (fen(10_000), fen(100));
            account.covers(CashType::D0, amount, fee, bearer, payer_is_self)
        };
        assert!(covers(FeeBearer::Inner, true));
        assert!(covers(FeeBearer::Outer, false));
        assert!(!covers(FeeBearer::Outer, true));
    }

    #[test]
    fn a_sum_that_does_not_fit_is_not_covered() {
        let account = balance(i64::MAX, i64::MAX, None);
        let most = fen(i64::MAX);
        assert!(!account.covers(CashType::D0, most, fen(1), FeeBearer::Outer, true));
    }

    proptest! {
        #[test]
        fn what_is_shown_is_covered_and_never_more_than_is_there(
            available in 0..1_000_000_i64,
            yesterday in 0..1_000_000_i64,
            quota in proptest::option::of(0..1_000_000_i64),
            fee in 0..1_000_i64,
        ) {
            let account = balance(available, yesterday, quota);
            for cash_type in CashType::ALL {
                if let Some(most) = account.withdrawable(cash_type) {
                    prop_assert!(most <= account.available);
                    prop_assert!(account.covers(cash_type, most, fen(fee), FeeBearer::Inner, true));
                    let more = most.plus(fen(1)).unwrap();
                    let (free, outer) = (Fen::ZERO, FeeBearer::Outer);
                    prop_assert!(!account.covers(cash_type, more, free, outer, false));
                }
            }
        }
    }
}
