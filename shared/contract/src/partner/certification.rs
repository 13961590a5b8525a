//! Notices that try an endpoint before money depends on it (`opsctl partner certify`).
//!
//! They are signed with our real key and look like any other notice, or they would try nothing. So
//! three things keep anybody from taking one for money. Each carries the signed field
//! **`certification`**, which no other notice has or will have: a partner that finds it there does
//! everything as usual (verifies, remembers `notice_id` and `sequence`, answers `success`) and
//! books nothing. Its `order_id` (or `application_id`) begins with a letter that no withdrawal and
//! no application has. And its user is [`USER`], who cannot be registered.
//!
//! What a partner decided cannot be seen from outside, for it answers `success` to a repeat as to
//! something new. So it may say so, in the header [`HEADER`] of its answer to such a notice, and
//! only there: see [`Judged`]. Without the header a run cannot see whether repeats and overtaken
//! notices are known for what they are, and says that it could not.

use jiff::Timestamp;

use super::application_notice::EVENT;
use super::reason::ReasonCode;
use super::seal::{Form, Seal};
use super::time::WireTime;
use crate::ids::{CertificationId, CertificationSubjectId, NoticeId};
use crate::money::Fen;
use crate::signing::keys::PrivateKey;

/// The field that only these notices have: the id of the run.
pub const FIELD: &str = "certification";

/// The header of the answer in which a partner says what it took the notice for.
pub const HEADER: &str = "tixian-certification";

/// The `htouhui_user_id` of these notices. The database refuses a user of this name.
pub const USER: &str = "CERTIFY";

/// Their `third_party_user_id`, and the `application_no` of one about an application.
pub const PARTNERS_NUMBER: &str = "certification";

/// What a partner took a notice for: the value of [`HEADER`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// A `notice_id` never seen, and no newer notice about the same thing: it would be booked.
    New,
    /// A `notice_id` that was taken before.
    Repeat,
    /// A notice about the same thing with a higher `sequence` was taken before.
    Older,
}

impl Judged {
    /// Every word.
    pub const ALL: [Self; 3] = [Self::New, Self::Repeat, Self::Older];

    /// The word in the header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Repeat => "repeat",
            Self::Older => "older",
        }
    }

    /// Reads the header; white space around the word and its case are ignored.
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.trim();
        Self::ALL
            .into_iter()
            .find(|judged| judged.as_str().eq_ignore_ascii_case(name))
    }
}

/// What such a notice tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tells {
    /// A withdrawal of one fen arrived.
    Paid,
    /// It did not arrive, or came back.
    Failed(ReasonCode),
    /// An account was opened.
    ApplicationPassed,
}

/// A notice that tries an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificationNotice {
    /// The run that it belongs to.
    pub run: CertificationId,
    /// What it is about.
    pub subject: CertificationSubjectId,
    /// The same on every sending.
    pub notice_id: NoticeId,
    /// Its number among the notices about the same thing.
    pub sequence: u32,
    /// What it tells.
    pub tells: Tells,
    /// When that happened.
    pub finished_at: Timestamp,
}

impl CertificationNotice {
    /// The form to post, with `more` signed fields that nobody has heard of.
    pub fn form(&self, seal: &Seal, key: &PrivateKey, more: &[(&'static str, &str)]) -> Form {
        let mut fields = match self.tells {
            Tells::Paid => self.withdrawal("1", None),
            Tells::Failed(reason) => self.withdrawal("0", Some(reason)),
            Tells::ApplicationPassed => self.application(),
        };
        fields.push((FIELD, self.run.to_string()));
        fields.extend(
            more.iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        seal.close(&fields, key)
    }

    /// The fields of [`super::notice`], in their order.
    fn withdrawal(&self, status: &str, reason: Option<ReasonCode>) -> Vec<(&'static str, String)> {
        // One fen: whoever books it by mistake loses no more.
        let money = Fen::new(1).expect("one fen is an amount");
        vec![
            ("third_party_user_id", PARTNERS_NUMBER.to_owned()),
            ("htouhui_user_id", USER.to_owned()),
            ("money", money.to_string()),
            ("status", status.to_owned()),
            ("order_id", self.subject.to_string()),
            ("notice_id", self.notice_id.to_string()),
            ("sequence", self.sequence.to_string()),
            ("fee", "0.00".to_owned()),
            ("arrival_money", money.to_string()),
            ("cash_type", "T1".to_owned()),
            ("finished_at", WireTime::new(self.finished_at).to_string()),
            (
                "reason_code",
                reason.map_or("", ReasonCode::as_str).to_owned(),
            ),
            ("reason", reason.map_or("", ReasonCode::zh).to_owned()),
        ]
    }

    /// The fields of [`super::application_notice`], in their order.
    fn application(&self) -> Vec<(&'static str, String)> {
        vec![
            ("event", EVENT.to_owned()),
            ("application_id", self.subject.to_string()),
            ("application_no", PARTNERS_NUMBER.to_owned()),
            ("notice_id", self.notice_id.to_string()),
            ("sequence", self.sequence.to_string()),
            ("kind", "opening".to_owned()),
            ("subject", "individual_user".to_owned()),
            ("third_party_user_id", PARTNERS_NUMBER.to_owned()),
            ("htouhui_user_id", USER.to_owned()),
            ("status", "1".to_owned()),
            ("card_tail", "0000".to_owned()),
            ("finished_at", WireTime::new(self.finished_at).to_string()),
        ]
    }
}

#[cfg(test)]
mod tests;
