//! Notices about applications.

use contract::huifu::operations::FeeFloor;
use contract::message::ApplicationNoticeDue;
use contract::partner::ApplicationNotice;
use jiff::Timestamp;
use store::notices::{self, ApplicationForDelivery};
use store::{Connection, StoreError};
use uuid::Uuid;

use super::{Deliverable, Due, Told};

impl Deliverable for ApplicationNoticeDue {
    async fn load(
        &self,
        connection: &Connection,
        message_id: Uuid,
        now: Timestamp,
    ) -> Result<Option<Due>, StoreError> {
        let id = &self.notice_id;
        let stored = notices::application_for_delivery(connection, id, message_id, now).await?;
        Ok(stored.map(Due::from))
    }
}

impl From<ApplicationForDelivery> for Due {
    fn from(stored: ApplicationForDelivery) -> Self {
        let notice = ApplicationNotice {
            application_id: stored.application_id,
            application_no: stored.application_no,
            notice_id: stored.id,
            sequence: u32::try_from(stored.sequence).unwrap_or_default(),
            kind: stored.kind,
            subject: stored.subject,
            third_party_user_id: stored.third_party_user_id,
            htouhui_user_id: stored.htouhui_user_id,
            outcome: stored
                .outcome
                .about_application(stored.reason_code.as_deref()),
            floor: stored.reason_detail.as_deref().and_then(FeeFloor::find),
            card_tail: stored.card_tail,
            finished_at: stored.finished_at,
        };
        Self {
            posting: stored.posting,
            told: Told::Application(notice),
        }
    }
}
