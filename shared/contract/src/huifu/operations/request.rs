//! One call to Huifu, ready to be signed: its path and its `data`.
//!
//! `data` has strings at its first level and nothing else; objects and lists stand in it as JSON
//! text. It is the one form that all of Huifu's clients sign alike (huifu-api.md §2).

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::form::ApplicationForm;
use super::table::{Members, Part};
use crate::application::{ApplicationKind, Step, SubjectKind};
use crate::huifu::field::check_text;
use crate::huifu::request::check_callback_url;
use crate::huifu::{LimitError, ReqDate};
use crate::ids::{HuifuId, MaterialId, ReqSeqId};

/// What we fill in ourselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// The attempt.
    pub req_seq_id: ReqSeqId,
    /// The Beijing day on which it was opened.
    pub req_date: ReqDate,
    /// The channel that merchants and users belong to.
    pub upper_huifu_id: HuifuId,
    /// Whom the step is about; a first step makes this number, so it has none.
    pub huifu_id: Option<HuifuId>,
    /// Where the callback about a review goes.
    pub async_return_url: String,
}

/// A call to Huifu.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct OperationRequest {
    /// Where it goes.
    #[serde(skip)]
    pub path: &'static str,
    /// What it says.
    pub data: BTreeMap<&'static str, String>,
}

/// Why a step cannot be sent: each is a mistake of ours, found before the wire.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// A picture has not been given to Huifu yet.
    #[error("picture {0} has no file_id of Huifu's yet")]
    PictureMissing(MaterialId),
    /// Huifu's number of a picture is longer than the field that names it.
    #[error("the file_id of picture {0} does not fit")]
    PictureTooLong(MaterialId),
    /// The step is about somebody whom Huifu has given no number yet.
    #[error("this step needs the huifu_id of its subject")]
    HuifuIdMissing,
    /// The application has no such step.
    #[error("this application has no such step")]
    NoSuchStep,
    /// One of our own values is outside of its limit.
    #[error(transparent)]
    Limit(#[from] LimitError),
}

/// 企业商户进件 (huifu-api.md §3.7).
pub const ENTERPRISE_MERCHANT_PATH: &str = "/v2/merchant/basicdata/ent";
/// 个人商户进件 (huifu-api.md §3.8).
pub const INDIVIDUAL_MERCHANT_PATH: &str = "/v2/merchant/basicdata/indv";
/// 商户基本信息修改 (huifu-api.md §3.9).
pub const MERCHANT_MODIFY_PATH: &str = "/v2/merchant/basicdata/modify";
/// 企业用户开户 (huifu-api.md §3.11).
pub const ENTERPRISE_USER_PATH: &str = "/v2/user/basicdata/ent";
/// 个人用户开户 (huifu-api.md §3.11).
pub const INDIVIDUAL_USER_PATH: &str = "/v2/user/basicdata/indv";
/// 用户业务入驻 (huifu-api.md §3.11).
pub const USER_BUSINESS_OPEN_PATH: &str = "/v2/user/busi/open";
/// 用户业务入驻修改 (huifu-api.md §3.11).
pub const USER_BUSINESS_MODIFY_PATH: &str = "/v2/user/busi/modify";

impl ApplicationForm {
    /// The call that a step of this application takes. `files` has Huifu's number of every
    /// picture in it.
    pub fn request(
        &self,
        step: Step,
        sender: &Sender,
        files: &BTreeMap<MaterialId, String>,
    ) -> Result<OperationRequest, RequestError> {
        let (path, ours) = frame(self.kind(), self.subject(), step)?;
        let mut data = ours.fill(sender)?;
        let picture = |id: &MaterialId| file_id(id, files);
        for members in parts(self, step) {
            for (name, part) in members.iter() {
                data.insert(name, printed(part, &picture)?);
            }
        }
        // What a form cannot hold twice, two parts of it cannot either: their names differ, which
        // a test of the tables says.
        for (name, part) in self.members().iter() {
            if belongs(self.subject(), step, name) {
                data.insert(name, printed(part, &picture)?);
            }
        }
        Ok(OperationRequest { path, data })
    }
}

/// The parts whose members stand at the first level of the call.
fn parts(form: &ApplicationForm, step: Step) -> impl Iterator<Item = &Members> {
    let name = match step {
        Step::Base => "subject",
        Step::Business => "business",
    };
    form.members().object(name).into_iter()
}

/// Whether a part of the form is itself a field of the call.
fn belongs(subject: SubjectKind, step: Step, name: &str) -> bool {
    let is_wrapper = ["subject", "business"].contains(&name);
    match step {
        // A user's first call is about the user alone.
        Step::Base => !is_wrapper && subject.is_merchant(),
        Step::Business => !is_wrapper,
    }
}

fn printed(
    part: &Part,
    picture: &impl Fn(&MaterialId) -> Result<String, RequestError>,
) -> Result<String, RequestError> {
    match part {
        Part::Text(text) => Ok(text.clone()),
        Part::Picture(id) => picture(id),
        Part::Object(_) | Part::List(_) | Part::Free(_) => Ok(part.to_json(picture)?.to_string()),
    }
}

