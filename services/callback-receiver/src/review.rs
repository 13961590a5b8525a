//! Decides what a signed review callback changes, and writes it: one transaction, one receipt.
//!
//! What a newcomer would get wrong: "passed" ends nothing here. What was granted (the card, the fee
//! of each cash type) stands in the form, the form is sealed, and this service has no key for it;
//! only huifu-dispatcher has. So a review that passed leaves its numbers on the application and
//! makes the question about it due at once: the dispatcher asks Huifu, opens the form and writes
//! the end. For a merchant whose answer was lost these numbers are the only way to ever ask. A "no"
//! needs no form and ends the application here.

mod apply;
mod foreign;
mod words;

use contract::huifu::operations::{Audit, ReviewCallback, ReviewVerdict};
use contract::ids::{HuifuId, ReqSeqId, TokenNo};
use jiff::Timestamp;
use runtime::crash::{CrashPoint, reach};
use runtime::trace::{self, attribute::Attribute};
use serde_json::{Value, json};
use store::applications::progress::{self, Learned};
use store::applications::{self, Application, attempts, attempts::Attempt};
use store::attempts::AttemptOutcome;
use store::cases::NewCase;
use store::{Connection, Store, StoreError, Transaction, inbox};

use crate::evidence::{self, Applied, Evidence};
use crate::foreign::Claimed;
use crate::reply::Reply;

/// Signed by Huifu, and about our application, and still nothing can be concluded from it.
const UNCLEAR: &str = "review_unclear";

/// Two statements about an application that exclude each other.
const CONTRADICTION: &str = "contradiction";

/// Writes down everything that follows from a review callback that Huifu signed.
pub(crate) async fn record(
    store: &Store,
    callback: &ReviewCallback,
    now: Timestamp,
) -> Result<Reply, StoreError> {
    let mut connection = store.connection().await?;
    let Some((attempt, application)) = find(&connection, &callback.req_seq_id).await? else {
        let case = foreign::unknown_application(callback);
        crate::foreign::keep(&mut connection, now, Claimed::Nothing, &case).await?;
        return Ok(Reply::UnknownOrder);
    };
    let told = Told::new(callback, &attempt, &application);
    if let Some(case) = foreign::mismatch(&told) {
        let claimed = Claimed::Application(&application.id);
        crate::foreign::keep(&mut connection, now, claimed, &case).await?;
        return Ok(Reply::Mismatch);
    }
    // Here the trace comes back from the gap.
    trace::join(attempt.origin.as_deref());
    trace::link(attempt.traceparent.as_deref());
    trace::set(Attribute::ApplicationId(application.id.to_string().into()));
    trace::set(Attribute::ReqSeqId(attempt.req_seq_id.to_string().into()));
    evidence::record(&told, &mut connection, now).await?;
    reach(CrashPoint::ReviewAfterCommit);
    Ok(Reply::Acknowledged(callback.acknowledgement()))
}

async fn find(
    connection: &Connection,
    req_seq_id: &str,
) -> Result<Option<(Attempt, Application)>, StoreError> {
    let Ok(req_seq_id) = req_seq_id.parse::<ReqSeqId>() else {
        // Not a serial of ours: Huifu tells us of somebody else's application.
        return Ok(None);
    };
    let Some(attempt) = attempts::find(connection, &req_seq_id).await? else {
        return Ok(None);
    };
    let application = applications::find(connection, &attempt.application_id).await?;
    Ok(application.map(|application| (attempt, application)))
}

/// A callback that is about an attempt of ours.
struct Told<'a> {
    verdict: ReviewVerdict,
    detail: Value,
    callback: &'a ReviewCallback,
    attempt: &'a Attempt,
    application: &'a Application,
    /// As users' callbacks nest it; empty if it could not be read, and then nothing is concluded.
    audit: Audit,
    huifu_id: Option<HuifuId>,
    token_no: Option<TokenNo>,
}

impl<'a> Told<'a> {
    fn new(
        callback: &'a ReviewCallback,
        attempt: &'a Attempt,
        application: &'a Application,
    ) -> Self {
        let audit = callback.audit().unwrap_or_default();
        let (huifu_id, token_no) = (callback.huifu_id.as_deref(), audit.token_no.as_deref());
        Self {
            verdict: ReviewVerdict::of_callback(callback),
            detail: detail(callback, &audit),
            callback,
            attempt,
            application,
            huifu_id: huifu_id.and_then(|id| id.parse().ok()),
            token_no: token_no.and_then(|token| token.parse().ok()),
            audit,
        }
    }

