//! What Huifu's words mean for a withdrawal: the only file that decides it.
//!
//! The rule behind all rules: money may have moved unless Huifu, signed, says in words we know
//! that it did not. Whatever is missing, new, contradictory or unsigned is `Unknown`, and `Unknown`
//! is asked about, never sent again. "Not known" is not proof either: it may mean not known *yet*.

use super::answer::{EncashmentAnswer, QueryAnswer};
use super::callback::Callback;
use super::code::{AcctStatus, MsgType, RespClass, TransStat};
use super::envelope::EnvelopeError;
use super::reason;
use super::request::{Encashment, Query};
use crate::huifu::ReqDate;
use crate::ids::ReqSeqId;
use crate::partner::ReasonCode;
use crate::withdrawal::Transition;

/// What one answer or callback says about one withdrawal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Huifu has it and is at work.
    Submitted,
    /// Huifu read it and said no: no money moves.
    Refused(Refusal),
    /// The money is on the card.
    Paid,
    /// It is not and will not be; it is back on the account or never left it.
    Failed(Refusal),
    /// It was on its way or there, and the bank sent it back.
    Returned,
    /// Huifu does not know the withdrawal, or not yet. Proves nothing.
    NotKnown,
    /// For the timeline alone: an accounting notice that went badly. The final one follows.
    Noted,
    /// Nothing can be concluded: ask.
    Unknown,
}

/// Why Huifu said no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What partners are told.
    pub reason: ReasonCode,
    /// Huifu's code, for operators.
    pub code: String,
    /// Huifu's words, for operators: they may name accounts.
    pub words: String,
}

impl Verdict {
    /// Of the synchronous answer to `asked`. Success at this point only means accepted.
    pub fn of_encashment(
        answer: &Result<EncashmentAnswer, EnvelopeError>,
        asked: &Encashment,
    ) -> Self {
        let Ok(answer) = answer else {
            return Self::Unknown;
        };
        let echoed = [&answer.req_date, &answer.req_seq_id];
        if !echoes(echoed, asked.req_date(), asked.req_seq_id()) {
            return Self::Unknown;
        }
        let (class, state) = (class(&answer.resp_code), state(&answer.trans_stat));
        let refusal = || Refusal::before_the_bank(&answer.resp_code, &answer.resp_desc);
        match (class, state) {
            (RespClass::Accepted, State::Is(TransStat::Success | TransStat::Processing)) => {
                Self::Submitted
            }
            (RespClass::Accepted | RespClass::Refused, State::Is(TransStat::Failure))
            | (RespClass::Refused, State::Absent) => Self::Refused(refusal()),
            (RespClass::NotFound, _) => Self::NotKnown,
            // A refusal that says the transaction succeeded or runs contradicts itself.
            (RespClass::Refused, State::Is(TransStat::Success | TransStat::Processing))
            | (RespClass::Accepted, State::Absent)
            | (RespClass::Accepted | RespClass::Refused, State::Unreadable)
            | (RespClass::Processing | RespClass::Unknown, _) => Self::Unknown,
        }
    }

    /// Of the answer to the query `asked`. A refusal here refuses the question, not the
    /// withdrawal. The amount is the caller's to compare.
    pub fn of_query(answer: &Result<QueryAnswer, EnvelopeError>, asked: &Query) -> Self {
        let Ok(answer) = answer else {
            return Self::Unknown;
        };
        let echoed = [&answer.org_req_date, &answer.org_req_seq_id];
        if !echoes(echoed, asked.org_req_date(), asked.org_req_seq_id()) {
            return Self::Unknown;
        }
        match class(&answer.resp_code) {
            RespClass::Accepted => Self::of_found(answer),
            RespClass::NotFound => Self::NotKnown,
            RespClass::Processing | RespClass::Refused | RespClass::Unknown => Self::Unknown,
        }
    }

    fn of_found(answer: &QueryAnswer) -> Self {
        let sent_back = match answer.re_exchange.as_deref() {
            Some("Y") => true,
            None | Some("N") => false,
            Some(_) => return Self::Unknown,
        };
        match (state(&answer.trans_status), sent_back) {
            (State::Is(TransStat::Success), false) => Self::Paid,
            (State::Is(TransStat::Failure), false) => {
                Self::Failed(Refusal::at_the_bank(&None, &answer.trans_desc))
            }
            (State::Is(TransStat::Processing), false) => Self::Submitted,
            // Whether Huifu turns S into F when the bank returns the money is not documented.
            (State::Is(TransStat::Success | TransStat::Failure), true) => Self::Returned,
            (State::Is(TransStat::Processing), true) | (State::Absent | State::Unreadable, _) => {
                Self::Unknown
            }
        }
    }

