//! Where a notice is posted and how far that has come, whatever it tells.

use contract::ids::PartnerId;
use jiff::Timestamp;
use tokio_postgres::Row;

use super::NoticeState;
use crate::StoreError;
use crate::lanes::{self, Standing};
use crate::notice_secrets::{self, SealedSecret};
use crate::row::{named, parsed};

/// What is the same of a notice about a withdrawal and of one about an application.
#[derive(Debug, Clone)]
pub struct Posting {
    /// Who is told.
    pub partner_id: PartnerId,
    /// Where to.
    pub notify_url: String,
    /// Where the partner's addresses may point to, as registered now.
    pub hosts: Vec<String>,
    /// What signs the Standard Webhooks headers now, the newest first; empty for a partner that
    /// does not want them.
    pub notice_secrets: Vec<SealedSecret>,
    /// When the notice was written.
    pub created_at: Timestamp,
    /// Where its delivery stands.
    pub state: NoticeState,
    /// How often it was sent so far.
    pub attempt_count: i32,
    /// How far the retry schedule has been used since the last replay.
    pub schedule_step: i32,
    /// Whether the message that asks for this has not been carried out: `false` for a delivery of
    /// it that came again after [`crate::outbox::settle`].
    pub message_is_open: bool,
    /// Whether that message is parked: whatever else brings it has nothing to do with it.
    pub message_is_parked: bool,
    /// The lane it goes out on.
    pub lane: Standing,
}

impl Posting {
    pub(super) fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            partner_id: parsed(row, "partner_id")?,
            notify_url: row.try_get("notify_url")?,
            hosts: row.try_get("hosts")?,
            notice_secrets: notice_secrets::read_column(row)?,
            created_at: row.try_get("created_at")?,
            state: named(row, "state", NoticeState::from_name)?,
            attempt_count: row.try_get("attempt_count")?,
            schedule_step: row.try_get("schedule_step")?,
            message_is_open: row.try_get("message_is_open")?,
            message_is_parked: row.try_get("message_is_parked")?,
            lane: lanes::standing(row)?,
        })
    }
}
