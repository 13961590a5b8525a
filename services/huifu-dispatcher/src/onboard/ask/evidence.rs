//! What Huifu has of a subject, beside what an application asked for.
//!
//! Only everything is proof. A card without its cash types, or cash types with other fees, is an
//! application half done, and nobody may withdraw by it.

use contract::application::ApplicationKind;
use contract::huifu::code::RespClass;
use contract::huifu::operations::{ApplicationForm, BoundCard, SubjectAnswer};
use store::applications::Application;
use store::users::Card;

/// What to compare with.
pub(super) struct Evidence<'a> {
    pub(super) application: &'a Application,
    pub(super) form: &'a ApplicationForm,
    /// The cards that the user had before.
    pub(super) bound: &'a [Card],
}

/// What the comparison says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Proof {
    /// All of it is there; the card, if the application has one.
    There(Option<BoundCard>),
    /// Not all of it is, or not yet.
    Absent,
    /// The answer says nothing, or more than one thing.
    Unclear,
}

impl Proof {
    pub(super) fn as_str(&self) -> &'static str {
        match self {
            Self::There(_) => "there",
            Self::Absent => "absent",
            Self::Unclear => "unclear",
        }
    }
}

impl Evidence<'_> {
    /// Nobody has said that the step is done: the card must be a new one, and every cash type as it
    /// was asked for.
    pub(super) fn of_everything(&self, answer: &SubjectAnswer) -> Proof {
        if !is_accepted(answer) {
            return Proof::Unclear;
        }
        match (self.card(answer, IsNew::Must), self.has_rules(answer)) {
            (Proof::There(card), Some(true)) => Proof::There(card),
            (Proof::Unclear, _) | (_, None) => Proof::Unclear,
            (Proof::Absent, _) | (_, Some(false)) => Proof::Absent,
        }
    }

    /// A review passed, so the card is there, and may be one that the user has had before: Huifu
    /// answers a card that it knows with the number it gave it the first time.
    pub(super) fn of_the_card(&self, answer: &SubjectAnswer) -> Proof {
        if !is_accepted(answer) {
            return Proof::Unclear;
        }
        match self.card(answer, IsNew::Must) {
            Proof::Absent => self.card(answer, IsNew::May),
            proof => proof,
        }
    }

    fn card(&self, answer: &SubjectAnswer, is_new: IsNew) -> Proof {
        let Some(wanted) = self.form.card() else {
            return Proof::There(None);
        };
        let Ok(cards) = answer.cards() else {
            return Proof::Unclear;
        };
        let was_bound = |card: &BoundCard| {
            let mut bound = self.bound.iter();
            bound.any(|bound| bound.token_no == card.token_no)
        };
        let told = self.application.token_no.as_ref();
        let mut fitting = cards.into_iter().filter(|card| {
            card.open
                && card.tail == wanted.tail
                && told.is_none_or(|told| *told == card.token_no)
                && (is_new == IsNew::May || !was_bound(card))
        });
        match (fitting.next(), fitting.next()) {
            (None, _) => Proof::Absent,
            (Some(card), None) => Proof::There(Some(card)),
            // Four digits do not tell two cards apart, and money goes to one of them.
            (Some(_), Some(_)) => Proof::Unclear,
        }
    }

    /// `None`: it cannot be read.
    fn has_rules(&self, answer: &SubjectAnswer) -> Option<bool> {
        let wanted = self.form.cash_rules();
        let booked = answer.cash_rules().ok()?;
        if booked.is_empty() && self.application.kind != ApplicationKind::Card {
            // An answer without a list closes nothing.
            return Some(wanted.is_empty());
        }
        Some(wanted.iter().all(|(cash_type, asked)| {
            let rule = booked.iter().find(|(booked, _)| booked == cash_type);
            match rule {
                Some((_, booked)) => asked.is_booked_as(booked),
                None => !asked.open,
            }
        }))
    }
}

/// Whether a card must be another than those the user had.
#[derive(Clone, Copy, PartialEq, Eq)]
enum IsNew {
    Must,
    May,
}

fn is_accepted(answer: &SubjectAnswer) -> bool {
    let code = answer.resp_code.as_deref().map(RespClass::of);
    code == Some(RespClass::Accepted)
}

#[cfg(test)]
mod tests;
