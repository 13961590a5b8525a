//! Which requests a rule is for.

use crate::fen::Fen;
use crate::huifu::operation::Operation;
use serde::{Deserialize, Serialize};

/// Which requests a rule is for; absent members fit everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Selector {
    /// The interface.
    pub operation: Operation,
    /// Requests of this member.
    pub huifu_id: Option<String>,
    /// Requests for exactly this amount. A query has none.
    pub cash_amt_fen: Option<Fen>,
    /// Requests with this serial (queries: asking for it).
    pub req_seq_id: Option<String>,
    /// Onboarding requests about a subject of this name.
    pub subject: Option<String>,
    /// Onboarding requests with a card number that ends so.
    pub card_tail: Option<String>,
}

impl Selector {
    /// Every withdrawal.
    #[must_use]
    pub fn any() -> Self {
        Self::default()
    }

    /// Every query.
    #[must_use]
    pub fn queries() -> Self {
        Self {
            operation: Operation::Query,
            ..Self::default()
        }
    }

    /// Every request to one interface.
    #[must_use]
    pub fn operation(operation: Operation) -> Self {
        Self {
            operation,
            ..Self::default()
        }
    }

    /// Requests to one interface about a subject of this name.
    #[must_use]
    pub fn subject(operation: Operation, name: &str) -> Self {
        Self {
            operation,
            subject: Some(name.to_owned()),
            ..Self::default()
        }
    }

    /// Withdrawals of one member.
    #[must_use]
    pub fn huifu_id(huifu_id: &str) -> Self {
        Self {
            huifu_id: Some(huifu_id.to_owned()),
            ..Self::default()
        }
    }

    /// Withdrawals of exactly this amount.
    #[must_use]
    pub fn cash_amt(amount: Fen) -> Self {
        Self {
            cash_amt_fen: Some(amount),
            ..Self::default()
        }
    }

    pub(super) fn fits(&self, asked: &Asked<'_>) -> bool {
        let is = |wanted: &Option<String>, given: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == given)
        };
        let tail = self.card_tail.as_deref();
        self.operation == asked.operation
            && is(&self.huifu_id, asked.huifu_id)
            && is(&self.req_seq_id, asked.req_seq_id)
            && is(&self.subject, asked.subject.unwrap_or_default())
            && tail.is_none_or(|tail| asked.card_no.is_some_and(|number| number.ends_with(tail)))
            && self
                .cash_amt_fen
                .is_none_or(|amount| Some(amount) == asked.cash_amt)
    }
}

/// What a request is about, as far as rules care.
pub(crate) struct Asked<'a> {
    pub(crate) operation: Operation,
    pub(crate) huifu_id: &'a str,
    pub(crate) req_seq_id: &'a str,
    pub(crate) cash_amt: Option<Fen>,
    pub(crate) subject: Option<&'a str>,
    pub(crate) card_no: Option<&'a str>,
}

impl<'a> Asked<'a> {
    /// Without member, amount, name and card.
    pub(crate) fn about(operation: Operation, req_seq_id: &'a str) -> Self {
        Self {
            operation,
            huifu_id: "",
            req_seq_id,
            cash_amt: None,
            subject: None,
            card_no: None,
        }
    }
}