    /// Huifu's number of the review; merchants' callbacks have it at the first level.
    fn apply_no(&self) -> Option<&str> {
        let nested = self.audit.apply_no.as_deref();
        nested.or(self.callback.apply_no.as_deref())
    }

    fn learned(&self) -> Learned<'_> {
        Learned {
            huifu_id: self.huifu_id.as_ref(),
            apply_no: self.apply_no(),
            token_no: self.token_no.as_ref(),
        }
    }

    /// A step that is done is not asked about again, whatever is heard of its review late.
    fn is_about_present_step(&self) -> bool {
        self.attempt.step == self.application.step
    }
}

impl Evidence for Told<'_> {
    const RECORD: &'static str = "callback-receiver: record review";
    const SET_ASIDE: &'static str = "callback-receiver: set review aside";
    const CLOSED_ATTEMPT: &'static str = "review_for_closed_attempt";
    const BEFORE_COMMIT: CrashPoint = CrashPoint::ReviewBeforeCommit;

    fn is_about_closed_attempt(&self) -> bool {
        match self.attempt.outcome {
            Some(AttemptOutcome::NotSent) => true,
            // That it was refused is what we say too; that it passed is a contradiction of states.
            Some(AttemptOutcome::Refused) => self.verdict == ReviewVerdict::Pending,
            Some(AttemptOutcome::Submitted | AttemptOutcome::Unknown) | None => false,
        }
    }

    async fn remember(&self, tx: &Transaction<'_>, now: Timestamp) -> Result<bool, StoreError> {
        let callback = self.callback;
        let optional = |field: Option<&str>| field.unwrap_or_default().to_owned();
        // Huifu has no id of its own for a callback (huifu-api.md §4). All that it says belongs to
        // the key: one without a number must not hide a later one that brings it.
        let key = [
            callback.req_date.clone(),
            callback.req_seq_id.clone(),
            optional(callback.notify_type.as_deref()),
            optional(self.audit.audit_status.as_deref()),
            optional(callback.huifu_id.as_deref()),
            optional(self.apply_no()),
            optional(self.audit.token_no.as_deref()),
            self.verdict.as_str().to_owned(),
        ];
        inbox::remember(tx, now, "huifu-review", &key.join("|")).await
    }

    async fn apply(&self, tx: &Transaction<'_>, now: Timestamp) -> Result<Applied, StoreError> {
        self.believe(tx, now).await
    }

    async fn set_aside(
        &self,
        tx: &Transaction<'_>,
        now: Timestamp,
        kind: &'static str,
    ) -> Result<(), StoreError> {
        let application = &self.application.id;
        let verdict = self.verdict.as_str();
        let mut fingerprint = format!("{}:{kind}:{verdict}", self.attempt.req_seq_id);
        if kind == UNCLEAR {
            // The verdict is the same for all of them. Whoever closed a harmless one has not seen
            // the next that says something else.
            let optional = |field: Option<&str>| field.unwrap_or_default().to_owned();
            let said = [
                optional(self.callback.notify_type.as_deref()),
                optional(self.audit.audit_status.as_deref()),
                optional(self.callback.sub_resp_code.as_deref()),
            ];
            fingerprint = format!("{fingerprint}:{}", said.join(":"));
        }
        let case = NewCase {
            withdrawal: None,
            application: Some(application),
            kind,
            detail: &self.detail,
            fingerprint: &fingerprint,
        };
        if !progress::set_aside(tx, now, application, &case).await? {
            // The case is known; that this callback came as well is still part of the story.
            self.note(tx, now).await?;
        }
        Ok(())
    }
}

/// Ids and codes. Huifu's words may name people, and a card's token is nobody's to read.
fn detail(callback: &ReviewCallback, audit: &Audit) -> Value {
    json!({
        "req_seq_id": callback.req_seq_id,
        "notify_type": callback.notify_type,
        "audit_status": audit.audit_status,
        "sub_resp_code": callback.sub_resp_code,
        "huifu_id": callback.huifu_id,
        "apply_no": audit.apply_no.as_ref().or(callback.apply_no.as_ref()),
    })
}
