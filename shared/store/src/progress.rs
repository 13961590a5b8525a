//! Moves a withdrawal along one edge, with everything that must be true in the same moment: the
//! timeline's row, the notice and its message at an end, a case where two statements about money
//! contradict each other.
//!
//! **Invariant:** this is the only way a withdrawal changes its state, except a draft's expiry.

use contract::ids::{NoticeId, WithdrawalId};
use contract::message::{Envelope, NoticeDue};
use contract::withdrawal::{Next, State, Transition, return_check};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::cases::{self, NewCase};
use crate::notices::{self, About, NewNotice, Outcome};
use crate::withdrawals::{Change, Changed, change_state, hold};
use crate::{StoreError, Transaction, attempts, outbox, timeline};

/// One edge to be taken.
#[derive(Debug, Clone)]
pub struct Step<'a> {
    /// Which withdrawal.
    pub withdrawal: &'a WithdrawalId,
    /// Which edge.
    pub transition: Transition,
    /// What goes into the row with it.
    pub change: Change<'a>,
    /// What goes onto the timeline: ids, codes and numbers.
    pub detail: &'a Value,
    /// Ids for the notice, should this be an end that the partner is told of.
    pub ids: NewIds,
    /// The message that caused this.
    pub causation_id: Option<Uuid>,
}

/// Fresh ids, made by the caller because randomness is a parameter here.
#[derive(Debug, Clone)]
pub struct NewIds {
    /// For the notice.
    pub notice: NoticeId,
    /// For the message that makes it due.
    pub message: Uuid,
}

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advanced {
    /// It moved.
    Moved {
        /// From here.
        from: State,
        /// To here.
        to: State,
    },
    /// It stands there already, or further along the same road.
    Agreed(State),
    /// Somebody was first, or it is too late.
    Refused(State),
    /// A case holds it; nothing may be sent.
    Held(State),
    /// Two statements about money exclude each other: nothing changed but that a case is open now
    /// and the withdrawal is held.
    Contradicted(State),
    /// There is no such withdrawal.
    Unknown,
}

/// Takes one edge.
pub async fn advance(
    tx: &Transaction<'_>,
    now: Timestamp,
    step: &Step<'_>,
) -> Result<Advanced, StoreError> {
    let changed = change_state(
        tx,
        now,
        step.withdrawal,
        step.transition,
        &step.change,
        step.detail,
    )
    .await?;
    let Some(changed) = changed else {
        return Ok(Advanced::Unknown);
    };
    let from = changed.before;
    match from.next(step.transition) {
        Next::Moves(to) if changed.moved_sequence.is_some() => {
            arrive(tx, now, step, &changed, to).await?;
            Ok(Advanced::Moved { from, to })
        }
        Next::Moves(_) => {
            debug_assert!(changed.held, "the edge exists and the row was locked");
            Ok(Advanced::Held(from))
        }
        Next::Agrees => Ok(Advanced::Agreed(from)),
        Next::Refused => Ok(Advanced::Refused(from)),
        Next::Contradicts => {
            contradict(tx, now, step, from).await?;
            Ok(Advanced::Contradicted(from))
        }
    }
}

/// At an end the partner is told, and Huifu is asked again later: a bank may return the money.
async fn arrive(
    tx: &Transaction<'_>,
    now: Timestamp,
    step: &Step<'_>,
    changed: &Changed,
    to: State,
) -> Result<(), StoreError> {
    let Some(outcome) = Outcome::of(to) else {
        return Ok(());
    };
    let notice = NewNotice {
        id: &step.ids.notice,
        about: About::Withdrawal(step.withdrawal),
        partner: &changed.partner_id,
        sequence: changed.moved_sequence.unwrap_or_default(),
        outcome,
        reason_code: step.change.reason_code,
    };
    let due = Envelope {
        message_id: step.ids.message,
        at: now,
        causation_id: step.causation_id,
        traceparent: None,
        body: NoticeDue {
            notice_id: step.ids.notice.clone(),
            withdrawal_id: step.withdrawal.clone(),
        },
    };
    // Sent down one connection without waiting in between; the database still runs them in order.
    tokio::try_join!(
        biased;
        notices::insert(tx, now, &notice),
        outbox::enqueue(tx, &due, now),
        attempts::ask_about_end(tx, now, step.withdrawal, return_check::first(to, now)),
    )?;
    Ok(())
}

async fn contradict(
    tx: &Transaction<'_>,
    now: Timestamp,
    step: &Step<'_>,
    state: State,
) -> Result<(), StoreError> {
    let transition = step.transition.as_str();
    let detail = json!({ "state": state.as_str(), "asked": transition, "because": step.detail });
    let fingerprint = format!("{}:{}:{transition}", step.withdrawal, state.as_str());
    let case = NewCase {
        withdrawal: Some(step.withdrawal),
        application: None,
        kind: "contradiction",
        detail: &detail,
        fingerprint: &fingerprint,
    };
    set_aside(tx, now, step.withdrawal, &case).await.map(drop)
}

/// Opens a case about this withdrawal and holds it: nothing is sent for it until a person has
/// looked. Its state stays. `false` when the same case was told before: then the withdrawal is held
/// already, or a person has decided about exactly this and let it go.
pub async fn set_aside(
    tx: &Transaction<'_>,
    now: Timestamp,
    withdrawal: &WithdrawalId,
    case: &NewCase<'_>,
) -> Result<bool, StoreError> {
    // In this order: the case's row waits for whoever is lifting the hold (see `cases::close`).
    let told_first = cases::open(tx, now, case).await?;
    if told_first {
        hold(tx, now, withdrawal).await?;
        timeline::note(tx, now, withdrawal, case.kind, case.detail).await?;
    }
    Ok(told_first)
}
