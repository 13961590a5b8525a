//! How one payment will be played: every fault translated, in one place, into what to do.

use crate::huifu::fault::Fault;
use crate::huifu::review::ReviewPlan;

/// What happens to the money before anything is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Money {
    Pay,
    Refuse {
        resp_code: String,
        /// Empty: the interface has words of its own.
        resp_desc: String,
    },
    /// The request is swallowed: nothing is paid and nothing is remembered.
    Swallow,
    CallItShort,
    FailAtOnce,
}

/// How the synchronous answer leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    Proper,
    Never,
    CutInTheMiddle,
    CutWithoutAnswer,
    WrongSignature,
    Unsigned,
    BareStatus(u16),
}

/// What becomes of the payment later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Succeeds,
    Fails,
    StaysOpen,
}

/// What is wrong with every callback of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lie {
    WrongAmount,
    ForeignOrder,
    ForeignMember,
    Unsigned,
    Altered,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Script {
    pub(crate) money: Money,
    pub(crate) reply: Reply,
    pub(crate) says_success_at_once: bool,
    pub(crate) outcome: Outcome,
    pub(crate) callbacks: bool,
    pub(crate) callbacks_before_answer: bool,
    pub(crate) final_first: bool,
    pub(crate) copies: u32,
    pub(crate) lie: Option<Lie>,
    pub(crate) contradicts_itself: bool,
    pub(crate) bank_returns: bool,
    /// Absent: the name of the subject decides.
    pub(crate) review: Option<ReviewPlan>,
    pub(crate) notice_though_instant: bool,
    pub(crate) card_mismatch: bool,
    pub(crate) identity_mismatch: bool,
}

impl Script {
    pub(crate) fn of(faults: &[Fault]) -> Self {
        let mut script = Self {
            money: Money::Pay,
            reply: Reply::Proper,
            says_success_at_once: false,
            outcome: Outcome::Succeeds,
            callbacks: true,
            callbacks_before_answer: false,
            final_first: false,
            copies: 1,
            lie: None,
            contradicts_itself: false,
            bank_returns: false,
            review: None,
            notice_though_instant: false,
            card_mismatch: false,
            identity_mismatch: false,
        };
        for fault in faults {
            script.bend(fault);
        }
        script
    }

    fn bend(&mut self, fault: &Fault) {
        match fault {
            Fault::Refuse { resp_code } => self.refuse(resp_code, ""),
            Fault::RefuseWith {
                resp_code,
                resp_desc,
            } => self.refuse(resp_code, resp_desc),
            Fault::TimeoutAfterPaying => self.reply = Reply::Never,
            Fault::TimeoutWithoutPaying => {
                self.money = Money::Swallow;
                self.reply = Reply::Never;
            }
            Fault::CutAnswer => self.reply = Reply::CutInTheMiddle,
            Fault::CutBeforeReading => {
                self.money = Money::Swallow;
                self.reply = Reply::CutWithoutAnswer;
            }
            Fault::WrongSignature => self.reply = Reply::WrongSignature,
            Fault::NoSignature => self.reply = Reply::Unsigned,
            Fault::ServerError { http_status, paid } => {
                self.reply = Reply::BareStatus(*http_status);
                if !paid {
                    self.money = Money::Swallow;
                }
            }
            Fault::ProcessingForever => {
                self.outcome = Outcome::StaysOpen;
                self.callbacks = false;
            }
            Fault::FinalBeforeAccounting => self.final_first = true,
            Fault::CallbackBeforeAnswer => self.callbacks_before_answer = true,
            Fault::DuplicateCallbacks { n } => self.copies = *n,
            Fault::WrongAmountInCallback => self.lie = Some(Lie::WrongAmount),
            Fault::ForeignOrderInCallback => self.lie = Some(Lie::ForeignOrder),
            Fault::UnsignedCallback => self.lie = Some(Lie::Unsigned),
            Fault::AlteredCallback => self.lie = Some(Lie::Altered),
            Fault::InsufficientBalance => self.money = Money::CallItShort,
            Fault::FinalFailure => self.outcome = Outcome::Fails,
            Fault::SyncSuccess => self.says_success_at_once = true,
            Fault::SyncFailure => self.money = Money::FailAtOnce,
            Fault::NoCallback => self.callbacks = false,
            Fault::ContradictingFinal => self.contradicts_itself = true,
            Fault::BankReturnLater => self.bank_returns = true,
            Fault::ForeignMemberInCallback => self.lie = Some(Lie::ForeignMember),
            Fault::Review { plan } => self.review = Some(*plan),
            Fault::NoticeThoughInstant => self.notice_though_instant = true,
            Fault::CardMismatch => self.card_mismatch = true,
            Fault::IdentityMismatch => self.identity_mismatch = true,
        }
    }

    fn refuse(&mut self, resp_code: &str, resp_desc: &str) {
        self.money = Money::Refuse {
            resp_code: resp_code.to_owned(),
            resp_desc: resp_desc.to_owned(),
        };
    }
}
