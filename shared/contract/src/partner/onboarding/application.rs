//! `POST /v1/onboarding/openings`, `…/cards` and `…/cash-rules`: what a partner asks for.
//!
//! A body is read twice where its rules of the day do not hold: a repeat of what was taken
//! yesterday is answered as before, although a document in it has expired since.

use jiff::civil::Date;
use serde_json::Value;

use crate::application::{ApplicationKind, SubjectKind};
use crate::huifu::operations::ApplicationForm;
use crate::ids::{ApplicationNo, HtouhuiUserId, ThirdPartyUserId};
use crate::partner::field_problem::{BodyError, FieldProblem};
use crate::partner::json::Fields;
use crate::partner::page_call;
use crate::partner::rule::Rule;
use crate::partner::url::{LoopbackHttp, PartnerUrl};

const OPENING_NAMES: [&str; 5] = [
    "application_no",
    "subject",
    "third_party_user_id",
    "notify_url",
    "form",
];

const CHANGE_NAMES: [&str; 4] = ["application_no", "htouhui_user_id", "notify_url", "form"];

/// The seed's limit on this field of the page call.
const MAX_NOTIFY_URL: usize = 200;

const SUBJECTS: &str = "enterprise_merchant, individual_merchant, enterprise_user, individual_user";

/// An account for somebody who has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningRequest {
    /// The partner's own number of it, and idempotency key.
    pub application_no: ApplicationNo,
    /// The user, in the partner's words.
    pub third_party_user_id: ThirdPartyUserId,
    /// Where its end is told.
    pub notify_url: PartnerUrl,
    /// Everything that Huifu wants to know.
    pub form: ApplicationForm,
}

/// Another card, or other cash rules, for somebody who has an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRequest {
    /// The partner's own number of it, and idempotency key.
    pub application_no: ApplicationNo,
    /// The user, in our words.
    pub htouhui_user_id: HtouhuiUserId,
    /// Where its end is told.
    pub notify_url: PartnerUrl,
    /// The card, or the rules.
    pub form: ApplicationForm,
}

impl OpeningRequest {
    /// Reads a body, or says everything that is wrong with it, in the form too. Without `today`
    /// nothing is refused for its date.
    pub fn parse(
        body: &[u8],
        loopback: LoopbackHttp,
        today: Option<Date>,
    ) -> Result<Self, BodyError> {
        let mut fields = Fields::of(body, &OPENING_NAMES)?;
        let application_no = fields.required("application_no", ApplicationNo::MAX, page_call::id);
        let subject = fields.required("subject", 32, |text| {
            SubjectKind::from_name(text).ok_or(Rule::OneOf(SUBJECTS))
        });
        let third_party_user_id =
            fields.required("third_party_user_id", ThirdPartyUserId::MAX, page_call::id);
        let notify_url = notify_url(&mut fields, loopback);
        let form = form(&mut fields, ApplicationKind::Opening, subject, today);
        let read = || {
            Some(Self {
                application_no: application_no?,
                third_party_user_id: third_party_user_id?,
                notify_url: notify_url?,
                form: form?,
            })
        };
        let read = read();
        fields.finish(read)
    }
}

impl ChangeRequest {
    /// Reads a body, or says everything that is wrong with it; in the form too, if the caller knows
    /// as what the user is known. Without that there is never a request, and no problem either if
    /// nothing else is wrong.
    pub fn parse(
        body: &[u8],
        kind: ApplicationKind,
        subject: Option<SubjectKind>,
        loopback: LoopbackHttp,
        today: Option<Date>,
    ) -> Result<Self, BodyError> {
        let mut fields = Fields::of(body, &CHANGE_NAMES)?;
        let application_no = fields.required("application_no", ApplicationNo::MAX, page_call::id);
        let htouhui_user_id = htouhui_user_id(&mut fields);
        let notify_url = notify_url(&mut fields, loopback);
        let form = form(&mut fields, kind, subject, today);
        let read = || {
            Some(Self {
                application_no: application_no?,
                htouhui_user_id: htouhui_user_id?,
                notify_url: notify_url?,
                form: form?,
            })
        };
        let read = read();
        fields.finish(read)
    }
}

/// The user that the body of a change names, if it names one: what can be wrong with the rest
/// depends on who it is.
pub fn named_user(body: &[u8]) -> Option<HtouhuiUserId> {
    htouhui_user_id(&mut Fields::of(body, &CHANGE_NAMES).ok()?)
}

fn htouhui_user_id(fields: &mut Fields) -> Option<HtouhuiUserId> {
    fields.required("htouhui_user_id", HtouhuiUserId::MAX, page_call::id)
}

fn notify_url(fields: &mut Fields, loopback: LoopbackHttp) -> Option<PartnerUrl> {
    fields.required("notify_url", MAX_NOTIFY_URL, |text| {
        PartnerUrl::parse(text, loopback)
    })
}

fn form(
    fields: &mut Fields,
    kind: ApplicationKind,
    subject: Option<SubjectKind>,
    today: Option<Date>,
) -> Option<ApplicationForm> {
    let given: Value = fields.object("form")?;
    let subject = subject?;
    let read = match today {
        Some(today) => ApplicationForm::read(kind, subject, &given, today),
        None => ApplicationForm::stored(kind, subject, &given),
    };
    match read {
        Ok(form) => Some(form),
        Err(errors) => {
            fields.refuse_all(errors.iter().map(FieldProblem::in_form));
            None
        }
    }
}

#[cfg(test)]
mod tests;
