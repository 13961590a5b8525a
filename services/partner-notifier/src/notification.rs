//! From the stored notice to the form that the partner gets, whatever the notice tells of.
//!
//! Withdrawals and applications differ in what their notices say and in nothing else: one schedule,
//! one courier, one lane for each partner. So a message says how its notice is loaded, and from
//! there on everybody handles a [`Due`].
//!
//! The facts and `notice_id` are the same on every sending; time, nonce and signature are of this
//! one, so that a partner who remembers nonces takes a retry.

mod application;
mod withdrawal;

use std::future::Future;

use contract::ids::{KeyId, NoticeId, PartnerId};
use contract::message::Message;
use contract::partner::application_notice::ApplicationNotice;
use contract::partner::notice::Notice;
use contract::partner::seal::Seal;
use contract::partner::time::WireTime;
use contract::signing::keys::PrivateKey;
use jiff::Timestamp;
use store::notices::NoticeState;
use store::{Connection, StoreError};
use uuid::Uuid;

/// A message that says that a notice is due.
pub(crate) trait Deliverable: Message + Clone {
    /// The notice, as it stands for this delivery of the message; `None` if there is none.
    fn load(
        &self,
        connection: &Connection,
        message_id: Uuid,
    ) -> impl Future<Output = Result<Option<Due>, StoreError>> + Send;
}

/// A notice that is due.
#[derive(Debug)]
pub(crate) struct Due {
    /// Who is told.
    pub(crate) partner_id: PartnerId,
    /// Where to.
    pub(crate) notify_url: String,
    /// Where the partner's addresses may point to, as registered now.
    pub(crate) hosts: Vec<String>,
    /// Where its delivery stands.
    pub(crate) state: NoticeState,
    /// How often it was sent so far.
    pub(crate) attempt_count: i32,
    /// How far the retry schedule has been used since the last replay.
    pub(crate) schedule_step: i32,
    /// Whether the message that asks for this has not been carried out.
    pub(crate) message_is_open: bool,
    /// What it tells.
    pub(crate) told: Told,
}

/// What a notice tells.
#[derive(Debug)]
pub(crate) enum Told {
    /// How a withdrawal ended.
    Withdrawal(Notice),
    /// How an application ended.
    Application(ApplicationNotice),
}

/// What is of one sending alone.
pub(crate) struct Sending<'a> {
    pub(crate) key: &'a PrivateKey,
    pub(crate) key_id: &'a KeyId,
    pub(crate) at: Timestamp,
    /// Nobody has seen these bytes before.
    pub(crate) random: [u8; 16],
}

impl Due {
    /// The body to post.
    pub(crate) fn body(&self, sending: &Sending<'_>) -> String {
        let seal = Seal {
            partner_id: self.partner_id.clone(),
            key_id: sending.key_id.clone(),
            timestamp: WireTime::new(sending.at),
            nonce: format!("{:032x}", u128::from_be_bytes(sending.random)),
        };
        match &self.told {
            Told::Withdrawal(notice) => notice.body(&seal, sending.key),
            Told::Application(notice) => notice.body(&seal, sending.key),
        }
    }

    /// The same on every retry and replay.
    pub(crate) fn notice_id(&self) -> &NoticeId {
        match &self.told {
            Told::Withdrawal(notice) => &notice.notice_id,
            Told::Application(notice) => &notice.notice_id,
        }
    }

    /// Its number among the notices about the same thing.
    pub(crate) fn sequence(&self) -> u32 {
        match &self.told {
            Told::Withdrawal(notice) => notice.sequence,
            Told::Application(notice) => notice.sequence,
        }
    }

    /// What it is about: the withdrawal or the application.
    pub(crate) fn subject(&self) -> &str {
        match &self.told {
            Told::Withdrawal(notice) => notice.order_id.as_str(),
            Told::Application(notice) => notice.application_id.as_str(),
        }
    }
}
