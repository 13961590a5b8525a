//! What Huifu can be told to do wrong, and to whom.
//!
//! A rule names who it is for (interface, member, exact amount, serial, name, card), how often it
//! fires, and one or more faults. The first rule that fits wins; the rules that were set come
//! before the magic amounts. Repeats of a known serial are answered 20000000 and use no rule up.
//! For everything but a withdrawal "pays" means "does it".

use crate::huifu::review::ReviewPlan;
use serde::{Deserialize, Serialize};

mod magic;
mod selector;

pub use magic::magic_amounts;
use magic::magic_fault;
pub(crate) use selector::Asked;
pub use selector::Selector;

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

#[cfg(test)]
mod tests;
