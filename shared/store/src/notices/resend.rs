//! A partner asks for a notice of its own again: due now, the schedule begun anew.
//!
//! What a newcomer would get wrong is to write a second message beside the one that is waiting:
//! each carries its own retries, and the partner would be called twice as often from then on. So
//! the message that is there is hastened, a dead letter is replayed, and only where there is
//! neither is a message written.
//!
//! **Locks:** the notice's row, first and waiting. partner-notifier settles a message, then updates
//! this row, so whoever holds it sees every message that will still be carried out. Nothing else is
//! waited for: a message that somebody holds is being published or carried out at this moment, and
//! a letter that somebody holds is being decided about (`nowait`), so there can be no circle.

use contract::ids::{ApplicationId, NoticeId, PartnerId, WithdrawalId};
use contract::message::{ApplicationNoticeDue, Envelope, Message, NoticeDue};
use jiff::Timestamp;
use uuid::Uuid;

use super::NoticeState;
use crate::dead_letters::{self, Decision};
use crate::row::{named, parsed, parsed_optional};
use crate::{StoreError, Transaction, outbox};

const LOCK_OWN: &str = "\
-- notices.lock_own
select id, withdrawal_id, application_id, state, resent_at
  from notices
 where id = $1 and partner_id = $2
   for update";

/// One that was touched since it was written is due whatever `available_at` says: it is claimed by
/// a relay, or was given back by one. One that is parked goes out as soon as its lane is free; that
/// the partner asks for it does not free the lane.
const MESSAGE_IS_DUE: &str = "\
-- notices.message_is_due
select bool_or(available_at <= $3 or published_at is not null or updated_at > created_at
               or lane_id is not null) as due
  from outbox
 where correlation_id = $1
   and routing_key in ('notice.due', 'application-notice.due')
   and body = $2";

const HASTEN: &str = "\
-- notices.hasten
with waiting as (
    select id
      from outbox
     where correlation_id = $1
       and routing_key in ('notice.due', 'application-notice.due')
       and body = $2
       and available_at > $3
       and published_at is null
       and lane_id is null
       and updated_at = created_at
       for update skip locked)
update outbox
   set available_at = $3, updated_at = $3, updated_by = $4
  from waiting
 where outbox.id = waiting.id";

const REVIVE: &str = "\
-- notices.revive
with revived as (
    update notices
       set state = 'pending', delivered_at = null, schedule_step = 0, resent_at = $2,
           updated_at = $2, updated_by = $3
     where id = $1
    returning id, withdrawal_id, application_id, sequence),
told_of_withdrawal as (
    insert into timeline (withdrawal_id, at, recorded_by, event, detail)
    select withdrawal_id, $2, $3, 'notice_resent',
           jsonb_build_object('notice_id', id, 'sequence', sequence)
      from revived
     where withdrawal_id is not null)
insert into application_timeline (application_id, at, recorded_by, event, detail)
select application_id, $2, $3, 'notice_resent',
       jsonb_build_object('notice_id', id, 'sequence', sequence)
  from revived
 where application_id is not null";

/// A notice whose row is locked.
#[derive(Debug)]
pub struct Locked {
    id: NoticeId,
    about: About,
    state: NoticeState,
    /// When the partner asked for it last, if it ever did.
    pub resent_at: Option<Timestamp>,
}

#[derive(Debug)]
enum About {
    Withdrawal(WithdrawalId),
    Application(ApplicationId),
}

/// The message that asks partner-notifier to send a notice, as it lies in the outbox.
struct Asking {
    message_type: &'static str,
    correlation_id: String,
    body: String,
}

impl Asking {
    fn of<M: Message>(message: &M) -> Self {
        Self {
            message_type: M::TYPE,
            correlation_id: message.correlation_id().to_owned(),
            body: outbox::body(message),
        }
    }
}

impl Locked {
    fn about_withdrawal(&self, id: &WithdrawalId) -> NoticeDue {
        NoticeDue {
            notice_id: self.id.clone(),
            withdrawal_id: id.clone(),
        }
    }