    /// Of a callback. Whether it is about our withdrawal, of our merchant, with our amount, is
    /// the caller's to compare before this is believed.
    pub fn of_callback(callback: &Callback) -> Self {
        match callback.msg_type() {
            Some(MsgType::Accounting) => Self::of_accounting(callback),
            Some(MsgType::Final) => Self::of_final(callback),
            None => Self::Unknown,
        }
    }

    fn of_accounting(callback: &Callback) -> Self {
        let went_badly = match callback.acct_status() {
            Some(AcctStatus::Failure | AcctStatus::BookedBack) => true,
            Some(AcctStatus::Success | AcctStatus::Processing) | None => false,
        };
        match (callback.trans_status(), went_badly) {
            (Some(TransStat::Failure), _) | (_, true) => Self::Noted,
            // Success of the booking, at most; see huifu-api.md §4.
            (Some(TransStat::Success | TransStat::Processing) | None, false) => Self::Submitted,
        }
    }

    fn of_final(callback: &Callback) -> Self {
        let new_word = (callback.acct_status.is_some() && callback.acct_status().is_none())
            || (callback.channel_status.is_some() && callback.channel_status().is_none());
        if new_word {
            return Self::Unknown;
        }
        let undone = match callback.acct_status() {
            Some(AcctStatus::Failure | AcctStatus::BookedBack) => true,
            Some(AcctStatus::Success | AcctStatus::Processing) | None => false,
        };
        match (callback.trans_status(), callback.channel_status()) {
            // Paid while the booking was undone or the bank refused, or failed while the bank
            // paid: such a callback contradicts itself.
            (Some(TransStat::Success), _) if undone => Self::Unknown,
            (Some(TransStat::Success), Some(TransStat::Failure))
            | (Some(TransStat::Failure), Some(TransStat::Success)) => Self::Unknown,
            (Some(TransStat::Success), Some(TransStat::Success | TransStat::Processing) | None) => {
                Self::Paid
            }
            (Some(TransStat::Failure), Some(TransStat::Failure | TransStat::Processing) | None) => {
                let refusal =
                    Refusal::at_the_bank(&callback.sub_resp_code, &callback.sub_resp_desc);
                Self::Failed(refusal)
            }
            (Some(TransStat::Processing), _) => Self::Submitted,
            (None, _) => Self::Unknown,
        }
    }

    /// The transition it asks for; `None` when it changes nothing. `Unknown` asks for
    /// [`Transition::LoseTrack`] only of whoever just sent something, so it is `None` here.
    pub fn transition(&self) -> Option<Transition> {
        match self {
            Self::Submitted => Some(Transition::Submit),
            Self::Refused(_) => Some(Transition::Refuse),
            Self::Paid => Some(Transition::Pay),
            Self::Failed(_) => Some(Transition::Fail),
            Self::Returned => Some(Transition::Return),
            Self::NotKnown | Self::Noted | Self::Unknown => None,
        }
    }

    /// A short name for timelines, metrics and logs.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Refused(_) => "refused",
            Self::Paid => "paid",
            Self::Failed(_) => "failed",
            Self::Returned => "returned",
            Self::NotKnown => "not_known",
            Self::Noted => "noted",
            Self::Unknown => "unknown",
        }
    }
}

impl Refusal {
    fn before_the_bank(code: &Option<String>, words: &Option<String>) -> Self {
        Self::new(code, words, reason::of_refusal)
    }

    fn at_the_bank(code: &Option<String>, words: &Option<String>) -> Self {
        Self::new(code, words, reason::of_failure)
    }

    fn new(
        code: &Option<String>,
        words: &Option<String>,
        reason: fn(&str, &str) -> ReasonCode,
    ) -> Self {
        let (code, words) = (
            code.clone().unwrap_or_default(),
            words.clone().unwrap_or_default(),
        );
        Self {
            reason: reason(&code, &words),
            code,
            words,
        }
    }
}

/// A state that may be absent (then another field decides) or unreadable (then nothing does).
#[derive(Debug, Clone, Copy)]
enum State {
    Is(TransStat),
    Absent,
    Unreadable,
}

fn state(letter: &Option<String>) -> State {
    match letter.as_deref() {
        None => State::Absent,
        Some(letter) => TransStat::from_letter(letter).map_or(State::Unreadable, State::Is),
    }
}

fn class(resp_code: &Option<String>) -> RespClass {
    resp_code
        .as_deref()
        .map_or(RespClass::Unknown, RespClass::of)
}

/// Whether an answer is about the attempt that was asked about. Huifu may leave an echo out, but
/// one that differs means that this is the answer to something else.
fn echoes(echoed: [&Option<String>; 2], req_date: ReqDate, req_seq_id: &ReqSeqId) -> bool {
    let [date, seq_id] = echoed.map(Option::as_deref);
    date.is_none_or(|date| date == req_date.to_string())
        && seq_id.is_none_or(|seq_id| seq_id == req_seq_id.as_str())
}

#[cfg(test)]
mod tests;
