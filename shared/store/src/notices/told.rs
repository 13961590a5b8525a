//! What a notice tells, read from what it is about.

use contract::application::{ApplicationKind, SubjectKind};
use contract::huifu::operations::FeeFloor;
use contract::ids::{NoticeId, PartnerId};
use contract::partner::ApplicationNotice;
use contract::partner::notice::Notice;
use contract::withdrawal::CashType;
use tokio_postgres::Row;

use super::Outcome;
use crate::row::{fen, named, parsed, parsed_optional};
use crate::{Connection, StoreError};

/// The columns that [`from_row`] reads, of `notices` and what [`whom_it_is_about`] joins.
macro_rules! what_is_told {
    () => {
        "\
notices.id as notice_id, notices.sequence,
       notices.outcome, notices.reason_code, notices.finished_at, notices.withdrawal_id,
       notices.application_id, withdrawals.amount_fen, withdrawals.out_order_no,
       withdrawals.fee_fen, withdrawals.arrival_fen, withdrawals.cash_type,
       applications.application_no, applications.kind as application_kind, applications.subject,
       applications.card_tail, applications.reason_detail,
       coalesce(withdrawals.third_party_user_id, applications.third_party_user_id)
           as third_party_user_id,
       coalesce(withdrawals.htouhui_user_id, applications.htouhui_user_id) as htouhui_user_id"
    };
}
pub(crate) use what_is_told;

macro_rules! whom_it_is_about {
    () => {
        "\
left join withdrawals on withdrawals.id = notices.withdrawal_id
  left join applications on applications.id = notices.application_id"
    };
}
pub(crate) use whom_it_is_about;

const TOLD: &str = concat!(
    "\
-- notices.told
select notices.partner_id, ",
    what_is_told!(),
    "
  from notices
  ",
    whom_it_is_about!(),
    "
 where notices.id = $1"
);

/// What a notice tells.
#[derive(Debug, Clone)]
pub enum Told {
    /// How a withdrawal ended.
    Withdrawal(Notice),
    /// How an application ended.
    Application(ApplicationNotice),
}

/// Who is told, and what; `None` if there is no such notice.
pub async fn told(
    connection: &Connection,
    id: &NoticeId,
) -> Result<Option<(PartnerId, Told)>, StoreError> {
    let row = connection.query_opt(TOLD, &[&id.as_str()]).await?;
    row.map(|row| Ok((parsed(&row, "partner_id")?, from_row(&row)?)))
        .transpose()
}

pub(crate) fn from_row(row: &Row) -> Result<Told, StoreError> {
    let application: Option<&str> = row.try_get("application_id")?;
    Ok(match application {
        None => Told::Withdrawal(about_withdrawal(row)?),
        Some(_) => Told::Application(about_application(row)?),
    })
}

fn about_withdrawal(row: &Row) -> Result<Notice, StoreError> {
    let outcome = named(row, "outcome", Outcome::from_name)?;
    Ok(Notice {
        third_party_user_id: parsed(row, "third_party_user_id")?,
        htouhui_user_id: parsed(row, "htouhui_user_id")?,
        money: fen(row, "amount_fen")?,
        outcome: outcome.about_withdrawal(row.try_get("reason_code")?),
        order_id: parsed(row, "withdrawal_id")?,
        out_order_no: parsed_optional(row, "out_order_no")?,
        notice_id: parsed(row, "notice_id")?,
        sequence: sequence(row)?,
        fee: fen(row, "fee_fen")?,
        arrival_money: fen(row, "arrival_fen")?,
        cash_type: named(row, "cash_type", CashType::from_name)?,
        finished_at: row.try_get("finished_at")?,
    })
}

fn about_application(row: &Row) -> Result<ApplicationNotice, StoreError> {
    let outcome = named(row, "outcome", Outcome::from_name)?;
    let words: Option<&str> = row.try_get("reason_detail")?;
    Ok(ApplicationNotice {
        application_id: parsed(row, "application_id")?,
        application_no: parsed(row, "application_no")?,
        notice_id: parsed(row, "notice_id")?,
        sequence: sequence(row)?,
        kind: named(row, "application_kind", ApplicationKind::from_name)?,
        subject: named(row, "subject", SubjectKind::from_name)?,
        third_party_user_id: parsed(row, "third_party_user_id")?,
        htouhui_user_id: parsed(row, "htouhui_user_id")?,
        outcome: outcome.about_application(row.try_get("reason_code")?),
        floor: words.and_then(FeeFloor::find),
        card_tail: row.try_get("card_tail")?,
        finished_at: row.try_get("finished_at")?,
    })
}

fn sequence(row: &Row) -> Result<u32, StoreError> {
    let sequence: i32 = row.try_get("sequence")?;
    u32::try_from(sequence).map_err(|_| StoreError::Corrupt { column: "sequence" })
}
