//! What makes a callback foreign: an order that we never sent, or anything in it that is not what
//! we sent under that number.

use contract::huifu::Callback;
use serde_json::json;
use store::attempts::Attempt;

use super::detail;
use crate::foreign::ForeignCase;

pub(super) fn unknown_order(callback: &Callback) -> ForeignCase {
    ForeignCase {
        kind: "callback_unknown_order",
        detail: detail(callback),
        fingerprint: format!("callback_unknown_order:{}", callback.req_seq_id),
    }
}

/// What in this callback is not ours; `None` if all of it is.
pub(super) fn mismatch(callback: &Callback, attempt: &Attempt) -> Option<ForeignCase> {
    let mut fields = Vec::new();
    // The amount is always there (huifu-api.md §4): without it, what was paid is not known.
    if callback.cash_amt() != Some(Ok(attempt.amount)) {
        fields.push("cash_amt");
    }
    if callback.req_date != attempt.req_date {
        fields.push("req_date");
    }
    let foreign = |huifu_id: &str| huifu_id != attempt.huifu_id.as_str();
    if callback.huifu_id.as_deref().is_some_and(foreign) {
        fields.push("huifu_id");
    }
    if fields.is_empty() {
        return None;
    }
    let fingerprint = format!(
        "callback_mismatch:{}:{}:{}",
        attempt.req_seq_id,
        fields.join(","),
        callback.cash_amt.as_deref().unwrap_or_default(),
    );
    Some(ForeignCase {
        kind: "callback_mismatch",
        detail: json!({
            "fields": fields,
            "told": detail(callback),
            "told_huifu_id": callback.huifu_id,
            "told_req_date": callback.req_date,
            "sent": {
                "amount_fen": attempt.amount.get(),
                "huifu_id": attempt.huifu_id.as_str(),
                "req_date": attempt.req_date,
            },
        }),
        fingerprint,
    })
}
