//! What the synchronous answer to a step says.

use super::{Login, StepRefusal};
use crate::application::Step;
use crate::huifu::code::RespClass;
use crate::huifu::envelope::EnvelopeError;
use crate::huifu::operations::answer::{ConfigResult, StepAnswer};
use crate::huifu::operations::refusal;
use crate::huifu::operations::request::OperationRequest;
use crate::ids::{HuifuId, TokenNo};
use crate::partner::ApplicationReason;

/// What an answer says about a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepVerdict {
    /// It is done.
    Done(StepDone),
    /// Huifu's people look at it.
    InReview(StepInReview),
    /// Huifu read it and said no: nothing of it is there, or not all.
    Refused(StepRefusal),
    /// Nothing can be concluded: ask.
    Unknown,
}

/// A step that is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepDone {
    /// Whom it was about; always there after a first step.
    pub huifu_id: Option<HuifuId>,
    /// The card that was bound. A step that bound one may not say it: then the query does.
    pub token_no: Option<TokenNo>,
    /// A new user's login, if one was asked for.
    pub login: Option<Login>,
}

/// A step that is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepInReview {
    /// Whom it is about, if Huifu has numbered them already.
    pub huifu_id: Option<HuifuId>,
    /// What to ask by.
    pub apply_no: String,
    /// The card, if it is bound already.
    pub token_no: Option<TokenNo>,
}

impl StepVerdict {
    /// Of the answer to `asked`.
    pub fn of_answer(
        step: Step,
        answer: &Result<StepAnswer, EnvelopeError>,
        asked: &OperationRequest,
    ) -> Self {
        let Ok(answer) = answer else {
            return Self::Unknown;
        };
        if !echoes(answer, asked) {
            return Self::Unknown;
        }
        let code = answer.resp_code.as_deref().unwrap_or_default();
        let words = answer.resp_desc.as_deref().unwrap_or_default();
        match RespClass::of(code) {
            RespClass::Accepted => Self::of_accepted(step, answer, asked),
            // At work, and numbered: that is a review.
            RespClass::Processing => in_review(answer, asked).unwrap_or(Self::Unknown),
            // Merchants' applications that are looked at come back with 90000000, which refuses
            // everywhere else; adopters tell the two apart by the apply_no.
            RespClass::Refused if code == RESTRICTED => {
                in_review(answer, asked).unwrap_or_else(|| refused(answer))
            }
            RespClass::Refused => refused(answer),
            RespClass::Unknown if GATEWAY.contains(&code) => refused(answer),
            RespClass::Unknown if code == SYSTEM_ERROR && refusal::names_a_rule(words) => {
                refused(answer)
            }
            RespClass::NotFound | RespClass::Unknown => Self::Unknown,
        }
    }

    fn of_accepted(step: Step, answer: &StepAnswer, asked: &OperationRequest) -> Self {
        let Ok(configs) = answer.configs() else {
            return Self::Unknown;
        };
        match worst(&configs) {
            Some(Config::Failed(config)) => return Self::Refused(of_config(answer, config)),
            Some(Config::Unreadable) => return Self::Unknown,
            None => {}
        }
        // An apply_no with a bound card and every part done is only a receipt; without them, it
        // is a review.
        let finished = answer.token_no.is_some() && !configs.is_empty();
        if !finished && let Some(verdict) = in_review(answer, asked) {
            return verdict;
        }
        let Ok(huifu_id) = subject(answer, asked) else {
            return Self::Unknown;
        };
        if step == Step::Base && huifu_id.is_none() {
            return Self::Unknown;
        }
        let login = Login {
            name: answer.login_name.clone(),
            password: answer.login_password.clone(),
        };
        let said = login.name.is_some() || login.password.is_some();
        Self::Done(StepDone {
            huifu_id,
            token_no: token_no(answer),
            login: said.then_some(login),
        })
    }

    /// A short name for timelines, metrics and logs.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Done(_) => "done",
            Self::InReview(_) => "in_review",
            Self::Refused(_) => "refused",
            Self::Unknown => "unknown",
        }
    }
}

/// Restricted, or looked at.
const RESTRICTED: &str = "90000000";
const SYSTEM_ERROR: &str = "99999999";
/// The gateway's own refusals, which come before any business is done: no permission, invalid
/// parameter, bad signature (huifu-api.md §1). Signed like any answer, or not believed.
const GATEWAY: [&str; 4] = ["20001", "20003", "40001", "40002"];

fn refused(answer: &StepAnswer) -> StepVerdict {
    let failed = answer.configs().ok().and_then(|configs| {
        let failed = |config: &&ConfigResult| config.code.as_deref() == Some("F");
        configs.iter().find(failed).cloned()
    });
    StepVerdict::Refused(match failed {
        Some(config) => of_config(answer, &config),
        None => StepRefusal::new(answer.resp_code.as_deref(), answer.resp_desc.as_deref()),
    })
}

/// The refusal of one part: its own words, or those of the whole.
fn of_config(answer: &StepAnswer, config: &ConfigResult) -> StepRefusal {
    let words = config.msg.as_deref().or(answer.resp_desc.as_deref());
    let part = match config.part.as_deref() {
        Some("1") => ApplicationReason::CardRefused,
        Some("2") => ApplicationReason::CashRulesRefused,
        _ => ApplicationReason::ConfigurationRefused,
    };
    StepRefusal::new(None, words)
        .coded(answer.resp_code.as_deref())
        .or(part)
}

/// The part that decides: one that failed, or one whose letter we do not know.
pub(super) enum Config<'a> {
    Failed(&'a ConfigResult),
    Unreadable,
}

pub(super) fn worst(configs: &[ConfigResult]) -> Option<Config<'_>> {
    let failed = configs
        .iter()
        .find(|config| config.code.as_deref() == Some("F"));
    let unreadable = configs
        .iter()
        .any(|config| config.code.as_deref() != Some("S"));
    match (failed, unreadable) {
        (Some(config), _) => Some(Config::Failed(config)),
        (None, true) => Some(Config::Unreadable),
        (None, false) => None,
    }
}

fn in_review(answer: &StepAnswer, asked: &OperationRequest) -> Option<StepVerdict> {
    let apply_no = answer.apply_no.clone()?;
    Some(StepVerdict::InReview(StepInReview {
        huifu_id: subject(answer, asked).ok().flatten(),
        apply_no,
        token_no: token_no(answer),
    }))
}

/// Whom an answer is about; an id that is none makes it unreadable.
fn subject(answer: &StepAnswer, asked: &OperationRequest) -> Result<Option<HuifuId>, Unreadable> {
    let id = answer
        .huifu_id
        .as_ref()
        .or_else(|| asked.data.get("huifu_id"));
    id.map(|id| id.parse().map_err(|_| Unreadable)).transpose()
}

struct Unreadable;

fn token_no(answer: &StepAnswer) -> Option<TokenNo> {
    answer
        .token_no
        .as_deref()
        .and_then(|token| token.parse().ok())
}

/// Whether an answer is about what was asked. Huifu may leave an echo out, but one that differs
/// means that this is the answer to something else.
fn echoes(answer: &StepAnswer, asked: &OperationRequest) -> bool {
    let same = |echo: &Option<String>, name| match (echo, asked.data.get(name)) {
        (Some(echo), Some(sent)) => echo == sent,
        (None, _) | (_, None) => true,
    };
    same(&answer.req_seq_id, "req_seq_id")
        && same(&answer.req_date, "req_date")
        && same(&answer.huifu_id, "huifu_id")
}
