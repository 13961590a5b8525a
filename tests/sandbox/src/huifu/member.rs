//! The members of Huifu: merchants and users, their cards, and what they may withdraw.
//!
//! A member is either registered over the interfaces, with everything those ask for, or set up by
//! hand (configuration, admin): then all cash types are open at one price and nothing personal is
//! known of it.

use crate::huifu::card::CardInfo;
use crate::huifu::cash::{CashRule, CashType};
use crate::huifu::cash_config::CashEntry;
use crate::huifu::fee::FeeRule;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The four kinds of subject that the interfaces register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// 企业商户.
    EnterpriseMerchant,
    /// 个人商户.
    IndividualMerchant,
    /// 企业用户.
    EnterpriseUser,
    /// 个人用户.
    IndividualUser,
}

impl SubjectKind {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::EnterpriseMerchant,
        Self::IndividualMerchant,
        Self::EnterpriseUser,
        Self::IndividualUser,
    ];

    /// Whether it is a merchant; else it is a user.
    #[must_use]
    pub fn is_merchant(self) -> bool {
        matches!(self, Self::EnterpriseMerchant | Self::IndividualMerchant)
    }

    /// Whether it is a person; else it is an enterprise.
    #[must_use]
    pub fn is_individual(self) -> bool {
        matches!(self, Self::IndividualMerchant | Self::IndividualUser)
    }
}

/// How far a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberState {
    /// May do what it was opened for.
    Active,
    /// A merchant whose opening is still looked at.
    InReview,
    /// A merchant whose opening was refused, or failed.
    Refused,
}

/// A card as the register keeps it.
#[derive(Clone)]
pub(crate) struct Card {
    pub(crate) token_no: String,
    pub(crate) is_default: bool,
    /// Absent for a card that was bound by hand.
    pub(crate) info: Option<CardInfo>,
}

/// What the base data of a subject say, as far as rules and queries need it.
#[derive(Clone)]
pub(crate) struct Subject {
    pub(crate) kind: SubjectKind,
    /// reg_name or name.
    pub(crate) name: String,
    /// The legal person of an enterprise; a person is its own.
    pub(crate) legal_name: Option<String>,
    pub(crate) cert_type: String,
    pub(crate) cert_no: String,
    pub(crate) login_name: Option<String>,
    /// Every field as given, for the queries.
    pub(crate) given: BTreeMap<String, String>,
}

/// Merchant or user.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) huifu_id: String,
    pub(crate) state: MemberState,
    /// Absent for a member that was set up by hand.
    pub(crate) subject: Option<Subject>,
    pub(crate) cards: Vec<Card>,
    pub(crate) cash: BTreeMap<CashType, CashRule>,
    /// Whether the business entry of a user, or the opening of a merchant, has passed.
    pub(crate) opened: bool,
    /// One price for all types, for a member that was set up by hand.
    pub(crate) flat_fee: Option<FeeRule>,
}

impl Member {
    /// Set up by hand: without a card, and free of fees.
    pub(crate) fn by_hand(huifu_id: &str) -> Self {
        Self {
            huifu_id: huifu_id.to_owned(),
            state: MemberState::Active,
            subject: None,
            cards: Vec::new(),
            cash: BTreeMap::new(),
            opened: true,
            flat_fee: Some(FeeRule::FREE),
        }
    }

    pub(crate) fn registered(huifu_id: &str, subject: Subject, state: MemberState) -> Self {
        Self {
            state,
            subject: Some(subject),
            opened: false,
            flat_fee: None,
            ..Self::by_hand(huifu_id)
        }
    }

    pub(crate) fn has_card(&self, token_no: &str) -> bool {
        self.cards.iter().any(|card| card.token_no == token_no)
    }

    /// What this type costs; absent when the member may not use it. A type that was never
    /// configured has the one price of a member that was set up by hand.
    pub(crate) fn cash_rule(&self, cash_type: CashType) -> Option<CashRule> {
        let flat = |rule| CashRule::flat(rule, &self.huifu_id);
        match self.cash.get(&cash_type) {
            Some(rule) => Some(rule.clone()).filter(|rule| rule.open),
            None => self.flat_fee.map(flat),
        }
    }

    /// Binds a card without knowing anything but its token.
    pub(crate) fn bind_by_hand(&mut self, token_no: &str) {
        if !self.has_card(token_no) {
            let first = self.cards.is_empty();
            self.cards.push(Card {
                token_no: token_no.to_owned(),
                is_default: first,
                info: None,
            });
        }
    }

    /// Binds a card and says under which token. A number that is bound keeps its token.
    pub(crate) fn bind(&mut self, info: CardInfo, new_token_no: String) -> String {
        let known = self.cards.iter().position(|card| {
            card.info
                .as_ref()
                .is_some_and(|one| one.card_no == info.card_no)
        });
        let becomes_default = info.wants_default.unwrap_or(self.cards.is_empty());
        if becomes_default {
            for card in &mut self.cards {
                card.is_default = false;
            }
        }
        if let Some(card) = known.and_then(|at| self.cards.get_mut(at)) {
            card.is_default |= becomes_default;
            card.info = Some(info);
            return card.token_no.clone();
        }
        self.cards.push(Card {
            token_no: new_token_no.clone(),
            is_default: becomes_default,
            info: Some(info),
        });
        new_token_no
    }

    /// A merchant whose opening was refused is none; a change that was refused changes nothing.
    pub(crate) fn refuse_opening(&mut self) {
        if self.state == MemberState::InReview {
            self.state = MemberState::Refused;
        }
    }

    /// Puts rules in force. One that only switches off keeps its price.
    pub(crate) fn set_cash(&mut self, entries: &[CashEntry]) {
        for entry in entries {
            match self.cash.get_mut(&entry.cash_type) {
                Some(rule) if !entry.rule.open => rule.open = false,
                Some(rule) => *rule = entry.rule.clone(),
                None => {
                    self.cash.insert(entry.cash_type, entry.rule.clone());
                }
            }
        }
    }
}

/// A card, as far as the outside may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisteredCard {
    /// Its number at Huifu.
    pub token_no: String,
    /// 0, 1, 2 or 4; absent for a card bound by hand.
    pub card_type: Option<String>,
    /// The last four digits; absent for a card bound by hand.
    pub tail: Option<String>,
    /// Whether it is the default card.
    pub is_default: bool,
}

/// A member, without what is personal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisteredMember {
    /// Its number at Huifu.
    pub huifu_id: String,
    /// Absent for a member that was set up by hand.
    pub kind: Option<SubjectKind>,
    /// How far it is.
    pub state: MemberState,
    /// In the order in which they were bound.
    pub cards: Vec<RegisteredCard>,
    /// The cash types that were configured. Where a member was set up by hand the others are open
    /// at its one price; else they are closed.
    pub cash: BTreeMap<CashType, CashRule>,
}

impl Member {
    pub(crate) fn shown(&self) -> RegisteredMember {
        let card = |card: &Card| RegisteredCard {
            token_no: card.token_no.clone(),
            card_type: card.info.as_ref().map(|info| info.card_type.clone()),
            tail: card.info.as_ref().map(|info| info.tail().to_owned()),
            is_default: card.is_default,
        };
        RegisteredMember {
            huifu_id: self.huifu_id.clone(),
            kind: self.subject.as_ref().map(|subject| subject.kind),
            state: self.state,
            cards: self.cards.iter().map(card).collect(),
            cash: self.cash.clone(),
        }
    }
}

/// Names and numbers of people stay out of every log.
impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shown().fmt(f)
    }
}
