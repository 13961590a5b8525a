//! The notice about an application: the signed form by which a partner's server hears what became
//! of an account, a card or cash types that it asked us to set up.
//!
//! It goes to the `notify_url` of the application, with the same common fields, signature, retries
//! and answer (`success`) as the notice about a withdrawal, and with fields of its own. An endpoint
//! that gets both kinds tells them apart by one field: **`event`** is `application.finished` here,
//! and a notice about a withdrawal has no `event`, nor will it ever have one. It must look at that
//! before it looks at `status`, which both have: `1` here means that an account exists, not that
//! money moved. So that nobody is misled who does not look, there is no `money` and no `order_id`.

use jiff::Timestamp;

use super::ApplicationReason;
use super::onboarding::explained;
use super::seal::{self, Form, OpenError, Seal};
use super::time::WireTime;
use crate::application::{ApplicationKind, SubjectKind};
use crate::huifu::operations::FeeFloor;
use crate::ids::{ApplicationId, ApplicationNo, HtouhuiUserId, NoticeId, ThirdPartyUserId};
use crate::signing::keys::{KeySet, PrivateKey};

/// The value of `event`, in every notice about an application.
pub const EVENT: &str = "application.finished";

/// The business fields of a notice about an application.
pub const BUSINESS_NAMES: [&str; 14] = [
    "event",
    "application_id",
    "application_no",
    "notice_id",
    "sequence",
    "kind",
    "subject",
    "third_party_user_id",
    "htouhui_user_id",
    "status",
    "card_tail",
    "reason_code",
    "reason",
    "finished_at",
];

/// What became of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// `status=1`: everything that was asked for is there.
    Passed,
    /// `status=0`: it is not, and this application will not bring it. Huifu's "refused" and
    /// "failed" are the same for a partner: correct what the reason says and apply anew.
    NotPassed(ApplicationReason),
}

/// What a notice about an application says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationNotice {
    /// Our number of the application.
    pub application_id: ApplicationId,
    /// The partner's.
    pub application_no: ApplicationNo,
    /// The same on every retry and replay of this notice.
    pub notice_id: NoticeId,
    /// 1 for the first notice about an application.
    pub sequence: u32,
    /// What was asked for.
    pub kind: ApplicationKind,
    /// For whom.
    pub subject: SubjectKind,
    /// The user, in the partner's words.
    pub third_party_user_id: ThirdPartyUserId,
    /// The user, in ours: what withdrawals will name.
    pub htouhui_user_id: HtouhuiUserId,
    /// How it ended.
    pub outcome: Outcome,
    /// Of a fee below the floor, the least that it must be, if Huifu said it: `reason` tells it, as
    /// the answer to a question does. It is not read back out of the sentence.
    pub floor: Option<FeeFloor>,
    /// The last four digits of the card, where the application brought one.
    pub card_tail: Option<String>,
    /// When it ended.
    pub finished_at: Timestamp,
}

impl ApplicationNotice {
    /// The form to post.
    pub fn form(&self, seal: &Seal, key: &PrivateKey) -> Form {
        seal.close(&self.fields(), key)
    }

    /// The body to post: `application/x-www-form-urlencoded`, UTF-8.
    pub fn body(&self, seal: &Seal, key: &PrivateKey) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(self.form(seal, key))
            .finish()
    }

    /// What a partner does with it: verifies, then reads.
    pub fn open(
        form: &[(String, String)],
        keys: &KeySet,
        now: Timestamp,
    ) -> Result<Self, OpenError> {
        let form = seal::open(form, &BUSINESS_NAMES, keys, now)?;
        seal::read(&form, "event", |event| (event == EVENT).then_some(()))?;
        let reason = seal::field(&form, "reason_code").and_then(ApplicationReason::from_name);
        let outcome = seal::read(&form, "status", |status| match (status, reason) {
            ("1", None) => Some(Outcome::Passed),
            ("0", Some(reason)) => Some(Outcome::NotPassed(reason)),
            _ => None,
        })?;
        let card_tail = match seal::field(&form, "card_tail") {
            None => None,
            Some(_) => Some(seal::read(&form, "card_tail", read_tail)?),
        };
        let finished_at: WireTime = seal::read(&form, "finished_at", |text| text.parse().ok())?;
        Ok(Self {
            application_id: seal::read(&form, "application_id", |text| text.parse().ok())?,
            application_no: seal::read(&form, "application_no", |text| text.parse().ok())?,
            notice_id: seal::read(&form, "notice_id", |text| text.parse().ok())?,
            sequence: seal::read(&form, "sequence", |text| text.parse().ok())?,
            kind: seal::read(&form, "kind", ApplicationKind::from_name)?,
            subject: seal::read(&form, "subject", SubjectKind::from_name)?,
            third_party_user_id: seal::read(&form, "third_party_user_id", |text| {
                text.parse().ok()
            })?,
            htouhui_user_id: seal::read(&form, "htouhui_user_id", |text| text.parse().ok())?,
            outcome,
            floor: None,
            card_tail,
            finished_at: finished_at.timestamp(),
        })
    }

    /// The business fields, in the order in which they are sent; those without a value are empty.
    pub fn fields(&self) -> [(&'static str, String); 14] {
        let (status, reason_code, reason) = match self.outcome {
            Outcome::Passed => ("1", "", String::new()),
            Outcome::NotPassed(reason) => {
                let floor = self.floor.as_ref().map(FeeFloor::words);
                ("0", reason.as_str(), explained(reason, floor.as_deref()).0)
            }
        };
        [
            ("event", EVENT.to_owned()),
            ("application_id", self.application_id.to_string()),
            ("application_no", self.application_no.to_string()),
            ("notice_id", self.notice_id.to_string()),
            ("sequence", self.sequence.to_string()),
            ("kind", self.kind.as_str().to_owned()),
            ("subject", self.subject.as_str().to_owned()),
            ("third_party_user_id", self.third_party_user_id.to_string()),
            ("htouhui_user_id", self.htouhui_user_id.to_string()),
            ("status", status.to_owned()),
            ("card_tail", self.card_tail.clone().unwrap_or_default()),
            ("reason_code", reason_code.to_owned()),
            ("reason", reason),
            ("finished_at", WireTime::new(self.finished_at).to_string()),
        ]
    }
}

fn read_tail(text: &str) -> Option<String> {
    let four_digits = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    four_digits.then(|| text.to_owned())
}

#[cfg(test)]
mod tests;
