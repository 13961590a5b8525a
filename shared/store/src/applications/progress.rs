//! Moves an application along one edge, with everything that must be true in the same moment: the
//! timeline's row, the message that makes the next step due, the notice at an end, what was granted
//! once it has passed, and a case where two statements contradict each other.
//!
//! **Invariant:** this is the only way an application changes its state. The row is locked first,
//! and what the edge means there is asked of [`contract::application::State::next`].

mod edge;
mod granted;
mod locked;

use contract::application::{Next, State, Step, Transition};
use contract::ids::{ApplicationId, HuifuId, TokenNo};
use contract::message::{ApplicationNoticeDue, ApplicationReceived, Envelope};
use jiff::Timestamp;
use serde_json::json;

use super::{attempts, timeline};
use crate::cases::{self, NewCase};
use crate::notices::{self, NewNotice, Outcome};
use crate::{StoreError, Transaction, outbox};

pub use crate::advanced::NewIds;
pub use edge::{Edge, Event, Learned, Reason};
pub use granted::Granted;
use locked::Locked;

/// What became of an edge of an application.
pub type Advanced = crate::advanced::Advanced<State>;

/// Only ever run on a row that [`Locked::lock`] has locked; that it names the state again costs
/// nothing, and holds should somebody forget.
const CHANGE_STATE: &str = "\
-- applications.change_state
with moved as (
    update applications
       set state = $3,
           updated_at = $4,
           updated_by = $5,
           terminal_at = case when $6 then $4::timestamptz end,
           notice_sequence = notice_sequence + case when $6 then 1 else 0 end,
           step = coalesce($9, step),
           huifu_id = coalesce($10, huifu_id),
           -- The review of a step that is done is no review of the next.
           apply_no = case when $9::text is null then coalesce($11, apply_no) end,
           token_no = coalesce($12, token_no),
           reason_code = coalesce($13, reason_code),
           reason_detail = coalesce($14, reason_detail)
     where id = $1 and state = $2
    returning notice_sequence),
told as (
    insert into application_timeline (application_id, at, recorded_by, event, from_state, to_state,
                                      detail)
    select $1, $4, $5, $7, $2, $3, $8 from moved)
select notice_sequence from moved";

/// Only what is not known yet: an answer that comes late may tell less than what is here.
const FILL_IN: &str = "\
-- applications.fill_in
update applications
   set huifu_id = coalesce(huifu_id, $2),
       apply_no = coalesce(apply_no, $3),
       token_no = coalesce(token_no, $4),
       updated_at = $5,
       updated_by = $6
 where id = $1
   and (huifu_id is null and $2::text is not null
        or apply_no is null and $3::text is not null
        or token_no is null and $4::text is not null)";

const HOLD: &str = "\
-- applications.hold
update applications set held = true, updated_at = $2, updated_by = $3 where id = $1 and not held";

/// Takes one edge.
pub async fn advance(
    tx: &Transaction<'_>,
    now: Timestamp,
    edge: &Edge<'_>,
) -> Result<Advanced, StoreError> {
    let Some(locked) = Locked::lock(tx, edge.application).await? else {
        return Ok(Advanced::Unknown);
    };
    let from = locked.state;
    match locked.meaning(edge) {
        Next::Moves(_) if locked.held && edge.event.sends() => Ok(Advanced::Held(from)),
        Next::Moves(to) => {
            arrive(tx, now, edge, &locked, to).await?;
            Ok(Advanced::Moved { from, to })
        }
        Next::Agrees => {
            if locked.step == edge.step {
                fill_in(tx, now, edge).await?;
            }
            Ok(Advanced::Agreed(from))
        }
        Next::Refused => Ok(Advanced::Refused(from)),
        Next::Contradicts => {
            contradict(tx, now, edge, from).await?;
            Ok(Advanced::Contradicted(from))
        }
    }
}

