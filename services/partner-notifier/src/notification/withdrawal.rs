//! Notices about withdrawals.

use contract::message::NoticeDue;
use contract::partner::notice::Notice;
use jiff::Timestamp;
use store::notices::{self, ForDelivery};
use store::{Connection, StoreError};
use uuid::Uuid;

use super::{Deliverable, Due, Told};

impl Deliverable for NoticeDue {
    async fn load(
        &self,
        connection: &Connection,
        message_id: Uuid,
        now: Timestamp,
    ) -> Result<Option<Due>, StoreError> {
        let stored = notices::for_delivery(connection, &self.notice_id, message_id, now).await?;
        Ok(stored.map(Due::from))
    }
}

impl From<ForDelivery> for Due {
    fn from(stored: ForDelivery) -> Self {
        let notice = Notice {
            third_party_user_id: stored.third_party_user_id,
            htouhui_user_id: stored.htouhui_user_id,
            money: stored.amount,
            outcome: stored
                .outcome
                .about_withdrawal(stored.reason_code.as_deref()),
            order_id: stored.withdrawal_id,
            out_order_no: stored.out_order_no,
            notice_id: stored.id,
            sequence: u32::try_from(stored.sequence).unwrap_or_default(),
            fee: stored.fee,
            arrival_money: stored.arrival,
            cash_type: stored.cash_type,
            finished_at: stored.finished_at,
        };
        Self {
            posting: stored.posting,
            told: Told::Withdrawal(notice),
        }
    }
}
