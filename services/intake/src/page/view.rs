//! The page as its template sees it: texts, ready to be shown. The password is never among them.

use askama::Template;
use contract::money::Fen;

use super::{Alert, Shown};
use crate::choices::Offer;
use crate::words::{self, Words};

/// What the user had chosen when the page is shown again.
#[derive(Debug, Default)]
pub(crate) struct Typed {
    pub(crate) cash_type: String,
    pub(crate) card_id: String,
}

#[derive(Template)]
#[template(path = "page.html")]
pub(super) struct PageView<'a> {
    words: &'static Words,
    style: String,
    partner_name: &'a str,
    amount: String,
    order_id: &'a str,
    csrf: String,
    seen: String,
    offers: Vec<OfferView>,
    cards: Vec<CardView<'a>>,
    alert: Option<AlertView>,
    open_until: String,
}

struct OfferView {
    cash_type: &'static str,
    arrives: &'static str,
    fee: Option<String>,
    arrival: String,
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
}

impl<'a> PageView<'a> {
    pub(super) fn new(shown: &'a Shown<'a>, alert: Option<Alert>, typed: &Typed) -> Self {
        let request = &shown.withdrawal.request;
        let language = request.language;
        let choices = &shown.choices;
        let wanted = choices
            .offers
            .iter()
            .map(|offer| offer.cash_type)
            .find(|cash_type| cash_type.as_str() == typed.cash_type)
            .or_else(|| choices.preselected(request.cash_type));
        let offer_view = |offer: &Offer| OfferView {
            cash_type: offer.cash_type.as_str(),
            arrives: words::arrival_time(language, offer.cash_type),
            fee: (offer.quote.fee > Fen::ZERO).then(|| words::yuan(offer.quote.fee)),
            arrival: words::yuan(offer.quote.arrival),
            chosen: wanted == Some(offer.cash_type),
        };
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
            words: words::in_language(language),
            style: shown.front.assets.style_path(),
            partner_name: &shown.partner_name,
            amount: words::yuan(request.amount),
            order_id: request.id.as_str(),
            csrf: shown.front.page_key.csrf(&request.id, &shown.session),
            seen: choices.seen(),
            offers: choices.offers.iter().map(offer_view).collect(),
            cards: cards.collect(),
            alert: alert.map(|alert| AlertView {
                text: alert.text(language),
                code: alert.code().as_str(),
                field: alert.field(),
            }),
            open_until: words::open_until(language, request.expires_at, shown.now),
        }
    }

    fn alert_at(&self, field: &str) -> bool {
        self.alert
            .as_ref()
            .is_some_and(|alert| alert.field == field)
    }
}
