//! What makes a review callback foreign: an attempt that we never made, or another day, account or
//! review than that attempt has.

use contract::huifu::operations::ReviewCallback;
use serde_json::json;

use super::{Told, detail};
use crate::foreign::ForeignCase;

pub(super) fn unknown_application(callback: &ReviewCallback) -> ForeignCase {
    ForeignCase {
        kind: "review_unknown_application",
        detail: detail(callback, &callback.audit().unwrap_or_default()),
        fingerprint: format!("review_unknown_application:{}", callback.req_seq_id),
    }
}

/// What in this callback is not ours; `None` if all of it is, as far as we know. An opening has no
/// account before Huifu has said which, and a review no number: then there is nothing to compare,
/// and serial and day vouch alone.
pub(super) fn mismatch(told: &Told<'_>) -> Option<ForeignCase> {
    let (callback, attempt, application) = (told.callback, told.attempt, told.application);
    let mut fields = Vec::new();
    if callback.req_date != attempt.req_date {
        fields.push("req_date");
    }
    let known = application.huifu_id.as_ref().map(|id| id.as_str());
    if differs(callback.huifu_id.as_deref(), known) {
        fields.push("huifu_id");
    }
    // The row has the number of the present step's review alone.
    let known = application.apply_no.as_deref();
    if told.is_about_present_step() && differs(told.apply_no(), known) {
        fields.push("apply_no");
    }
    if fields.is_empty() {
        return None;
    }
    let fingerprint = format!(
        "review_mismatch:{}:{}:{}",
        attempt.req_seq_id,
        fields.join(","),
        told.verdict.as_str(),
    );
    Some(ForeignCase {
        kind: "review_mismatch",
        detail: json!({
            "fields": fields,
            "told": told.detail,
            "told_req_date": callback.req_date,
            "sent": {
                "huifu_id": application.huifu_id,
                "apply_no": application.apply_no,
                "req_date": attempt.req_date,
            },
        }),
        fingerprint,
    })
}

fn differs(told: Option<&str>, known: Option<&str>) -> bool {
    matches!((told, known), (Some(told), Some(known)) if told != known)
}