    fn about_application(&self, id: &ApplicationId) -> ApplicationNoticeDue {
        ApplicationNoticeDue {
            notice_id: self.id.clone(),
            application_id: id.clone(),
        }
    }

    fn asking(&self) -> Asking {
        match &self.about {
            About::Withdrawal(id) => Asking::of(&self.about_withdrawal(id)),
            About::Application(id) => Asking::of(&self.about_application(id)),
        }
    }
}

/// Locks a notice of this partner; `None` if it has none of this number.
pub async fn lock_own(
    tx: &Transaction<'_>,
    partner: &PartnerId,
    id: &NoticeId,
) -> Result<Option<Locked>, StoreError> {
    let row = tx
        .query_opt(LOCK_OWN, &[&id.as_str(), &partner.as_str()])
        .await?;
    row.map(|row| {
        let about = match parsed_optional(&row, "withdrawal_id")? {
            Some(id) => About::Withdrawal(id),
            None => About::Application(parsed(&row, "application_id")?),
        };
        Ok(Locked {
            id: parsed(&row, "id")?,
            about,
            state: named(&row, "state", NoticeState::from_name)?,
            resent_at: row.try_get("resent_at")?,
        })
    })
    .transpose()
}

/// Whether it is due already, or is being sent at this moment.
pub async fn is_due(
    tx: &Transaction<'_>,
    now: Timestamp,
    notice: &Locked,
) -> Result<bool, StoreError> {
    let due = message_is_due(tx, now, &notice.asking()).await?;
    Ok(notice.state == NoticeState::Pending && due == Some(true))
}

/// Makes it due now and begins its schedule anew. A dead letter about it is replayed, as by
/// `decision`.
pub async fn resend(
    tx: &Transaction<'_>,
    now: Timestamp,
    notice: &Locked,
    message_id: Uuid,
    decision: Decision<'_>,
) -> Result<(), StoreError> {
    // Before the letter: one event tells of both.
    tx.execute(REVIVE, &[&notice.id.as_str(), &now, &tx.name()])
        .await?;
    tx.mark_enqueued();
    let asking = notice.asking();
    match message_is_due(tx, now, &asking).await? {
        Some(true) => return Ok(()),
        Some(false) => return hasten(tx, now, &asking).await,
        None => {}
    }
    let letter = dead_letters::lock_open(
        tx,
        &asking.correlation_id,
        asking.message_type,
        asking.body.as_bytes(),
    )
    .await?;
    match letter {
        Some(letter) if dead_letters::replay(tx, now, letter, decision).await? => Ok(()),
        Some(_) | None => enqueue(tx, now, notice, message_id).await,
    }
}

/// `None` if there is no message.
async fn message_is_due(
    tx: &Transaction<'_>,
    now: Timestamp,
    asking: &Asking,
) -> Result<Option<bool>, StoreError> {
    let row = tx
        .query_one(
            MESSAGE_IS_DUE,
            &[&asking.correlation_id, &asking.body, &now],
        )
        .await?;
    Ok(row.try_get("due")?)
}

async fn hasten(tx: &Transaction<'_>, now: Timestamp, asking: &Asking) -> Result<(), StoreError> {
    tx.execute(
        HASTEN,
        &[&asking.correlation_id, &asking.body, &now, &tx.name()],
    )
    .await
    .map(drop)
}

async fn enqueue(
    tx: &Transaction<'_>,
    now: Timestamp,
    notice: &Locked,
    message_id: Uuid,
) -> Result<(), StoreError> {
    match &notice.about {
        About::Withdrawal(id) => {
            let due = envelope(now, message_id, notice.about_withdrawal(id));
            outbox::enqueue(tx, &due, now).await
        }
        About::Application(id) => {
            let due = envelope(now, message_id, notice.about_application(id));
            outbox::enqueue(tx, &due, now).await
        }
    }
}

fn envelope<M>(now: Timestamp, message_id: Uuid, body: M) -> Envelope<M> {
    Envelope {
        message_id,
        at: now,
        causation_id: None,
        traceparent: None,
        body,
    }
}
