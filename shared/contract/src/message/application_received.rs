//! An application has a step that is due: send it to Huifu.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Message;
use crate::ids::ApplicationId;
use crate::topology::{ONBOARD, Queue};

/// Version 1, from intake, and from whoever recorded that a step is done and another one is due.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplicationReceived {
    /// Which application.
    pub application_id: ApplicationId,
}

impl Message for ApplicationReceived {
    const TYPE: &'static str = "application.received.v1";
    const QUEUE: Queue = ONBOARD;

    fn correlation_id(&self) -> &str {
        self.application_id.as_str()
    }
}
