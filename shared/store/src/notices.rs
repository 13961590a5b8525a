//! Notices to partners: what each tells, and every attempt to deliver it.
//!
//! What a notice tells is written once, when the withdrawal comes to that end, and never changes: a
//! late retry of "paid" still says paid after the bank has returned the money, and the return is
//! told by a notice of its own with the next number.

mod history;

use contract::ids::{
    HtouhuiUserId, NoticeId, OutOrderNo, PartnerId, ThirdPartyUserId, WithdrawalId,
};
use contract::money::Fen;
use contract::withdrawal::{CashType, State};
use jiff::Timestamp;
use uuid::Uuid;

use crate::row::{fen, named, parsed, parsed_optional};
use crate::{Connection, StoreError, Transaction};

pub use history::{PastAttempt, Summary, attempts_of, of};

const INSERT: &str = "\
-- notices.insert
insert into notices (id, withdrawal_id, partner_id, sequence, status, outcome, reason_code,
                     finished_at, state, created_at, updated_at, updated_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, 'pending', $8, $8, $9)";

const FOR_DELIVERY: &str = "\
-- notices.for_delivery
select notices.id, notices.withdrawal_id, notices.partner_id, notices.sequence, notices.outcome,
       notices.reason_code, notices.finished_at, notices.state, notices.attempt_count,
       notices.schedule_step, notices.created_at, withdrawals.third_party_user_id,
       withdrawals.htouhui_user_id, withdrawals.amount_fen, withdrawals.out_order_no,
       withdrawals.notify_url, withdrawals.fee_fen, withdrawals.arrival_fen, withdrawals.cash_type,
       array(select host from partner_hosts where partner_id = notices.partner_id) as hosts,
       exists(select from outbox where message_id = $2) as message_is_open
  from notices
  join withdrawals on withdrawals.id = notices.withdrawal_id
 where notices.id = $1";

const RECORD_ATTEMPT: &str = "\
-- notices.record_attempt
with counted as (
    update notices
       set attempt_count = attempt_count + 1,
           schedule_step = schedule_step + 1,
           state = $2,
           delivered_at = case when $2 = 'delivered' then $3::timestamptz end,
           updated_at = $3,
           updated_by = $4
     where id = $1
    returning id, attempt_count)
insert into notice_attempts (notice_id, number, at, outcome, http_status, duration_ms, answer)
select id, attempt_count, $9, $5, $6, $7, $8 from counted";

/// The ends that partners are told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Money moved.
    Paid,
    /// It did not and will not.
    Failed,
    /// It moved and came back.
    Returned,
}

impl Outcome {
    /// Every outcome; compared with the database's list by a test.
    pub const ALL: [Self; 3] = [Self::Paid, Self::Failed, Self::Returned];

    /// The outcome that a state is, if partners are told of it. A user who cancelled or let a draft
    /// expire accepted nothing, so there is nothing to tell.
    pub const fn of(state: State) -> Option<Self> {
        match state {
            State::Paid => Some(Self::Paid),
            State::Failed => Some(Self::Failed),
            State::Returned => Some(Self::Returned),
            State::Draft
            | State::Accepted
            | State::Dispatching
            | State::Submitted
            | State::Unconfirmed
            | State::Cancelled
            | State::Expired => None,
        }
    }

    /// The name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Returned => "returned",
        }
    }

    /// The seed's `status`: `1` succeeded, `0` failed.
    pub const fn status(self) -> &'static str {
        match self {
            Self::Paid => "1",
            Self::Failed | Self::Returned => "0",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|outcome| outcome.as_str() == name)
    }
}

/// Where the delivery of a notice stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeState {
    /// It is due now or later.
    Pending,
    /// The partner said `success`.
    Delivered,
    /// The schedule is used up; an operator may replay it.
    DeadLettered,
}

impl NoticeState {
    /// Every state; compared with the database's list by a test.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Delivered, Self::DeadLettered];

    /// The name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::DeadLettered => "dead_lettered",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// A notice about to be written.
pub(crate) struct NewNotice<'a> {
    pub(crate) id: &'a NoticeId,
    pub(crate) withdrawal: &'a WithdrawalId,
    pub(crate) partner: &'a PartnerId,
    pub(crate) sequence: i32,
    pub(crate) outcome: Outcome,
    pub(crate) reason_code: Option<&'a str>,
}

