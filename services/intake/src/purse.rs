//! What the page knows of the user's balance, and what it makes of its age.
//!
//! What a newcomer would get wrong: the balance is somebody else's word from a moment ago. While it
//! is fresh, it keeps a user from confirming what Huifu would refuse; after that it is shown with
//! its age and keeps nobody from anything, because money may have come in since. Huifu has the last
//! word at sending in either case.

use std::time::Duration;

use contract::balance::Balance;
use contract::fee::FeeBearer;
use contract::money::Fen;
use jiff::{SignedDuration, Timestamp};
use store::balances::{Known, Standing};

use crate::choices::Offer;

/// A balance from yesterday tells a user nothing about today.
const SHOWN_FOR: SignedDuration = SignedDuration::from_hours(24);

/// What is known of a balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purse {
    /// Huifu was asked a moment ago.
    Fresh(Known),
    /// Huifu was asked too long ago for anything to be kept back.
    Aged(Known),
    /// Huifu has not said anything, or not today.
    Unknown,
}

impl Purse {
    /// What was told, judged by its age.
    /// What was heard before a withdrawal of the user's own went its way is aged at once.
    pub(crate) fn of(standing: Option<Standing>, fresh_for: Duration, now: Timestamp) -> Self {
        let Some(Standing { known, overtaken }) = standing else {
            return Self::Unknown;
        };
        let age = now.duration_since(known.asked_at);
        let fresh_for = SignedDuration::try_from(fresh_for).unwrap_or(SignedDuration::MAX);
        if age <= fresh_for && !overtaken {
            Self::Fresh(known)
        } else if age <= SHOWN_FOR {
            Self::Aged(known)
        } else {
            Self::Unknown
        }
    }

    /// Whether it is young enough to keep anything back, and not to be asked for again.
    pub(crate) fn is_fresh(&self) -> bool {
        match self {
            Self::Fresh(_) => true,
            Self::Aged(_) | Self::Unknown => false,
        }
    }

    /// What was told, whatever its age.
    pub(crate) fn told(&self) -> Option<Balance> {
        match self {
            Self::Fresh(known) | Self::Aged(known) => Some(known.balance),
            Self::Unknown => None,
        }
    }

    /// The most that this offer can take, if that is surely less than the amount.
    pub(crate) fn shortfall(&self, offer: &Offer, amount: Fen) -> Option<Fen> {
        match self {
            Self::Fresh(known) => shortfall(&known.balance, offer, amount),
            Self::Aged(_) | Self::Unknown => None,
        }
    }
}

fn shortfall(balance: &Balance, offer: &Offer, amount: Fen) -> Option<Fen> {
    let (cash_type, fee) = (offer.cash_type, offer.quote.fee);
    if balance.covers(cash_type, amount, fee, offer.bearer, offer.payer_is_self) {
        return None;
    }
    let beside_fee = match (offer.bearer, offer.payer_is_self) {
        (FeeBearer::Outer, true) => balance.available.minus(fee).unwrap_or(Fen::ZERO),
        (FeeBearer::Inner, _) | (FeeBearer::Outer, false) => balance.available,
    };
    Some(balance.most(cash_type).min(beside_fee))
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::fee::Quote;
    use contract::withdrawal::CashType;

    fn fen(fen: i64) -> Fen {
        Fen::new(fen).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn told(available: i64) -> Known {
        Known {
            balance: Balance {
                available: fen(available),
                yesterday: fen(8_000),
                dm_quota: None,
            },
            asked_at: at("2026-11-22T04:00:00Z"),
        }
    }

    fn offer(cash_type: CashType, bearer: FeeBearer, payer_is_self: bool) -> Offer {
        Offer {
            cash_type,
            quote: Quote {
                fee: fen(100),
                arrival: fen(9_900),
            },
            bearer,
            payer_is_self,
        }
    }

    #[test]
    fn a_balance_counts_while_it_is_fresh_is_shown_for_a_day_and_forgotten_then() {
        let minute = Duration::from_secs(60);
        for (now, kept) in [
            ("2026-11-22T04:01:00Z", Purse::Fresh(told(1))),
            ("2026-11-22T04:01:01Z", Purse::Aged(told(1))),
            ("2026-11-23T04:00:00Z", Purse::Aged(told(1))),
            ("2026-11-23T04:00:01Z", Purse::Unknown),
            // A clock that is behind the dispatcher's.
            ("2026-11-22T03:59:59Z", Purse::Fresh(told(1))),
        ] {
            let standing = Standing {
                known: told(1),
                overtaken: false,
            };
            assert_eq!(Purse::of(Some(standing), minute, at(now)), kept, "{now}");
        }
        let unknown = Purse::of(None, minute, at("2026-11-22T04:00:00Z"));
        assert_eq!((unknown, unknown.told()), (Purse::Unknown, None));
    }

    #[test]
    fn only_a_fresh_balance_keeps_anything_back() {
        let d0 = offer(CashType::D0, FeeBearer::Inner, true);
        let short = |purse: Purse| purse.shortfall(&d0, fen(10_000));
        assert_eq!(short(Purse::Fresh(told(9_999))), Some(fen(9_999)));
        assert_eq!(short(Purse::Fresh(told(10_000))), None);
        assert_eq!(short(Purse::Aged(told(9_999))), None);
        assert_eq!(short(Purse::Unknown), None);
    }

    #[test]
    fn the_most_that_is_named_would_be_taken_and_a_fen_more_would_not() {
        for (cash_type, bearer, payer_is_self, most) in [
            (CashType::D0, FeeBearer::Inner, true, 9_000),
            (CashType::D0, FeeBearer::Outer, false, 9_000),
            (CashType::D0, FeeBearer::Outer, true, 8_900),
            (CashType::Dm, FeeBearer::Inner, true, 8_000),
            (CashType::Dm, FeeBearer::Outer, true, 8_000),
        ] {
            let (offer, purse) = (
                offer(cash_type, bearer, payer_is_self),
                Purse::Fresh(told(9_000)),
            );
            let named = purse.shortfall(&offer, fen(10_000)).unwrap();
            assert_eq!(named, fen(most), "{offer:?}");
            assert_eq!(purse.shortfall(&offer, named), None);
            let more = named.plus(fen(1)).unwrap();
            assert_eq!(purse.shortfall(&offer, more), Some(named));
        }
    }
}
