//! What a notice about an application tells, and where to.

use contract::application::{ApplicationKind, SubjectKind};
use contract::ids::{ApplicationId, ApplicationNo, HtouhuiUserId, NoticeId, ThirdPartyUserId};
use jiff::Timestamp;
use uuid::Uuid;

use super::{Outcome, Posting};
use crate::row::{named, parsed};
use crate::{Connection, StoreError};

const APPLICATION_FOR_DELIVERY: &str = "\
-- notices.application_for_delivery
select notices.id, notices.application_id, notices.partner_id, notices.sequence, notices.outcome,
       notices.reason_code, notices.finished_at, notices.state, notices.attempt_count,
       notices.schedule_step, notices.created_at, applications.application_no, applications.kind,
       applications.subject, applications.third_party_user_id, applications.htouhui_user_id,
       applications.card_tail, applications.notify_url, applications.reason_detail,
       array(select host from partner_hosts where partner_id = notices.partner_id) as hosts,
       array(select secret_id || ' ' || secret_sealed
               from notice_secrets
              where partner_id = notices.partner_id and (retired_at is null or retired_at > $3)
              order by created_at desc, secret_id) as notice_secrets,
       message.id is not null as message_is_open, message.lane_id is not null as message_is_parked,
       coalesce(host_of(applications.notify_url), '-') as host, lane.id as lane_id,
       lane.state as lane_state, lane.failures, lane.opened_at, lane.probe_at, lane.probe_pause_ms,
       lane.held_at is not null or whole.held_at is not null as lane_is_held
  from notices
  join applications on applications.id = notices.application_id
  left join outbox as message on message.message_id = $2
  left join lanes as lane
         on lane.partner_id = notices.partner_id
        and lane.host = coalesce(host_of(applications.notify_url), '-')
  left join lanes as whole on whole.partner_id = notices.partner_id and whole.host = ''
 where notices.id = $1";

/// Everything that a notice about an application tells, and where to.
#[derive(Debug, Clone)]
pub struct ApplicationForDelivery {
    /// The same on every retry and replay.
    pub id: NoticeId,
    /// Our number of the application.
    pub application_id: ApplicationId,
    /// The partner's number of it.
    pub application_no: ApplicationNo,
    /// What was asked for.
    pub kind: ApplicationKind,
    /// For whom.
    pub subject: SubjectKind,
    /// The user, in the partner's words.
    pub third_party_user_id: ThirdPartyUserId,
    /// The user, in ours.
    pub htouhui_user_id: HtouhuiUserId,
    /// 1 for the first notice of an application.
    pub sequence: i32,
    /// What it tells: passed, refused or failed.
    pub outcome: Outcome,
    /// Why it was refused or failed.
    pub reason_code: Option<String>,
    /// The same in Huifu's words, as far as they are kept. For us: partners are told the floor of a
    /// fee out of it, and nothing else.
    pub reason_detail: Option<String>,
    /// The last four digits of the card in the form.
    pub card_tail: Option<String>,
    /// When it came to this end.
    pub finished_at: Timestamp,
    /// Where to, and how far that has come.
    pub posting: Posting,
}

/// Everything needed to send this notice at `now`, as `message` asks; `None` also if it is about a
/// withdrawal.
pub async fn application_for_delivery(
    connection: &Connection,
    id: &NoticeId,
    message: Uuid,
    now: Timestamp,
) -> Result<Option<ApplicationForDelivery>, StoreError> {
    let row = connection
        .query_opt(APPLICATION_FOR_DELIVERY, &[&id.as_str(), &message, &now])
        .await?;
    row.map(|row| {
        Ok(ApplicationForDelivery {
            id: parsed(&row, "id")?,
            application_id: parsed(&row, "application_id")?,
            application_no: parsed(&row, "application_no")?,
            kind: named(&row, "kind", ApplicationKind::from_name)?,
            subject: named(&row, "subject", SubjectKind::from_name)?,
            third_party_user_id: parsed(&row, "third_party_user_id")?,
            htouhui_user_id: parsed(&row, "htouhui_user_id")?,
            sequence: row.try_get("sequence")?,
            outcome: named(&row, "outcome", Outcome::from_name)?,
            reason_code: row.try_get("reason_code")?,
            reason_detail: row.try_get("reason_detail")?,
            card_tail: row.try_get("card_tail")?,
            finished_at: row.try_get("finished_at")?,
            posting: Posting::from_row(&row)?,
        })
    })
    .transpose()
}
