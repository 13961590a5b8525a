//! What an event tells.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

/// The kinds of events. A name is never renamed and never reused; a reader skips one that it does
/// not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// A withdrawal was paid, failed, or came back after it was paid; `status` and `reason_code` of
    /// the notice say which. One that came back has two of these events.
    WithdrawalFinished,
    /// An application passed or did not.
    ApplicationFinished,
    /// The notice was answered with `success`.
    NoticeDelivered,
    /// The schedule is used up; the notice is sent again only when somebody asks for it.
    NoticeDeadLettered,
    /// The notice is due once more and its schedule begins anew, because the partner asked for it
    /// or one of our operators did.
    NoticeResent,
}

impl EventKind {
    /// Every kind; compared with the database's list by a test.
    pub const ALL: [Self; 5] = [
        Self::WithdrawalFinished,
        Self::ApplicationFinished,
        Self::NoticeDelivered,
        Self::NoticeDeadLettered,
        Self::NoticeResent,
    ];

    /// The name, on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WithdrawalFinished => "withdrawal.finished",
            Self::ApplicationFinished => "application.finished",
            Self::NoticeDelivered => "notice.delivered",
            Self::NoticeDeadLettered => "notice.dead_lettered",
            Self::NoticeResent => "notice.resent",
        }
    }

    /// Reads the name; `None` for anything else.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl Serialize for EventKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl JsonSchema for EventKind {
    fn schema_name() -> Cow<'static, str> {
        "EventKind".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        // Not closed: a reader skips a kind that it does not know.
        json_schema!({ "type": "string", "examples": Self::ALL.map(Self::as_str) })
    }
}
