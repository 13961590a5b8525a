//! Callbacks that Huifu signed and that are not about what we sent: each becomes a case, once, and
//! changes nothing else.

use contract::huifu::Callback;
use contract::huifu::callback::CallbackForm;
use contract::ids::WithdrawalId;
use jiff::Timestamp;
use serde_json::{Value, json};
use store::attempts::Attempt;
use store::cases::{self, NewCase};
use store::{Connection, StoreError};

use super::detail;

/// What a person is told.
pub(super) struct ForeignCase {
    kind: &'static str,
    detail: Value,
    fingerprint: String,
}

pub(super) fn unknown_order(callback: &Callback) -> ForeignCase {
    ForeignCase {
        kind: "callback_unknown_order",
        detail: detail(callback),
        fingerprint: format!("callback_unknown_order:{}", callback.req_seq_id),
    }
}

/// The text itself may name accounts and is not kept. Its signature identifies it, for there is
/// only one signature of a text by a key.
pub(super) fn unreadable(form: &CallbackForm) -> ForeignCase {
    let length = form.resp_data().len();
    ForeignCase {
        kind: "callback_unreadable",
        detail: json!({ "length": length }),
        fingerprint: format!("callback_unreadable:{}", form.sign()),
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

pub(super) async fn keep(
    connection: &mut Connection,
    now: Timestamp,
    withdrawal: Option<&WithdrawalId>,
    case: &ForeignCase,
) -> Result<(), StoreError> {
    let tx = connection
        .begin("callback-receiver: keep foreign callback")
        .await?;
    let case = NewCase {
        withdrawal,
        application: None,
        kind: case.kind,
        detail: &case.detail,
        fingerprint: &case.fingerprint,
    };
    cases::open(&tx, now, &case).await?;
    tx.commit().await
}
