//! A notice to a partner is due, for the first time or again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Message;
use crate::ids::{NoticeId, WithdrawalId};
use crate::topology::{NOTIFY, Queue};

/// Version 1, from whoever recorded the end of a withdrawal, and from partner-notifier for retries.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeDue {
    /// Which notice.
    pub notice_id: NoticeId,
    /// The withdrawal it tells about.
    pub withdrawal_id: WithdrawalId,
}

impl Message for NoticeDue {
    const TYPE: &'static str = "notice.due.v1";
    const QUEUE: Queue = NOTIFY;

    fn correlation_id(&self) -> &str {
        self.withdrawal_id.as_str()
    }
}
