//! What a notice about a withdrawal tells, and where to.

use contract::ids::{HtouhuiUserId, NoticeId, OutOrderNo, ThirdPartyUserId, WithdrawalId};
use contract::money::Fen;
use contract::withdrawal::CashType;
use jiff::Timestamp;
use uuid::Uuid;

use super::{Outcome, Posting};
use crate::row::{fen, named, parsed, parsed_optional};
use crate::{Connection, StoreError};

const FOR_DELIVERY: &str = "\
-- notices.for_delivery
select notices.id, notices.withdrawal_id, notices.partner_id, notices.sequence, notices.outcome,
       notices.reason_code, notices.finished_at, notices.state, notices.attempt_count,
       notices.schedule_step, notices.created_at, withdrawals.third_party_user_id,
       withdrawals.htouhui_user_id, withdrawals.amount_fen, withdrawals.out_order_no,
       withdrawals.notify_url, withdrawals.fee_fen, withdrawals.arrival_fen, withdrawals.cash_type,
       array(select host from partner_hosts where partner_id = notices.partner_id) as hosts,
       array(select secret_id || ' ' || secret_sealed
               from notice_secrets
              where partner_id = notices.partner_id and (retired_at is null or retired_at > $3)
              order by created_at desc, secret_id) as notice_secrets,
       message.id is not null as message_is_open, message.lane_id is not null as message_is_parked,
       coalesce(host_of(withdrawals.notify_url), '-') as host, lane.id as lane_id,
       lane.state as lane_state, lane.failures, lane.opened_at, lane.probe_at, lane.probe_pause_ms,
       lane.held_at is not null or whole.held_at is not null as lane_is_held
  from notices
  join withdrawals on withdrawals.id = notices.withdrawal_id
  left join outbox as message on message.message_id = $2
  left join lanes as lane
         on lane.partner_id = notices.partner_id
        and lane.host = coalesce(host_of(withdrawals.notify_url), '-')
  left join lanes as whole on whole.partner_id = notices.partner_id and whole.host = ''
 where notices.id = $1";

/// Everything that a notice tells, and where to.
#[derive(Debug, Clone)]
pub struct ForDelivery {
    /// The same on every retry and replay.
    pub id: NoticeId,
    /// The partner's `order_id`.
    pub withdrawal_id: WithdrawalId,
    /// 1 for the first notice of a withdrawal, 2 for the next.
    pub sequence: i32,
    /// What it tells.
    pub outcome: Outcome,
    /// Why it failed or came back.
    pub reason_code: Option<String>,
    /// When it came to this end.
    pub finished_at: Timestamp,
    /// The user, in the partner's words.
    pub third_party_user_id: ThirdPartyUserId,
    /// The user, in ours.
    pub htouhui_user_id: HtouhuiUserId,
    /// How much.
    pub amount: Fen,
    /// The partner's own number.
    pub out_order_no: Option<OutOrderNo>,
    /// The fee.
    pub fee: Fen,
    /// What arrives on the card.
    pub arrival: Fen,
    /// How fast.
    pub cash_type: CashType,
    /// Where to, and how far that has come.
    pub posting: Posting,
}

/// Everything needed to send this notice at `now`, as `message` asks; `None` also if it is about an
/// application.
pub async fn for_delivery(
    connection: &Connection,
    id: &NoticeId,
    message: Uuid,
    now: Timestamp,
) -> Result<Option<ForDelivery>, StoreError> {
    let row = connection
        .query_opt(FOR_DELIVERY, &[&id.as_str(), &message, &now])
        .await?;
    row.map(|row| {
        Ok(ForDelivery {
            id: parsed(&row, "id")?,
            withdrawal_id: parsed(&row, "withdrawal_id")?,
            sequence: row.try_get("sequence")?,
            outcome: named(&row, "outcome", Outcome::from_name)?,
            reason_code: row.try_get("reason_code")?,
            finished_at: row.try_get("finished_at")?,
            third_party_user_id: parsed(&row, "third_party_user_id")?,
            htouhui_user_id: parsed(&row, "htouhui_user_id")?,
            amount: fen(&row, "amount_fen")?,
            out_order_no: parsed_optional(&row, "out_order_no")?,
            fee: fen(&row, "fee_fen")?,
            arrival: fen(&row, "arrival_fen")?,
            cash_type: named(&row, "cash_type", CashType::from_name)?,
            posting: Posting::from_row(&row)?,
        })
    })
    .transpose()
}