/// Writes the new state and what belongs to it.
async fn arrive(
    tx: &Transaction<'_>,
    now: Timestamp,
    edge: &Edge<'_>,
    locked: &Locked,
    to: State,
) -> Result<(), StoreError> {
    let (learned, reason) = (edge.learned(), edge.event.reason());
    let next_step = locked
        .next_step()
        .filter(|_| edge.event.transition() == Transition::StepDone);
    let row = tx
        .query_one(
            CHANGE_STATE,
            &[
                &edge.application.as_str(),
                &locked.state.as_str(),
                &to.as_str(),
                &now,
                &tx.name(),
                &to.is_terminal(),
                &edge.event.transition().as_str(),
                edge.detail,
                &next_step.map(Step::as_str),
                &learned.huifu_id.map(HuifuId::as_str),
                &learned.apply_no,
                &learned.token_no.map(TokenNo::as_str),
                &reason.map(|reason| reason.code),
                &reason.and_then(|reason| reason.detail),
            ],
        )
        .await?;
    if let Event::Pass(granted) = edge.event {
        granted::write(tx, now, locked, granted).await?;
    }
    if next_step.is_some() {
        attempts::stop_asking(tx, now, edge.application).await?;
        outbox::enqueue(tx, &next_step_due(now, edge), now).await?;
    }
    if let Some(outcome) = Outcome::of_application(to) {
        attempts::stop_asking(tx, now, edge.application).await?;
        let notice = NewNotice {
            id: &edge.ids.notice,
            application: edge.application,
            partner: &locked.partner,
            sequence: row.try_get("notice_sequence")?,
            outcome,
            reason_code: reason.map(|reason| reason.code),
        };
        notices::insert(tx, now, &notice).await?;
        outbox::enqueue(tx, &notice_due(now, edge), now).await?;
    }
    Ok(())
}

fn next_step_due(now: Timestamp, edge: &Edge<'_>) -> Envelope<ApplicationReceived> {
    Envelope {
        message_id: edge.ids.message,
        at: now,
        causation_id: edge.causation_id,
        traceparent: None,
        body: ApplicationReceived {
            application_id: edge.application.clone(),
        },
    }
}

fn notice_due(now: Timestamp, edge: &Edge<'_>) -> Envelope<ApplicationNoticeDue> {
    Envelope {
        message_id: edge.ids.message,
        at: now,
        causation_id: edge.causation_id,
        traceparent: None,
        body: ApplicationNoticeDue {
            notice_id: edge.ids.notice.clone(),
            application_id: edge.application.clone(),
        },
    }
}

async fn fill_in(tx: &Transaction<'_>, now: Timestamp, edge: &Edge<'_>) -> Result<(), StoreError> {
    let learned = edge.learned();
    tx.execute(
        FILL_IN,
        &[
            &edge.application.as_str(),
            &learned.huifu_id.map(HuifuId::as_str),
            &learned.apply_no,
            &learned.token_no.map(TokenNo::as_str),
            &now,
            &tx.name(),
        ],
    )
    .await
    .map(drop)
}

async fn contradict(
    tx: &Transaction<'_>,
    now: Timestamp,
    edge: &Edge<'_>,
    state: State,
) -> Result<(), StoreError> {
    let (step, asked) = (edge.step.as_str(), edge.event.transition().as_str());
    let detail = json!({
        "state": state.as_str(), "step": step, "asked": asked, "because": edge.detail,
    });
    let fingerprint = format!("{}:{}:{step}:{asked}", edge.application, state.as_str());
    let case = NewCase {
        withdrawal: None,
        application: Some(edge.application),
        kind: "contradiction",
        detail: &detail,
        fingerprint: &fingerprint,
    };
    set_aside(tx, now, edge.application, &case).await.map(drop)
}

/// Opens a case about this application and holds it: nothing is sent for it until a person has
/// looked. Its state stays. `false` when the same case was told before: then the application is
/// held already, or a person has decided about exactly this and let it go.
pub async fn set_aside(
    tx: &Transaction<'_>,
    now: Timestamp,
    application: &ApplicationId,
    case: &NewCase<'_>,
) -> Result<bool, StoreError> {
    // In this order: the case's row waits for whoever is lifting the hold (see `cases::close`).
    let told_first = cases::open(tx, now, case).await?;
    if told_first {
        tx.execute(HOLD, &[&application.as_str(), &now, &tx.name()])
            .await?;
        timeline::note(tx, now, application, case.kind, case.detail).await?;
    }
    Ok(told_first)
}
