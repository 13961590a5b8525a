//! Writes an application that is good in itself: once, whole, and sealed.
//!
//! The partner's number decides: the same content under it is answered as before, other content is
//! an error. Which it is, the keyed digest of the canonical form says, and the columns beside it.

use contract::huifu::operations::ApplicationForm;
use contract::ids::{ApplicationId, ApplicationNo, ThirdPartyUserId};
use contract::message::{ApplicationReceived, Envelope};
use contract::partner::ErrorCode;
use contract::partner::onboarding::ApplicationAnswer;
use contract::partner::url::PartnerUrl;
use runtime::data_keys::context;
use runtime::ids;
use runtime::trace::{self, attribute::Attribute};
use store::applications::{self, Application, Inserted, NewApplication};
use store::users::User;
use store::{StoreError, outbox};

use super::{applicant, named, status};
use crate::api::Call;
use crate::refusal::Refusal;

/// A form at all its limits is half of this.
pub(super) const LONGEST_BODY: usize = 64 * 1024;

/// The codes with which an application may be refused.
pub(super) const CODES: &[ErrorCode] = &[
    ErrorCode::RequestMalformed,
    ErrorCode::FieldMissing,
    ErrorCode::FieldRepeated,
    ErrorCode::FieldTooLong,
    ErrorCode::HostNotRegistered,
    ErrorCode::OpeningExists,
    ErrorCode::ApplicationConflict,
    ErrorCode::UserUnknown,
    ErrorCode::MaterialUnknown,
];

/// What an application asks for, as read from a body.
pub(super) struct Asked<'a> {
    pub(super) application_no: &'a ApplicationNo,
    pub(super) third_party_user_id: &'a ThirdPartyUserId,
    pub(super) notify_url: &'a PartnerUrl,
    pub(super) form: &'a ApplicationForm,
    pub(super) account: For<'a>,
}

/// Whose account it is about.
#[derive(Clone, Copy)]
pub(super) enum For<'a> {
    /// One that does not exist yet.
    Nobody,
    /// This user's.
    User(&'a User),
}

impl Asked<'_> {
    /// What is sealed, and what the digest is over.
    fn canonical(&self) -> String {
        self.form.to_form().to_string()
    }
}

/// The answer to an application that came in before under this number; `None` if the number is new.
pub(super) async fn repeated(
    call: &Call<'_>,
    asked: &Asked<'_>,
) -> Result<Option<ApplicationAnswer>, Refusal> {
    let number = asked.application_no;
    let earlier = applications::find_by_no(&call.connection, call.partner_id(), number).await?;
    match earlier {
        Some(earlier) => again(call, asked, earlier).await.map(Some),
        None => Ok(None),
    }
}

async fn again(
    call: &Call<'_>,
    asked: &Asked<'_>,
    earlier: Application,
) -> Result<ApplicationAnswer, Refusal> {
    let context = context::form_digest(call.partner_id(), asked.application_no);
    let form = asked.canonical();
    let same_form =
        call.front
            .data_keys
            .has_digest(&context, form.as_bytes(), &earlier.form_digest)?;
    let same_user = match asked.account {
        For::Nobody => earlier.third_party_user_id == *asked.third_party_user_id,
        For::User(user) => earlier.htouhui_user_id == user.htouhui_user_id,
    };
    let same = same_form
        && same_user
        && earlier.kind == asked.form.kind()
        && earlier.subject == asked.form.subject()
        && earlier.notify_url == asked.notify_url.as_str();
    if !same {
        return Err(Refusal::from(ErrorCode::ApplicationConflict).at("application_no"));
    }
    trace::join(earlier.traceparent.as_deref());
    say(&earlier.id);
    Ok(status::told(&call.connection, earlier).await?)
}

/// Writes it, with its pictures, its timeline and the message that makes its work begin.
pub(super) async fn receive(
    mut call: Call<'_>,
    asked: &Asked<'_>,
) -> Result<ApplicationAnswer, Refusal> {
    if !asked.notify_url.is_on(&call.caller.partner.hosts) {
        return Err(Refusal::from(ErrorCode::HostNotRegistered).at("notify_url"));
    }
    let form = asked.form.to_form();
    named::check(&call, asked.form, &form).await?;
    match write(&mut call, asked, &form.to_string()).await {
        Ok(Inserted::New) => {}
        Ok(Inserted::Exists(earlier)) => return again(&call, asked, *earlier).await,
        Err(StoreError::Constraint { constraint, .. }) if constraint == ONE_OPENING => {
            // The same application at the same moment may have been first.
            let repeated = repeated(&call, asked).await?;
            let exists = || Refusal::from(ErrorCode::OpeningExists).at("third_party_user_id");
            return repeated.ok_or_else(exists);
        }
        Err(error) => return Err(error.into()),
    }
    let number = asked.application_no;
    let written = applications::find_by_no(&call.connection, call.partner_id(), number).await?;
    let written = written.ok_or(StoreError::Corrupt {
        column: "applications.application_no",
    })?;
    tracing::info!(application_id = %written.id, partner_id = %written.partner_id, "application received");
    Ok(status::told(&call.connection, written).await?)
}

/// Which application the step of the trace is about.
fn say(id: &ApplicationId) {
    trace::set(Attribute::ApplicationId(id.to_string().into()));
}

/// The name in the migration.
const ONE_OPENING: &str = "one_opening_per_user";

async fn write(call: &mut Call<'_>, asked: &Asked<'_>, form: &str) -> Result<Inserted, StoreError> {
    let id = ids::new_application_id();
    let (now, partner, keys) = (call.now, &call.caller.partner.id, &call.front.data_keys);
    let sealed = keys.seal(&context::form(&id), form.as_bytes());
    let digest_context = context::form_digest(partner, asked.application_no);
    let digest = keys.digest(&digest_context, form.as_bytes());
    let card = asked.form.card();
    let tx = call.connection.begin("intake: receive application").await?;
    let account = applicant::account(&tx, keys, partner, asked).await?;
    let new = NewApplication {
        id: &id,
        partner,
        application_no: asked.application_no,
        kind: asked.form.kind(),
        subject: asked.form.subject(),
        third_party_user_id: asked.third_party_user_id,
        htouhui_user_id: &account.htouhui_user_id,
        huifu_id: account.huifu_id.as_ref(),
        notify_url: asked.notify_url.as_str(),
        form_sealed: &sealed,
        form_digest: &digest,
        card_tail: card.as_ref().map(|card| card.tail.as_str()),
        // Huifu says which bank it is when the card is bound.
        bank_name: None,
        materials: &asked.form.materials(),
    };
    let inserted = applications::insert(&tx, now, &new).await?;
    if let Inserted::New = inserted {
        say(&id);
        applicant::remember(&tx, now, &id, &account).await?;
        let envelope = Envelope {
            message_id: ids::new_message_id(),
            at: now,
            causation_id: None,
            traceparent: None,
            body: ApplicationReceived { application_id: id },
        };
        outbox::enqueue(&tx, &envelope, now).await?;
        tx.commit().await?;
    }
    Ok(inserted)
}
