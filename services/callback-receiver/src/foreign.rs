//! What Huifu signed and what is not about anything that we sent: each becomes a case, once, and
//! changes nothing else.

use contract::ids::{ApplicationId, WithdrawalId};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::cases::{self, NewCase};
use store::{Connection, StoreError};

/// What a person is told.
#[derive(Debug)]
pub(crate) struct ForeignCase {
    pub(crate) kind: &'static str,
    pub(crate) detail: Value,
    pub(crate) fingerprint: String,
}

/// What of ours it claims to be about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Claimed<'a> {
    Nothing,
    Withdrawal(&'a WithdrawalId),
    Application(&'a ApplicationId),
}

/// A text that cannot be read. It may name accounts and people and is not kept. Its signature
/// identifies it, for there is only one signature of a text by a key.
pub(crate) fn unreadable(kind: &'static str, text: &str, sign: &str) -> ForeignCase {
    let length = text.len();
    ForeignCase {
        kind,
        detail: json!({ "length": length }),
        fingerprint: format!("{kind}:{sign}"),
    }
}

/// Something that is ours and that the database refuses. Why, the log says; serial and day say what
/// to ask Huifu about.
pub(crate) fn unwritten(kind: &'static str, req_seq_id: &str, req_date: &str) -> ForeignCase {
    ForeignCase {
        kind,
        detail: json!({ "req_seq_id": req_seq_id, "req_date": req_date }),
        fingerprint: format!("{kind}:{req_date}:{req_seq_id}"),
    }
}

pub(crate) async fn keep(
    connection: &mut Connection,
    now: Timestamp,
    claimed: Claimed<'_>,
    case: &ForeignCase,
) -> Result<(), StoreError> {
    let (withdrawal, application) = match claimed {
        Claimed::Nothing => (None, None),
        Claimed::Withdrawal(id) => (Some(id), None),
        Claimed::Application(id) => (None, Some(id)),
    };
    let tx = connection
        .begin("callback-receiver: keep foreign callback")
        .await?;
    let case = NewCase {
        withdrawal,
        application,
        kind: case.kind,
        detail: &case.detail,
        fingerprint: &case.fingerprint,
    };
    cases::open(&tx, now, &case).await?;
    tx.commit().await
}
