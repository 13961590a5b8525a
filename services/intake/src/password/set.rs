//! The user types the code and the new password: it is set, once.
//!
//! What cannot be a code or a password is told before a guess is counted. Then the guess is counted
//! and committed, then compared; and the password is written in the transaction that uses the code
//! up, so that a code sets one password.

use contract::partner::ErrorCode;
use runtime::clock;
use runtime::data_keys::context;
use serde_json::json;
use store::sms_codes::{self, Guess, Purpose};
use store::{StoreError, timeline, users};
use uuid::Uuid;

use super::{Alert, Decided, Desk, rule};
use crate::form::{Form, field};
use crate::page::PASSWORD_IS_NEW;
use crate::refusal::Refusal;
use crate::send_back::see_other;
use crate::sms::is_code;

impl Desk<'_> {
    /// Sets the password, if the code is right.
    pub(super) async fn set(&self, form: &Form) -> Result<Decided, Refusal> {
        let (code, password) = (field(form, "code").trim(), field(form, "new_password"));
        if let Some(alert) = misfit(code, password, field(form, "repeat")) {
            return Ok(Decided::Told(alert));
        }
        let Ok(place) = self.front.passwords.place().await else {
            return Err(ErrorCode::Unavailable.into());
        };
        let id = match self.guess(code).await? {
            Ok(id) => id,
            Err(alert) => return Ok(Decided::Told(alert)),
        };
        let Some(hash) = place.hash(password.to_owned()).await else {
            tracing::error!("a new password was not hashed");
            return Err(ErrorCode::Internal.into());
        };
        if !self.write(id, &hash).await? {
            // Used in another tab a moment ago, or another code was sent.
            return Ok(Decided::Told(Alert::CodeExpired));
        }
        let user = &self.user.htouhui_user_id;
        let purpose = self.bearer().purpose;
        tracing::info!(htouhui_user_id = %user, purpose = purpose.as_str(), "password set");
        let location = match purpose {
            Purpose::SetPassword => format!("{}?{PASSWORD_IS_NEW}", self.page_path()),
            Purpose::ResetPassword => format!("{}/done", self.path()),
        };
        Ok(Decided::SentOn(see_other(&location)))
    }

    /// The code's number if it is right.
    async fn guess(&self, code: &str) -> Result<Result<Uuid, Alert>, Refusal> {
        let (id, digest, tries_left) = match self.count_guess().await? {
            Guess::Check {
                id,
                code_digest,
                tries_left,
            } => (id, code_digest, tries_left),
            Guess::Expired => return Ok(Err(Alert::CodeExpired)),
            Guess::UsedUp => return Ok(Err(Alert::CodeUsedUp)),
        };
        let context = context::sms_code(&id);
        let keys = &self.front.data_keys;
        if keys.has_digest(&context, code.as_bytes(), &digest)? {
            return Ok(Ok(id));
        }
        metrics::counter!("tixian_wrong_codes_total").increment(1);
        tracing::info!(request_id = %id, tries_left, "wrong code");
        Ok(Err(match tries_left {
            0 => Alert::CodeUsedUp,
            left => Alert::CodeWrong(left),
        }))
    }

    /// Commits the guess before anything is compared.
    async fn count_guess(&self) -> Result<Guess, StoreError> {
        let mut connection = self.front.store.connection().await?;
        let tx = connection.begin("intake: begin guess at code").await?;
        let guess = sms_codes::begin_guess(&tx, clock::now(), &self.bearer()).await?;
        tx.commit().await?;
        Ok(guess)
    }

    /// `false`: the code was used up by somebody else.
    async fn write(&self, id: Uuid, hash: &str) -> Result<bool, StoreError> {
        let now = clock::now();
        let bearer = self.bearer();
        let mut connection = self.front.store.connection().await?;
        let tx = connection.begin("intake: set password").await?;
        if !sms_codes::use_up(&tx, now, id).await? {
            return Ok(false);
        }
        users::set_password(&tx, now, bearer.user, hash).await?;
        let detail = json!({ "request_id": id.to_string(), "purpose": bearer.purpose.as_str() });
        timeline::note(&tx, now, bearer.withdrawal, "password_set", &detail).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// What is wrong with the form in itself.
fn misfit(code: &str, password: &str, repeat: &str) -> Option<Alert> {
    if !is_code(code) {
        Some(Alert::CodeMalformed)
    } else if let Err(unfit) = rule::check(password) {
        Some(Alert::Unfit(unfit))
    } else if password != repeat {
        Some(Alert::RepeatDiffers)
    } else {
        None
    }
}
