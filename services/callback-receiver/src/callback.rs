//! Decides what a signed callback changes, and writes it: one transaction, one receipt.
//!
//! What a newcomer would get wrong: 02 (accounting) is never an end, not even when it says failure;
//! 01 is, and may come first, twice, or against what we know. And a good signature only proves that
//! Huifu wrote it, not that it is about our withdrawal: serial, day, account and amount are
//! compared with the attempt before a word of it is believed.

mod apply;
mod foreign;

use contract::huifu::{Callback, Verdict};
use contract::ids::ReqSeqId;
use contract::money::Fen;
use jiff::Timestamp;
use runtime::crash::{CrashPoint, reach};
use runtime::trace::{self, attribute::Attribute};
use serde_json::{Value, json};
use store::attempts::{self, Attempt, AttemptOutcome};
use store::cases::NewCase;
use store::{Store, StoreError, Transaction, inbox, progress};

use crate::evidence::{self, Applied, Evidence};
use crate::foreign::Claimed;
use crate::reply::Reply;

/// Signed by Huifu, and about our withdrawal, and still nothing can be concluded from it.
const UNCLEAR: &str = "callback_unclear";

/// Writes down everything that follows from a callback that Huifu signed.
pub(crate) async fn record(
    store: &Store,
    callback: &Callback,
    now: Timestamp,
) -> Result<Reply, StoreError> {
    let mut connection = store.connection().await?;
    let found = match callback.req_seq_id.parse::<ReqSeqId>() {
        Ok(req_seq_id) => attempts::find_with_fee(&connection, &req_seq_id).await?,
        // Not a serial of ours: Huifu tells us of somebody else's order.
        Err(_) => None,
    };
    let Some((attempt, fee)) = found else {
        let case = foreign::unknown_order(callback);
        crate::foreign::keep(&mut connection, now, Claimed::Nothing, &case).await?;
        return Ok(Reply::UnknownOrder);
    };
    if let Some(case) = foreign::mismatch(callback, &attempt) {
        let claimed = Claimed::Withdrawal(&attempt.withdrawal_id);
        crate::foreign::keep(&mut connection, now, claimed, &case).await?;
        return Ok(Reply::Mismatch);
    }
    // Here the trace comes back from the gap.
    trace::join(attempt.origin.as_deref());
    trace::link(attempt.traceparent.as_deref());
    trace::set(Attribute::OrderId(attempt.withdrawal_id.to_string().into()));
    trace::set(Attribute::ReqSeqId(attempt.req_seq_id.to_string().into()));
    let told = Told {
        verdict: Verdict::of_callback(callback),
        detail: detail(callback),
        callback,
        attempt: &attempt,
        fee,
    };
    evidence::record(&told, &mut connection, now).await?;
    reach(CrashPoint::ReceiverAfterCommit);
    Ok(Reply::Acknowledged(callback.acknowledgement()))
}

/// A callback that is about an attempt of ours.
struct Told<'a> {
    verdict: Verdict,
    detail: Value,
    callback: &'a Callback,
    attempt: &'a Attempt,
    /// As the user agreed to it.
    fee: Option<Fen>,
}

impl Evidence for Told<'_> {
    const RECORD: &'static str = "callback-receiver: record callback";
    const SET_ASIDE: &'static str = "callback-receiver: set aside";
    const CLOSED_ATTEMPT: &'static str = "callback_for_closed_attempt";
    const BEFORE_COMMIT: CrashPoint = CrashPoint::ReceiverBeforeCommit;

    fn is_about_closed_attempt(&self) -> bool {
        match self.attempt.outcome {
            Some(AttemptOutcome::NotSent) => true,
            // That it failed is what we say too; that it was paid is a contradiction of states.
            Some(AttemptOutcome::Refused) => self.verdict == Verdict::Submitted,
            Some(AttemptOutcome::Submitted | AttemptOutcome::Unknown) | None => false,
        }
    }

    async fn remember(&self, tx: &Transaction<'_>, now: Timestamp) -> Result<bool, StoreError> {
        let callback = self.callback;
        let optional = |field: &Option<String>| field.clone().unwrap_or_default();
        // Huifu has no id of its own for a callback (huifu-api.md §4). All three states belong to
        // the key: a callback that contradicts itself must not hide a later one that does not.
        let key = [
            optional(&callback.huifu_id),
            callback.req_date.clone(),
            callback.req_seq_id.clone(),
            optional(&callback.msg_type),
            optional(&callback.trans_status),
            optional(&callback.acct_status),
            optional(&callback.channel_status),
        ];
        inbox::remember(tx, now, "huifu", &key.join("|")).await
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
        let withdrawal = &self.attempt.withdrawal_id;
        let verdict = self.verdict.as_str();
        let fingerprint = format!("{}:{kind}:{verdict}", self.attempt.req_seq_id);
        let case = NewCase {
            withdrawal: Some(withdrawal),
            application: None,
            kind,
            detail: &self.detail,
            fingerprint: &fingerprint,
        };
        if !progress::set_aside(tx, now, withdrawal, &case).await? {
            // The case is known; that this callback came as well is still part of the story.
            self.note(tx, now).await?;
        }
        Ok(())
    }
}

fn detail(callback: &Callback) -> Value {
    json!({
        "req_seq_id": callback.req_seq_id,
        "msg_type": callback.msg_type,
        "trans_status": callback.trans_status,
        "acct_status": callback.acct_status,
        "channel_status": callback.channel_status,
        "sub_resp_code": callback.sub_resp_code,
        "hf_seq_id": callback.hf_seq_id,
        "cash_amt": callback.cash_amt,
        "fee_amt": callback.fee_amt,
    })
}