/// The shortest field that takes one; `file_list` would take 128 (huifu-api.md §3.7, §3.11).
const LONGEST_FILE_ID: usize = 64;

fn file_id(id: &MaterialId, files: &BTreeMap<MaterialId, String>) -> Result<String, RequestError> {
    let file_id = files
        .get(id)
        .ok_or_else(|| RequestError::PictureMissing(id.clone()))?;
    check_text("file_id", file_id, LONGEST_FILE_ID)
        .map_err(|_| RequestError::PictureTooLong(id.clone()))?;
    Ok(file_id.clone())
}

/// Which of our own fields a call takes besides `req_seq_id` and `req_date`.
#[derive(Debug, Clone, Copy)]
struct Ours {
    upper_huifu_id: bool,
    huifu_id: bool,
    async_return_url: bool,
}

fn frame(
    kind: ApplicationKind,
    subject: SubjectKind,
    step: Step,
) -> Result<(&'static str, Ours), RequestError> {
    use SubjectKind::{EnterpriseMerchant, EnterpriseUser, IndividualMerchant, IndividualUser};
    let first = Ours {
        upper_huifu_id: true,
        huifu_id: false,
        async_return_url: true,
    };
    // A user's account belongs to no channel and has no review: it is there or refused at once.
    let alone = Ours {
        upper_huifu_id: false,
        huifu_id: false,
        async_return_url: false,
    };
    let about_someone = Ours {
        huifu_id: true,
        ..first
    };
    Ok(match (kind, step, subject) {
        (ApplicationKind::Opening, Step::Base, EnterpriseMerchant) => {
            (ENTERPRISE_MERCHANT_PATH, first)
        }
        (ApplicationKind::Opening, Step::Base, IndividualMerchant) => {
            (INDIVIDUAL_MERCHANT_PATH, first)
        }
        (ApplicationKind::Opening, Step::Base, EnterpriseUser) => (ENTERPRISE_USER_PATH, alone),
        (ApplicationKind::Opening, Step::Base, IndividualUser) => (INDIVIDUAL_USER_PATH, alone),
        (ApplicationKind::Opening, Step::Business, EnterpriseUser | IndividualUser) => {
            (USER_BUSINESS_OPEN_PATH, about_someone)
        }
        (
            ApplicationKind::Card | ApplicationKind::CashRules,
            Step::Business,
            EnterpriseMerchant | IndividualMerchant,
        ) => (MERCHANT_MODIFY_PATH, about_someone),
        (
            ApplicationKind::Card | ApplicationKind::CashRules,
            Step::Business,
            EnterpriseUser | IndividualUser,
        ) => {
            let ours = Ours {
                upper_huifu_id: false,
                ..about_someone
            };
            (USER_BUSINESS_MODIFY_PATH, ours)
        }
        (ApplicationKind::Opening, Step::Business, EnterpriseMerchant | IndividualMerchant)
        | (ApplicationKind::Card | ApplicationKind::CashRules, Step::Base, _) => {
            return Err(RequestError::NoSuchStep);
        }
    })
}

impl Ours {
    fn fill(self, sender: &Sender) -> Result<BTreeMap<&'static str, String>, RequestError> {
        let mut data = BTreeMap::from([
            ("req_seq_id", sender.req_seq_id.to_string()),
            ("req_date", sender.req_date.to_string()),
        ]);
        if self.upper_huifu_id {
            let upper = short_huifu_id("upper_huifu_id", &sender.upper_huifu_id)?;
            data.insert("upper_huifu_id", upper);
        }
        if self.huifu_id {
            let huifu_id = sender
                .huifu_id
                .as_ref()
                .ok_or(RequestError::HuifuIdMissing)?;
            data.insert("huifu_id", short_huifu_id("huifu_id", huifu_id)?);
        }
        if self.async_return_url {
            check_onboarding_url(&sender.async_return_url)?;
            data.insert("async_return_url", sender.async_return_url.clone());
        }
        Ok(data)
    }
}

/// Whether Huifu calls back to this address about a review; for settings, so that no attempt
/// fails on it. The shortest of the fields that take it has 120 characters.
pub fn check_onboarding_url(url: &str) -> Result<(), LimitError> {
    check_text("async_return_url", url, 120)?;
    check_callback_url(url).map_err(|error| LimitError {
        field: "async_return_url",
        ..error
    })
}

/// Onboarding takes 18 characters where the withdrawal takes 32 (huifu-api.md §3.7-§3.11).
pub(super) fn short_huifu_id(field: &'static str, id: &HuifuId) -> Result<String, LimitError> {
    check_text(field, id.as_str(), 18)?;
    Ok(id.to_string())
}

/// Names alone: the values are people's.
impl fmt::Debug for OperationRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("OperationRequest")
            .field("path", &self.path)
            .field("data", &self.data.keys())
            .finish()
    }
}

#[cfg(test)]
mod tests;
