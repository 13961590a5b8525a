//! What a user can choose on the page: a cash type with its price, and a card.
//!
//! The same rows are read when the page is shown and again when it is confirmed. [`Choices::seen`]
//! travels through the form, so that prices and cards that changed in between are shown again
//! instead of being agreed to unseen.

use contract::calendar::DayKind;
use contract::fee::{CashRule, Quote};
use contract::ids::HtouhuiUserId;
use contract::money::Fen;
use contract::partner::ErrorCode;
use contract::partner::time::beijing_date;
use contract::withdrawal::CashType;
use jiff::Timestamp;
use store::users::{self, Card, User};
use store::{Connection, StoreError, calendar};

/// One cash type with what it costs for this amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) cash_type: CashType,
    pub(crate) quote: Quote,
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
        Ok(user.map(|user| Self {
            user,
            cards,
            any_rule: !rules.is_empty(),
            offers: offers(&rules, DayKind::of(today, exception), amount),
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

    /// What is chosen before the user chooses: what the partner asked for if it is open, else the
    /// cheapest.
    pub(crate) fn preselected(&self, requested: Option<CashType>) -> Option<CashType> {
        let requested = requested.filter(|wanted| self.offer(*wanted).is_some());
        let cheapest = || self.offers.iter().min_by_key(|offer| offer.quote.fee);
        requested.or_else(|| cheapest().map(|offer| offer.cash_type))
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
fn offers(rules: &[(CashType, CashRule)], today: DayKind, amount: Fen) -> Vec<Offer> {
    let quoted = rules.iter().filter_map(|(cash_type, rule)| {
        Some(Offer {
            cash_type: *cash_type,
            quote: rule.on(today).quote(amount).ok()?,
        })
    });
    quoted.collect()
}