/// Everything that a notice tells, and where to.
#[derive(Debug, Clone)]
pub struct ForDelivery {
    /// The same on every retry and replay.
    pub id: NoticeId,
    /// The partner's `order_id`.
    pub withdrawal_id: WithdrawalId,
    /// Who is told.
    pub partner_id: PartnerId,
    /// 1 for the first notice of a withdrawal, 2 for the next.
    pub sequence: i32,
    /// What it tells.
    pub outcome: Outcome,
    /// Why it failed or came back.
    pub reason_code: Option<String>,
    /// When it came to this end.
    pub finished_at: Timestamp,
    /// Where its delivery stands.
    pub state: NoticeState,
    /// How often it was sent so far.
    pub attempt_count: i32,
    /// How far the retry schedule has been used since the last replay.
    pub schedule_step: i32,
    /// When it was written.
    pub created_at: Timestamp,
    /// The user, in the partner's words.
    pub third_party_user_id: ThirdPartyUserId,
    /// The user, in ours.
    pub htouhui_user_id: HtouhuiUserId,
    /// How much.
    pub amount: Fen,
    /// The partner's own number.
    pub out_order_no: Option<OutOrderNo>,
    /// Where to.
    pub notify_url: String,
    /// The fee.
    pub fee: Fen,
    /// What arrives on the card.
    pub arrival: Fen,
    /// How fast.
    pub cash_type: CashType,
    /// Where the partner's addresses may point to, as registered now.
    pub hosts: Vec<String>,
    /// Whether the message that asks for this has not been carried out: `false` for a delivery of
    /// it that came again after [`crate::outbox::settle`].
    pub message_is_open: bool,
}

/// One sending of a notice, and what came of it.
#[derive(Debug, Clone)]
pub struct Attempted<'a> {
    /// When it began.
    pub at: Timestamp,
    /// Where the notice stands after it.
    pub state: NoticeState,
    /// `delivered`, or the class of the error: `connect`, `timeout`, `status`, …
    pub outcome: &'a str,
    /// The status, if there was one.
    pub http_status: Option<i32>,
    /// How long it took.
    pub duration_ms: i64,
    /// The first characters of the answer, if there was one.
    pub answer: Option<&'a str>,
}

pub(crate) async fn insert(
    tx: &Transaction<'_>,
    now: Timestamp,
    notice: &NewNotice<'_>,
) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        &[
            &notice.id.as_str(),
            &notice.withdrawal.as_str(),
            &notice.partner.as_str(),
            &notice.sequence,
            &notice.outcome.status(),
            &notice.outcome.as_str(),
            &notice.reason_code,
            &now,
            &tx.name(),
        ],
    )
    .await
    .map(drop)
}

/// Everything needed to send this notice, as `message` asks.
pub async fn for_delivery(
    connection: &Connection,
    id: &NoticeId,
    message: Uuid,
) -> Result<Option<ForDelivery>, StoreError> {
    let row = connection
        .query_opt(FOR_DELIVERY, &[&id.as_str(), &message])
        .await?;
    row.map(|row| {
        Ok(ForDelivery {
            id: parsed(&row, "id")?,
            withdrawal_id: parsed(&row, "withdrawal_id")?,
            partner_id: parsed(&row, "partner_id")?,
            sequence: row.try_get("sequence")?,
            outcome: named(&row, "outcome", Outcome::from_name)?,
            reason_code: row.try_get("reason_code")?,
            finished_at: row.try_get("finished_at")?,
            state: named(&row, "state", NoticeState::from_name)?,
            attempt_count: row.try_get("attempt_count")?,
            schedule_step: row.try_get("schedule_step")?,
            created_at: row.try_get("created_at")?,
            third_party_user_id: parsed(&row, "third_party_user_id")?,
            htouhui_user_id: parsed(&row, "htouhui_user_id")?,
            amount: fen(&row, "amount_fen")?,
            out_order_no: parsed_optional(&row, "out_order_no")?,
            notify_url: row.try_get("notify_url")?,
            fee: fen(&row, "fee_fen")?,
            arrival: fen(&row, "arrival_fen")?,
            cash_type: named(&row, "cash_type", CashType::from_name)?,
            hosts: row.try_get("hosts")?,
            message_is_open: row.try_get("message_is_open")?,
        })
    })
    .transpose()
}

/// Records one sending and where the notice stands after it.
pub async fn record_attempt(
    tx: &Transaction<'_>,
    now: Timestamp,
    id: &NoticeId,
    attempt: &Attempted<'_>,
) -> Result<(), StoreError> {
    tx.execute(
        RECORD_ATTEMPT,
        &[
            &id.as_str(),
            &attempt.state.as_str(),
            &now,
            &tx.name(),
            &attempt.outcome,
            &attempt.http_status,
            &attempt.duration_ms,
            &attempt.answer,
            &attempt.at,
        ],
    )
    .await
    .map(drop)
}
