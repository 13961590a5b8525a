//! The user asks for a code: it is written down, and sent.
//!
//! The row is committed before the gateway is called, and no connection is held meanwhile. What the
//! gateway provably did not take is taken out of the count; what it may have taken stays in it, and
//! its code stays good.

use std::net::IpAddr;
use std::time::Duration;

use contract::mobile::MobileNumber;
use jiff::{SignedDuration, Timestamp};
use runtime::data_keys::context;
use runtime::settings::Secret;
use runtime::{clock, ids, mobile};
use serde_json::json;
use store::sms_codes::{self, Issued, NewCode, SendLimits};
use store::{StoreError, timeline, users};
use uuid::Uuid;

use super::{Alert, Decided, Desk};
use crate::refusal::Refusal;
use crate::send_back::see_other;
use crate::sms::{Message, SmsError, new_code};

/// Long enough for a slow SMS and a slow reader, short enough that a phone that is found later
/// tells nothing.
const VALID_FOR: Duration = Duration::from_secs(300);

/// Ten codes a day with five guesses each are fifty guesses at a million.
const LIMITS: SendLimits = SendLimits {
    pause: PAUSE,
    pause_after_not_sent: Duration::from_secs(5),
    user_per_hour: 5,
    user_per_day: 10,
    // A family behind one address, but nobody who goes through a list of users.
    client_per_hour: 20,
};

/// As long as people are used to waiting.
pub(super) const PAUSE: Duration = Duration::from_secs(60);

impl Desk<'_> {
    /// Sends a code to the registered mobile.
    pub(super) async fn ask(&self, client: IpAddr) -> Result<Decided, Refusal> {
        let Some(mobile) = self.mobile().await? else {
            return Ok(Decided::Told(Alert::MobileMissing));
        };
        let (id, code) = (ids::new_message_id(), new_code());
        let issued = self.issue(id, &code, client).await?;
        if let Issued::NotBefore(at) = issued {
            return Ok(Decided::Told(Alert::TooSoon(at)));
        }
        let message = Message {
            request_id: id,
            mobile: &mobile,
            purpose: self.bearer().purpose,
            language: self.language,
            code: &code,
            valid_for: VALID_FOR,
        };
        let sent = self.front.sms.send(&message).await;
        self.record(id, &sent).await?;
        let user = &self.user.htouhui_user_id;
        match sent {
            Ok(()) => tracing::info!(request_id = %id, htouhui_user_id = %user, "code sent"),
            Err(error) => {
                let shown = &error as &dyn std::error::Error;
                tracing::warn!(request_id = %id, error = shown, "no code sent");
                if let SmsError::NotSent(_) = error {
                    return Ok(Decided::Told(Alert::NotSent));
                }
            }
        }
        // A reload of the page that follows sends nothing again.
        Ok(Decided::SentOn(see_other(&self.path())))
    }

    async fn mobile(&self) -> Result<Option<MobileNumber>, Refusal> {
        let user = &self.user.htouhui_user_id;
        let connection = self.front.store.connection().await?;
        let sealed = users::mobile::sealed(&connection, user).await?;
        let opened = sealed.map(|sealed| mobile::open(&self.front.data_keys, user, &sealed));
        Ok(opened.transpose()?)
    }

    async fn issue(&self, id: Uuid, code: &Secret, client: IpAddr) -> Result<Issued, StoreError> {
        let now = clock::now();
        let digest_context = context::sms_code(&id);
        let new = NewCode {
            id,
            bearer: self.bearer(),
            code_digest: &self
                .front
                .data_keys
                .digest(&digest_context, code.expose().as_bytes()),
            client_digest: &self.front.page_key.client_digest(client),
            expires_at: expiry(now),
        };
        let mut connection = self.front.store.connection().await?;
        let tx = connection.begin("intake: issue code").await?;
        let issued = sms_codes::issue(&tx, now, &new, &LIMITS).await?;
        tx.commit().await?;
        Ok(issued)
    }

    /// Where nobody can say whether it left, the row stays as it is.
    async fn record(&self, id: Uuid, sent: &Result<(), SmsError>) -> Result<(), StoreError> {
        let now = clock::now();
        let mut connection = self.front.store.connection().await?;
        let tx = connection.begin("intake: record sending of code").await?;
        let result = match sent {
            Ok(()) => {
                sms_codes::was_sent(&tx, now, id).await?;
                "sent"
            }
            Err(SmsError::NotSent(_)) => {
                sms_codes::was_not_sent(&tx, now, id).await?;
                "not_sent"
            }
            Err(SmsError::Unknown(_)) => "unknown",
        };
        let detail = json!({
            "request_id": id.to_string(),
            "purpose": self.bearer().purpose.as_str(),
            "result": result,
        });
        let order = &self.withdrawal.request.id;
        timeline::note(&tx, now, order, "password_code", &detail).await?;
        metrics::counter!("tixian_sms_codes_total", "result" => result).increment(1);
        tx.commit().await
    }
}

fn expiry(now: Timestamp) -> Timestamp {
    now + SignedDuration::from_secs(VALID_FOR.as_secs().cast_signed())
}
