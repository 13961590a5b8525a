//! What Huifu can be told to do wrong, and to whom.
//!
//! A rule names who it is for (interface, member, exact amount, serial, name, card), how often it
//! fires, and one or more faults. "Pays" means "does it" for everything but a withdrawal. The first rule that fits wins; the rules that were set come before the magic
//! amounts. Repeats of a known serial are answered 20000000 and use no rule up.

use crate::fen::Fen;
use crate::huifu::operation::Operation;
use crate::huifu::review::ReviewPlan;
use serde::{Deserialize, Serialize};

/// One thing that goes wrong. Faults of the answer and of the callbacks can be combined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// Answers with this code, signed; pays nothing and remembers nothing.
    Refuse {
        /// Such as `22000003`.
        resp_code: String,
    },
    /// Pays, then never answers.
    TimeoutAfterPaying,
    /// Never answers, and does not know the payment afterwards.
    TimeoutWithoutPaying,
    /// Pays, then cuts the connection in the middle of the answer.
    CutAnswer,
    /// Cuts the connection without an answer; nothing is paid.
    CutBeforeReading,
    /// Pays; the answer's signature belongs to another text.
    WrongSignature,
    /// Pays; the answer has no signature.
    NoSignature,
    /// Answers with an HTTP status and no envelope.
    ServerError {
        /// 100 to 999; Huifu's gateway uses numbers such as 512 and 911.
        http_status: u16,
        /// Whether the money moved before.
        paid: bool,
    },
    /// Pays, sends no callbacks, says P until the admin settles or fails the payment.
    ProcessingForever,
    /// 01 comes before 02.
    FinalBeforeAccounting,
    /// Both callbacks come before the synchronous answer.
    CallbackBeforeAnswer,
    /// Every callback comes `n` times.
    DuplicateCallbacks {
        /// How many times in all.
        n: u32,
    },
    /// Callbacks are signed, with another amount.
    WrongAmountInCallback,
    /// Callbacks are signed, for a serial nobody knows.
    ForeignOrderInCallback,
    /// Callbacks have no `sign` field.
    UnsignedCallback,
    /// Callbacks were altered after signing.
    AlteredCallback,
    /// Refuses for want of money, whatever the balance is.
    InsufficientBalance,
    /// 02 succeeds, then 01 fails and the money is booked back.
    FinalFailure,
    /// The answer says S at once; the callbacks come as ever.
    SyncSuccess,
    /// The answer says F; nothing is paid, no callbacks.
    SyncFailure,
    /// Pays and settles, but only a query tells.
    NoCallback,
    /// 01 success, then 01 failure, both signed. The book says success. Of a review: passed, then
    /// refused.
    ContradictingFinal,
    /// Answers with this code and these words, signed; does nothing and remembers nothing.
    RefuseWith {
        /// Such as `99999999`.
        resp_code: String,
        /// Huifu's words.
        resp_desc: String,
    },
    /// Pays and tells of success; a delay later the bank sends the money back, which only a query
    /// and the statement tell.
    BankReturnLater,
    /// Callbacks are signed, about somebody else's huifu_id.
    ForeignMemberInCallback,
    /// The application goes this way, whatever its subject is called.
    Review {
        /// Which way.
        plan: ReviewPlan,
    },
    /// In force at once, and a review callback says so too.
    NoticeThoughInstant,
    /// The bank knows the card under another name or ID number.
    CardMismatch,
    /// The registry knows the ID number under another name.
    IdentityMismatch,
}

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

    fn fits(&self, asked: &Asked<'_>) -> bool {
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

/// Faults for the requests that fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// Who it is for.
    #[serde(default, rename = "match")]
    pub selector: Selector,
    /// What goes wrong. Empty: nothing, which shields from later rules.
    pub faults: Vec<Fault>,
    /// How often it fires; absent: for ever.
    #[serde(default)]
    pub times: Option<u32>,
}

/// The rules in force.
#[derive(Debug, Default)]
pub(crate) struct FaultPlan {
    rules: Vec<FaultRule>,
    magic_amounts: bool,
}

impl FaultPlan {
    pub(crate) fn new(magic_amounts: bool) -> Self {
        Self {
            rules: Vec::new(),
            magic_amounts,
        }
    }

    pub(crate) fn add(&mut self, rule: FaultRule) {
        self.rules.push(rule);
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    pub(crate) fn rules(&self) -> &[FaultRule] {
        &self.rules
    }

    /// The faults for this request; a rule with a number of times is used up by it.
    pub(crate) fn take(&mut self, asked: &Asked<'_>) -> Vec<Fault> {
        let found = self
            .rules
            .iter_mut()
            .find(|rule| rule.times != Some(0) && rule.selector.fits(asked));
        if let Some(rule) = found {
            rule.times = rule.times.map(|left| left - 1);
            return rule.faults.clone();
        }
        let magic = asked
            .cash_amt
            .filter(|_| self.magic_amounts)
            .and_then(magic_fault);
        magic.into_iter().collect()
    }
}

/// The amounts that make a fault happen without being told, for people with a browser and for
/// demonstrations. Four is the number that nobody in China picks by accident.
#[must_use]
pub fn magic_amounts() -> Vec<(Fen, Fault)> {
    let refuse = |resp_code: &str| Fault::Refuse {
        resp_code: resp_code.to_owned(),
    };
    let faults = [
        Fault::FinalFailure,
        Fault::InsufficientBalance,
        refuse("22000003"),
        Fault::TimeoutAfterPaying,
        Fault::TimeoutWithoutPaying,
        Fault::CutAnswer,
        Fault::CutBeforeReading,
        Fault::WrongSignature,
        Fault::NoSignature,
        Fault::ServerError {
            http_status: 502,
            paid: true,
        },
        Fault::ServerError {
            http_status: 502,
            paid: false,
        },
        Fault::ProcessingForever,
        Fault::FinalBeforeAccounting,
        Fault::CallbackBeforeAnswer,
        Fault::DuplicateCallbacks { n: 3 },
        Fault::WrongAmountInCallback,
        Fault::ForeignOrderInCallback,
        Fault::UnsignedCallback,
        Fault::AlteredCallback,
        Fault::SyncSuccess,
        Fault::SyncFailure,
        Fault::NoCallback,
        Fault::ContradictingFinal,
        refuse("99999999"),
        Fault::BankReturnLater,
    ];
    faults
        .into_iter()
        .zip(1..)
        .map(|(fault, number)| (Fen(44_400 + number), fault))
        .collect()
}

fn magic_fault(amount: Fen) -> Option<Fault> {
    magic_amounts()
        .into_iter()
        .find(|(magic, _)| *magic == amount)
        .map(|(_, fault)| fault)
}

#[cfg(test)]
mod tests;
