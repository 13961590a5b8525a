//! Where a withdrawal stands for its user: still open, accepted, or gone.

use axum::response::Response;
use contract::ids::WithdrawalId;
use contract::partner::ErrorCode;
use contract::partner::answer::AnswerCode;
use contract::withdrawal::{State, Transition, Withdrawal};
use jiff::Timestamp;
use runtime::{clock, ids};
use serde_json::json;
use store::progress::{Advanced, NewIds, Step, advance};
use store::withdrawals::Change;
use store::{Connection, StoreError};

use crate::front::Front;
use crate::refusal::Refusal;
use crate::send_back::{address, answer_code, see_other, send_back};

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The user may still decide.
    Draft,
    /// The user has confirmed; its page tells what became of it.
    Accepted,
    /// The user has gone back.
    Cancelled,
}

impl Standing {
    /// What is to be told of a withdrawal in this state; one that has expired has an error page.
    fn of(state: State) -> Result<Self, ErrorCode> {
        match answer_code(state) {
            None => Ok(Self::Draft),
            Some(AnswerCode::Accepted) => Ok(Self::Accepted),
            Some(AnswerCode::Cancelled) => Ok(Self::Cancelled),
            Some(AnswerCode::Expired) => Err(ErrorCode::PageExpired),
        }
    }

    /// Where the user goes from a form, or from a page that is not the withdrawal's own: to that
    /// page, or back to the partner.
    pub(crate) fn leave(self, front: &Front, withdrawal: &Withdrawal) -> Result<Response, Refusal> {
        let request = &withdrawal.request;
        match self {
            Self::Draft | Self::Accepted => Ok(see_other(&front.page_key.path(&request.id))),
            Self::Cancelled => send_back(front, request, AnswerCode::Cancelled, clock::now()),
        }
    }
}

/// Where the withdrawal stands; the error of one that has expired has a way back.
pub(crate) async fn standing(
    front: &Front,
    connection: &mut Connection,
    withdrawal: &Withdrawal,
    now: Timestamp,
) -> Result<Standing, Refusal> {
    let mut state = withdrawal.state;
    if state == State::Draft && withdrawal.request.expires_at <= now {
        // The sweeper has not come by yet; the page is closed all the same.
        state = expire(connection, &withdrawal.request.id, now).await?;
    }
    after(front, withdrawal, state, now)
}

/// As [`standing`], for a state that was just come to.
pub(crate) fn after(
    front: &Front,
    withdrawal: &Withdrawal,
    state: State,
    now: Timestamp,
) -> Result<Standing, Refusal> {
    Standing::of(state).or_else(|code| {
        let back = address(front, &withdrawal.request, AnswerCode::Expired, now)?;
        Err(Refusal::from(code).with_way_back(back))
    })
}

/// Where the user goes if the page is not open any more.
pub(crate) async fn elsewhere(
    front: &Front,
    connection: &mut Connection,
    withdrawal: &Withdrawal,
    now: Timestamp,
) -> Result<Option<Response>, Refusal> {
    match standing(front, connection, withdrawal, now).await? {
        Standing::Draft => Ok(None),
        gone @ (Standing::Accepted | Standing::Cancelled) => {
            gone.leave(front, withdrawal).map(Some)
        }
    }
}

async fn expire(
    connection: &mut Connection,
    id: &WithdrawalId,
    now: Timestamp,
) -> Result<State, Refusal> {
    let tx = connection.begin("intake: expire draft").await?;
    let state = step(&tx, id, Transition::Expire, Change::default(), now).await?;
    tx.commit().await?;
    Ok(state)
}

/// Takes an edge out of the draft; answers where the withdrawal stands afterwards.
pub(crate) async fn step(
    tx: &store::Transaction<'_>,
    id: &WithdrawalId,
    transition: Transition,
    change: Change<'_>,
    now: Timestamp,
) -> Result<State, StoreError> {
    let step = Step {
        withdrawal: id,
        transition,
        change,
        detail: &json!({}),
        ids: NewIds {
            notice: ids::new_notice_id(),
            message: ids::new_message_id(),
        },
        causation_id: None,
    };
    match advance(tx, now, &step).await? {
        Advanced::Moved { to, .. } => Ok(to),
        Advanced::Agreed(state)
        | Advanced::Refused(state)
        | Advanced::Held(state)
        | Advanced::Contradicted(state) => Ok(state),
        Advanced::Unknown => Err(StoreError::Corrupt {
            column: "withdrawals.id",
        }),
    }
}
