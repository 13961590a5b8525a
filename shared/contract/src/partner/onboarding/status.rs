//! `POST /v1/onboarding/query`, and the answer to every application: where it stands.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::application::{ApplicationKind, State, Step, SubjectKind};
use crate::huifu::operations::FeeFloor;
use crate::ids::{ApplicationId, ApplicationNo, HtouhuiUserId, ThirdPartyUserId};
use crate::partner::field_problem::BodyError;
use crate::partner::json::Fields;
use crate::partner::rule::Rule;
use crate::partner::time::WireTime;
use crate::partner::{ApplicationReason, page_call};

/// Which application is asked after: exactly one of two names, and nothing else in the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatusRequest {
    /// Our number.
    ApplicationId(ApplicationId),
    /// The partner's.
    ApplicationNo(ApplicationNo),
}

impl StatusRequest {
    /// Reads a body, or says everything that is wrong with it.
    pub fn parse(body: &[u8]) -> Result<Self, BodyError> {
        let mut fields = Fields::of(body, &["application_id", "application_no"])?;
        let id = fields.optional("application_id", ApplicationNo::MAX, page_call::id);
        let number = fields.optional("application_no", ApplicationNo::MAX, page_call::id);
        let read = match (id, number) {
            (Some(Some(id)), Some(None)) => Some(Self::ApplicationId(id)),
            (Some(None), Some(Some(number))) => Some(Self::ApplicationNo(number)),
            (Some(None), Some(None)) | (Some(Some(_)), Some(Some(_))) => {
                let rule = Rule::ExactlyOneOf("application_id, application_no");
                fields.refuse("application_id", rule);
                None
            }
            (None, _) | (_, None) => None,
        };
        fields.finish(read)
    }
}

/// Where an application stands. Fields that have no value yet are left out; what Huifu calls the
/// account is not for partners to know.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ApplicationAnswer {
    /// Our number of it.
    pub application_id: ApplicationId,
    /// The partner's.
    pub application_no: ApplicationNo,
    /// What was asked for.
    pub kind: ApplicationKind,
    /// For whom.
    pub subject: SubjectKind,
    /// The user, in the partner's words.
    pub third_party_user_id: ThirdPartyUserId,
    /// The user, in ours. Of an opening: who may withdraw once it has passed.
    pub htouhui_user_id: HtouhuiUserId,
    /// `received`, `in_review`, `passed` …
    pub state: State,
    /// The step that is due or under way, or was the last.
    pub step: Step,
    /// The last four digits of the card that it brings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card_tail: Option<String>,
    /// Our number of that card, once it is bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card_id: Option<String>,
    /// Why it was refused or failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<ApplicationReason>,
    /// The same in Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The same in English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason_en: Option<String>,
    /// When we received it: yyyyMMddHHmmss, Beijing time.
    pub received_at: WireTime,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<WireTime>,
}

/// Why it was refused or failed, in Chinese and in English. Huifu's own `words` stay with the
/// operators, for they may name people; of a fee that is too low they hold the floor, and that is
/// said in words of ours.
pub fn explained(reason: ApplicationReason, words: Option<&str>) -> (String, String) {
    let (zh, en) = (reason.zh().to_owned(), reason.en().to_owned());
    let below_floor = reason == ApplicationReason::FeeBelowFloor;
    let floor = words.filter(|_| below_floor).and_then(FeeFloor::find);
    match floor {
        Some(floor) => (
            format!("{zh}：{}", floor.zh()),
            format!("{en} {}", floor.en()),
        ),
        None => (zh, en),
    }
}

#[cfg(test)]
mod tests;
