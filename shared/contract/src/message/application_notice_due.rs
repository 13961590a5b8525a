//! A notice about an application is due, for the first time or again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Message;
use crate::ids::{ApplicationId, NoticeId};
use crate::topology::{NOTIFY_APPLICATION, Queue};

/// Version 1, from whoever recorded the end of an application, and from partner-notifier for
/// retries.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplicationNoticeDue {
    /// Which notice.
    pub notice_id: NoticeId,
    /// The application it tells about.
    pub application_id: ApplicationId,
}

impl Message for ApplicationNoticeDue {
    const TYPE: &'static str = "application-notice.due.v1";
    const QUEUE: Queue = NOTIFY_APPLICATION;

    fn correlation_id(&self) -> &str {
        self.application_id.as_str()
    }
}
