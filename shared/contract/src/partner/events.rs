//! `GET /v1/events`: everything that became final for a partner, and what became of each notice, in
//! one order, so that a partner that was down catches up without us.
//!
//! What a newcomer would get wrong: an event is never older than the notice that it stands for.
//! Both are committed together, before the notice can be sent, so whoever has read the feed to its
//! end knows of every notice that is under way. The reverse does not hold: an event may be read
//! before its notice arrives.
//!
//! Drafts that a user cancelled or let expire were never accepted: they have no notice and no
//! event. Events are kept as long as what they tell of; nothing deletes them.

mod cursor;
mod kind;
mod query;

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use super::application_notice::ApplicationNotice;
use super::notice::Notice;
use super::time::WireTime;

pub use cursor::Cursor;
pub use kind::EventKind;
pub use query::{DEFAULT_LIMIT, EventsQuery, MAX_LIMIT};

/// A page of the feed.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct EventsAnswer {
    /// In the order in which they became true; at most `limit`.
    pub events: Vec<Event>,
    /// What to ask with as `after` the next time: behind the last event of this page, or where the
    /// question stood if there was none.
    pub next: String,
    /// Whether there is more behind `next` already.
    pub has_more: bool,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Event {
    /// Where it stands in the feed: `after` this come all that are newer. It never changes.
    pub cursor: String,
    /// What happened.
    pub kind: EventKind,
    /// When: yyyyMMddHHmmss, Beijing time.
    pub at: WireTime,
    /// The notice that it is about, field by field as it is posted: the business fields alone, for
    /// they are the same on every sending.
    pub notice: NoticeFields,
}

/// The business fields of a notice, in the order in which it is posted; empty ones are left out, as
/// they are there. Every value is a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeFields(Vec<(&'static str, String)>);

impl NoticeFields {
    fn new(fields: [(&'static str, String); 14]) -> Self {
        let sent = fields.into_iter().filter(|(_, value)| !value.is_empty());
        Self(sent.collect())
    }

    /// The value of a field, if it is there.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl From<&Notice> for NoticeFields {
    fn from(notice: &Notice) -> Self {
        Self::new(notice.fields())
    }
}

impl From<&ApplicationNotice> for NoticeFields {
    fn from(notice: &ApplicationNotice) -> Self {
        Self::new(notice.fields())
    }
}

impl Serialize for NoticeFields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            members.serialize_entry(name, value)?;
        }
        members.end()
    }
}

impl JsonSchema for NoticeFields {
    fn schema_name() -> Cow<'static, str> {
        "NoticeFields".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "The business fields of a notice as it is posted; empty ones are left out.",
            "additionalProperties": { "type": "string" },
        })
    }
}

#[cfg(test)]
mod tests;
