//! From the stored notice to the form that the partner gets, whatever the notice tells of.
//!
//! Withdrawals and applications differ in what their notices say and in nothing else: one schedule,
//! one courier, one lane for each host. So a message says how its notice is loaded, and from
//! there on everybody handles a [`Due`].
//!
//! The facts and `notice_id` are the same on every sending; time, nonce and signatures are of this
//! one, so that a partner who remembers nonces takes a retry.

mod application;
mod withdrawal;

use std::future::Future;

use contract::ids::{KeyId, NoticeId};
use contract::message::Message;
use contract::partner::application_notice::ApplicationNotice;
use contract::partner::notice::Notice;
use contract::partner::seal::Seal;
use contract::partner::time::WireTime;
use contract::signing::keys::PrivateKey;
use contract::signing::standard_webhooks::{self, NoticeSecret};
use jiff::Timestamp;
use runtime::courier::Parcel;
use runtime::data_keys::{DataKeys, notice_secrets};
use store::lanes::Lane;
use store::notices::Posting;
use store::{Connection, StoreError};
use uuid::Uuid;

/// A message that says that a notice is due.
pub(crate) trait Deliverable: Message + Clone {
    /// The notice, as it stands for this delivery of the message at `now`; `None` if there is none.
    fn load(
        &self,
        connection: &Connection,
        message_id: Uuid,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Due>, StoreError>> + Send;
}

/// A notice that is due.
#[derive(Debug)]
pub(crate) struct Due {
    /// Where to, and how far that has come.
    pub(crate) posting: Posting,
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
    /// What to post.
    pub(crate) fn parcel(&self, sending: &Sending<'_>, data_keys: &DataKeys) -> Parcel {
        let body = self.body(sending);
        let secrets = self.opened(data_keys);
        let id = self.notice_id().as_str();
        let headers = standard_webhooks::headers(&secrets, id, sending.at, body.as_bytes());
        Parcel { body, headers }
    }

    /// A secret that does not open is left out and told of: the signature in the form is what was
    /// promised to everybody, and a partner that goes by the headers alone refuses what has none,
    /// so the schedule sends the notice again once the data key is back.
    fn opened(&self, data_keys: &DataKeys) -> Vec<NoticeSecret> {
        let opened = self.posting.notice_secrets.iter().filter_map(|secret| {
            match notice_secrets::open(data_keys, &self.posting.partner_id, secret) {
                Ok(opened) => Some(opened),
                Err(error) => {
                    metrics::counter!("tixian_notice_secrets_unopened_total").increment(1);
                    let (partner_id, secret_id) = (&self.posting.partner_id, &secret.secret_id);
                    tracing::error!(%partner_id, secret_id, %error, "a notice goes unsigned by a secret");
                    None
                }
            }
        });
        opened.collect()
    }

    fn body(&self, sending: &Sending<'_>) -> String {
        let seal = Seal {
            partner_id: self.posting.partner_id.clone(),
            key_id: sending.key_id.clone(),
            timestamp: WireTime::new(sending.at),
            nonce: format!("{:032x}", u128::from_be_bytes(sending.random)),
        };
        match &self.told {
            Told::Withdrawal(notice) => notice.body(&seal, sending.key),
            Told::Application(notice) => notice.body(&seal, sending.key),
        }
    }

    /// Which lane it goes out on.
    pub(crate) fn on_lane(&self) -> Lane<'_> {
        Lane {
            partner: self.posting.partner_id.as_str(),
            host: &self.posting.lane.host,
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
