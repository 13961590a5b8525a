//! The page as its template sees it: texts, ready to be shown. The password is never among them.

use askama::Template;
use contract::money::Fen;
use contract::withdrawal::CashType;

use super::{Alert, Shown};
use crate::choices::Offer;
use crate::frame::Frame;
use crate::words::{self, Words};

/// What the user had chosen when the page is shown again.
#[derive(Debug, Default)]
pub(crate) struct Typed {
    pub(crate) cash_type: String,
    pub(crate) card_id: String,
    /// The user comes from setting the first password.
    pub(crate) password_is_new: bool,
}

impl Typed {
    /// Nothing was typed yet.
    pub(crate) fn fresh(password_is_new: bool) -> Self {
        Self {
            password_is_new,
            ..Self::default()
        }
    }
}

#[derive(Template)]
#[template(path = "page.html")]
pub(super) struct PageView<'a> {
    frame: Frame,
    words: &'static Words,
    partner_name: &'a str,
    amount: String,
    order_id: &'a str,
    csrf: String,
    seen: String,
    balance: BalanceView,
    offers: Vec<OfferView>,
    cards: Vec<CardView<'a>>,
    alert: Option<AlertView>,
    /// Said once, when the user comes from setting the first password.
    password_is_new: bool,
    has_password: bool,
    /// Where a password is set, the first or another one.
    password_path: String,
    open_until: String,
}

struct BalanceView {
    text: String,
    /// Whether the page may know more if it is asked for again.
    may_change: bool,
    /// Said when no cash type can take the amount; then there is nothing to confirm.
    too_little: Option<String>,
}

struct OfferView {
    cash_type: &'static str,
    arrives: &'static str,
    fee: Option<String>,
    arrival: String,
    /// What can be withdrawn now, or why this one cannot be chosen.
    room: Option<String>,
    short: bool,
    chosen: bool,
}

struct CardView<'a> {
    id: i64,
    bank: &'a str,
    tail: &'a str,
    chosen: bool,
}

struct AlertView {
    text: String,
    code: &'static str,
    field: &'static str,
    /// Whether the way out is another password.
    unlockable: bool,
}

impl<'a> PageView<'a> {
    pub(super) fn new(shown: &'a Shown<'a>, alert: Option<Alert>, typed: &Typed) -> Self {
        let request = &shown.withdrawal.request;
        let language = shown.language;
        let (choices, purse) = (&shown.choices, &shown.purse);
        // What the user had chosen is what the page proposes now, unless it does not fit any more.
        let typed_type = CashType::from_name(&typed.cash_type);
        let requested = typed_type
            .filter(|cash_type| choices.offer(*cash_type).is_some())
            .or(request.cash_type);
        let wanted = choices.preselected(requested, purse);
        let offer_view = |offer: &Offer| offer_view(shown, offer, wanted);
        let chosen_card = choices
            .card(&typed.card_id)
            .or_else(|| choices.default_card());
        let cards = choices.cards.iter().map(|card| CardView {
            id: card.id,
            bank: &card.bank_name,
            tail: &card.tail,
            chosen: chosen_card.is_some_and(|chosen| chosen.id == card.id),
        });
        Self {
            frame: Frame::new(shown.front, language).with_choice(),
            words: words::in_language(language),
            partner_name: &shown.partner_name,
            amount: words::yuan(request.amount),
            order_id: request.id.as_str(),
            csrf: shown.session.csrf(shown.front, &request.id),
            seen: choices.seen(),
            balance: balance_view(shown),
            offers: choices.offers.iter().map(offer_view).collect(),
            cards: cards.collect(),
            alert: alert.or_else(|| shown.lock()).map(|alert| AlertView {
                text: alert.text(language),
                code: alert.code().as_str(),
                field: alert.field(),
                unlockable: alert.is_unlockable(),
            }),
            password_is_new: typed.password_is_new && choices.user.has_password,
            has_password: choices.user.has_password,
            password_path: format!("{}/password", shown.front.page_key.path(&request.id)),
            open_until: words::open_until(language, request.expires_at, shown.now),
        }
    }

    fn alert_at(&self, field: &str) -> bool {
        self.alert
            .as_ref()
            .is_some_and(|alert| alert.field == field)
    }
}

fn balance_view(shown: &Shown<'_>) -> BalanceView {
    let (language, purse) = (shown.language, &shown.purse);
    let nothing_fits = shown.choices.nothing_fits(purse);
    BalanceView {
        text: words::balance::sentence(language, purse, shown.now),
        may_change: nothing_fits.is_some() || !purse.is_fresh(),
        too_little: nothing_fits.map(|most| words::balance::too_little_for_all(language, most)),
    }
}

fn offer_view(shown: &Shown<'_>, offer: &Offer, wanted: Option<CashType>) -> OfferView {
    let (language, purse) = (shown.language, &shown.purse);
    let shortfall = shown.choices.shortfall(offer, purse);
    OfferView {
        cash_type: offer.cash_type.as_str(),
        arrives: words::arrival_time(language, offer.cash_type),
        fee: (offer.quote.fee > Fen::ZERO).then(|| words::yuan(offer.quote.fee)),
        arrival: words::yuan(offer.quote.arrival),
        room: shortfall
            .map(|most| words::balance::too_little(language, offer.cash_type, most))
            .or_else(|| words::balance::room(language, purse, offer.cash_type)),
        short: shortfall.is_some(),
        chosen: wanted == Some(offer.cash_type),
    }
}
