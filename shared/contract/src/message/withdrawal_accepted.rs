//! A user confirmed a withdrawal: send it to Huifu.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Message;
use crate::ids::WithdrawalId;
use crate::topology::{DISPATCH, Queue};

/// Version 1, from intake (and from huifu-dispatcher, when an attempt provably never left).
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalAccepted {
    /// Which withdrawal.
    pub withdrawal_id: WithdrawalId,
}

impl Message for WithdrawalAccepted {
    const TYPE: &'static str = "withdrawal.accepted.v1";
    const QUEUE: Queue = DISPATCH;

    fn correlation_id(&self) -> &str {
        self.withdrawal_id.as_str()
    }
}
