//! What a user can choose on the page: a cash type with its price, and a card.
//!
//! The same rows are read when the page is shown and again when it is confirmed. [`Choices::seen`]
//! travels through the form, so that prices and cards that changed in between are shown again
//! instead of being agreed to unseen. A price may change by itself: D1 costs one thing until
//! midnight in Beijing and may cost another after it.

use contract::calendar::DayKind;
use contract::fee::{CashRule, FeeBearer, Quote};
use contract::ids::HtouhuiUserId;
use contract::money::Fen;
use contract::partner::ErrorCode;
use contract::partner::time::beijing_date;
use contract::withdrawal::CashType;
use jiff::Timestamp;
use store::users::{self, Card, User};
use store::{Connection, StoreError, calendar};

use crate::purse::Purse;

/// One cash type with what it costs for this amount today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) cash_type: CashType,
    pub(crate) quote: Quote,
    pub(crate) bearer: FeeBearer,
    /// Whether an outer fee comes from the account that is withdrawn from.
    pub(crate) payer_is_self: bool,
}

/// What of a page is not as it was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Prices,
    Cards,
}

/// Stands between prices and cards, and occurs in neither.
const BETWEEN: char = '/';

/// A user with everything to choose from.
#[derive(Debug)]
pub(crate) struct Choices {
    pub(crate) user: User,
    pub(crate) cards: Vec<Card>,
    pub(crate) offers: Vec<Offer>,
    any_rule: bool,
    amount: Fen,
}

impl Choices {
    /// Reads them; `None` if there is no such user.
    pub(crate) async fn load(
        connection: &Connection,
        user: &HtouhuiUserId,
        amount: Fen,
        now: Timestamp,
    ) -> Result<Option<Self>, StoreError> {
        let today = beijing_date(now);
        let (user, cards, rules, exception) = tokio::try_join!(
            users::find(connection, user),
            users::cards::of(connection, user),
            users::cash_rules::of(connection, user),
            calendar::exception(connection, today),
        )?;
        let today = DayKind::of(today, exception);
        Ok(user.map(|user| Self {
            offers: offers(&user, &rules, today, amount),
            user,
            cards,
            any_rule: !rules.is_empty(),
            amount,
        }))
    }

    /// Why there is nothing to choose, if there is nothing.
    pub(crate) fn missing(&self) -> Option<ErrorCode> {
        if self.cards.is_empty() {
            Some(ErrorCode::CardMissing)
        } else if !self.any_rule {
            Some(ErrorCode::CashTypeUnavailable)
        } else if self.offers.is_empty() {
            Some(ErrorCode::AmountBelowFee)
        } else {
            None
        }
    }

    /// The offer of this cash type.
    pub(crate) fn offer(&self, cash_type: CashType) -> Option<Offer> {
        self.offers
            .iter()
            .copied()
            .find(|offer| offer.cash_type == cash_type)
    }

    /// The most that this offer can take, if that is surely less than the amount.
    pub(crate) fn shortfall(&self, offer: &Offer, purse: &Purse) -> Option<Fen> {
        purse.shortfall(offer, self.amount)
    }

    /// What is chosen before the user chooses, of what the balance may cover: what the partner
    /// asked for if it is open, else the cheapest.
    pub(crate) fn preselected(
        &self,
        requested: Option<CashType>,
        purse: &Purse,
    ) -> Option<CashType> {
        let covered = || {
            let all = self.offers.iter();
            all.filter(|offer| self.shortfall(offer, purse).is_none())
        };
        let requested = covered().find(|offer| Some(offer.cash_type) == requested);
        let cheapest = || covered().min_by_key(|offer| offer.quote.fee);
        requested.or_else(cheapest).map(|offer| offer.cash_type)
    }

    /// The most that any offer can take, if that is surely less than the amount.
    pub(crate) fn nothing_fits(&self, purse: &Purse) -> Option<Fen> {
        let short: Option<Vec<Fen>> = self
            .offers
            .iter()
            .map(|offer| self.shortfall(offer, purse))
            .collect();
        short?.into_iter().max()
    }

    /// The card of this number. A form that names none gets none: money goes only to a card that
    /// the page had shown.
    pub(crate) fn card(&self, id: &str) -> Option<&Card> {
        let id: i64 = id.parse().ok()?;
        self.cards.iter().find(|card| card.id == id)
    }

    /// What is chosen before the user chooses.
    pub(crate) fn default_card(&self) -> Option<&Card> {
        self.cards.first()
    }

    /// Every price and every card on the page, as one text.
    pub(crate) fn seen(&self) -> String {
        format!("{}{BETWEEN}{}", self.prices(), self.shown_cards())
    }

    /// What differs between the page that had this text on it and the one of now.
    pub(crate) fn changed_since(&self, seen: &str) -> Option<Change> {
        let (prices, cards) = seen.split_once(BETWEEN).unwrap_or((seen, ""));
        if prices != self.prices() {
            Some(Change::Prices)
        } else if cards != self.shown_cards() {
            Some(Change::Cards)
        } else {
            None
        }
    }

    fn shown_cards(&self) -> String {
        let shown = self
            .cards
            .iter()
            .map(|card| format!("{}-{}", card.id, card.tail));
        shown.collect::<Vec<_>>().join(".")
    }

    fn prices(&self) -> String {
        let shown = self.offers.iter().map(|offer| {
            let Quote { fee, arrival } = offer.quote;
            format!(
                "{}-{}-{}",
                offer.cash_type.as_str(),
                fee.get(),
                arrival.get()
            )
        });
        shown.collect::<Vec<_>>().join(".")
    }
}

/// Cash types whose fee leaves something of the amount.
fn offers(user: &User, rules: &[(CashType, CashRule)], today: DayKind, amount: Fen) -> Vec<Offer> {
    let quoted = rules.iter().filter_map(|(cash_type, rule)| {
        let payer = rule.payer.as_ref();
        Some(Offer {
            cash_type: *cash_type,
            quote: rule.on(today).quote(amount).ok()?,
            bearer: rule.bearer,
            payer_is_self: payer.is_none_or(|payer| *payer == user.huifu_id),
        })
    });
    quoted.collect()
}
