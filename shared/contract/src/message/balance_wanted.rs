//! Somebody is about to look at a user's balance: ask Huifu for it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Message;
use crate::ids::HtouhuiUserId;
use crate::topology::{ASK_BALANCE, Queue};

/// Version 1, from intake. Old ones are worthless: what counts is when the balance was asked for.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BalanceWanted {
    /// Whose balance.
    pub htouhui_user_id: HtouhuiUserId,
}

impl Message for BalanceWanted {
    const TYPE: &'static str = "balance.wanted.v1";
    const QUEUE: Queue = ASK_BALANCE;

    fn correlation_id(&self) -> &str {
        self.htouhui_user_id.as_str()
    }
}
