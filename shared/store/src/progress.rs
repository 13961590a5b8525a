//! Moves a withdrawal along one edge, with everything that must be true in the same moment: the
//! timeline's row, the notice and its message at an end, a case where two statements about money
//! contradict each other.
//!
//! What is written of an attempt in the same moment goes along, in one statement with the edge: see
//! [`advance_to_attempt`] and [`advance_and_learn`].
//!
//! **Invariant:** this is the only way a withdrawal changes its state, except a draft's expiry.

mod money;

use contract::ids::WithdrawalId;
use contract::withdrawal::{Next, State, Transition, return_check};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::attempts::{self, Heard, NewAttempt};
use crate::cases::{self, NewCase};
use crate::notices::Outcome;
use crate::withdrawals::{Change, Changed, change_state, end, hold, open_attempt};
use crate::{StoreError, Transaction, timeline};

pub use crate::advanced::NewIds;
pub use money::begin_money;
pub(crate) use money::{Moved, Stage};

/// What became of an edge of a withdrawal.
pub type Advanced = crate::advanced::Advanced<State>;

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

/// Takes one edge.
pub async fn advance(
    tx: &Transaction<'_>,
    now: Timestamp,
    step: &Step<'_>,
) -> Result<Advanced, StoreError> {
    let (advanced, _) = take(tx, now, step, &With::Nothing).await?;
    Ok(advanced)
}

/// As [`advance`], for [`Transition::OpenAttempt`]: the attempt is there exactly if it moved.
/// Refused by `one_attempt_that_may_have_paid` if another one may have paid.
pub async fn advance_to_attempt(
    tx: &Transaction<'_>,
    now: Timestamp,
    step: &Step<'_>,
    attempt: &NewAttempt<'_>,
) -> Result<Advanced, StoreError> {
    let (advanced, _) = take(tx, now, step, &With::Attempt(attempt)).await?;
    Ok(advanced)
}

/// As [`advance`], on somebody's word that Huifu has an attempt. If it moved or agreed, that is
/// written down as [`attempts::learn`] does, and the second answer says whether: `false` means
/// that the sender closed the attempt meanwhile, and that the edge may have been taken for another.
pub async fn advance_and_learn(
    tx: &Transaction<'_>,
    now: Timestamp,
    step: &Step<'_>,
    heard: &Heard<'_>,
) -> Result<(Advanced, bool), StoreError> {
    take(tx, now, step, &With::Heard(heard)).await
}

/// What is written of an attempt in the same moment.
enum With<'a> {
    Nothing,
    Attempt(&'a NewAttempt<'a>),
    Heard(&'a Heard<'a>),
}

impl With<'_> {
    const fn attempt(&self) -> Option<&NewAttempt<'_>> {
        match self {
            Self::Attempt(attempt) => Some(attempt),
            Self::Nothing | Self::Heard(_) => None,
        }
    }

    const fn heard(&self) -> Option<&Heard<'_>> {
        match self {
            Self::Heard(heard) => Some(heard),
            Self::Nothing | Self::Attempt(_) => None,
        }
    }
}

async fn take(
    tx: &Transaction<'_>,
    now: Timestamp,
    step: &Step<'_>,
    with: &With<'_>,
) -> Result<(Advanced, bool), StoreError> {
    let Some(changed) = change(tx, now, step, with).await? else {
        return Ok((Advanced::Unknown, false));
    };
    let from = changed.before;
    let advanced = match from.next(step.transition) {
        Next::Moves(to) if changed.moved => {
            count(tx, step, to, &changed);
            Advanced::Moved { from, to }
        }
        Next::Moves(_) => {
            debug_assert!(changed.held, "the edge exists and the row was locked");
            Advanced::Held(from)
        }
        Next::Agrees => Advanced::Agreed(from),
        Next::Refused => Advanced::Refused(from),
        Next::Contradicts => {
            contradict(tx, now, step, from).await?;
            Advanced::Contradicted(from)
        }
    };
    Ok((advanced, changed.learned))
}

fn count(tx: &Transaction<'_>, step: &Step<'_>, to: State, changed: &Changed) {
    let agreed = step.change.confirmation.map(|agreed| agreed.cash_type);
    let cash_type = agreed.or(changed.cash_type);
    if let (Some(stage), Some(cash_type)) = (Stage::of(step.transition, to), cash_type) {
        tx.count_at_commit(Moved {
            stage,
            cash_type,
            amount: changed.amount,
        });
    }
}

/// At an end the partner is told, and Huifu is asked again later: a bank may return the money.
async fn change(
    tx: &Transaction<'_>,
    now: Timestamp,
    step: &Step<'_>,
    with: &With<'_>,
) -> Result<Option<Changed>, StoreError> {
    if step.transition == Transition::OpenAttempt {
        return open_attempt(tx, now, step, with.attempt()).await;
    }
    let (_, to) = step.transition.edges()[0];
    let Some(outcome) = Outcome::of(to) else {
        return change_state(tx, now, step, with.heard()).await;
    };
    let changed = end(tx, now, step, outcome, with.heard()).await?;
    // An attempt that was heard of has its next question already.
    if with.heard().is_none() && changed.as_ref().is_some_and(|changed| changed.moved) {
        let next = return_check::first(to, now);
        attempts::ask_about_end(tx, now, step.withdrawal, next).await?;
    }
    Ok(changed)
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
