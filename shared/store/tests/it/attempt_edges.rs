//! Edges that are taken together with what is written of an attempt.

use std::time::Duration;

use contract::ids::{NoticeId, WithdrawalId};
use contract::money::Fen;
use contract::withdrawal::{Next, State, Transition, return_check};
use serde_json::json;
use store::attempts::{self, Attempt, AttemptOutcome, Heard, NewAttempt};
use store::progress::{self, Advanced, NewIds, Step, advance_and_learn, advance_to_attempt};
use store::withdrawals::Change;
use uuid::Uuid;

use crate::world::{World, id, req_seq_id};

const PATIENCE: Duration = Duration::from_secs(20);

fn step<'a>(
    withdrawal: &'a WithdrawalId,
    transition: Transition,
    detail: &'a serde_json::Value,
) -> Step<'a> {
    let unique = Uuid::new_v4();
    Step {
        withdrawal,
        transition,
        change: Change {
            reason_code: (transition == Transition::Fail).then_some("refused_by_provider"),
            ..Change::default()
        },
        detail,
        ids: NewIds {
            notice: NoticeId::from_parts(1_800_000_000_000, unique.as_u128()),
            message: unique,
        },
        causation_id: None,
    }
}

impl World {
    async fn open(&self, withdrawal: &WithdrawalId, number: u128) -> Advanced {
        let (serial, huifu, token) = (
            req_seq_id(number),
            id("6666000021291985"),
            id("10004053462"),
        );
        let attempt = NewAttempt {
            req_seq_id: &serial,
            withdrawal,
            req_date: "20261122",
            huifu_id: &huifu,
            token_no: &token,
            amount: Fen::new(10_000).unwrap(),
            next_query_at: self.later(30),
        };
        let detail = json!({ "req_seq_id": serial.as_str() });
        let step = step(withdrawal, Transition::OpenAttempt, &detail);
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: open").await.unwrap();
        let advanced = advance_to_attempt(&tx, self.now, &step, &attempt).await;
        tx.commit().await.unwrap();
        advanced.unwrap()
    }

    async fn hear(
        &self,
        withdrawal: &WithdrawalId,
        transition: Transition,
        number: u128,
    ) -> (Advanced, bool) {
        let serial = req_seq_id(number);
        let heard = Heard {
            req_seq_id: &serial,
            hf_seq_id: Some("hf-1"),
            resp_code: Some("00000000"),
        };
        let detail = json!({});
        let step = step(withdrawal, transition, &detail);
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: hear").await.unwrap();
        let heard = advance_and_learn(&tx, self.now, &step, &heard).await;
        tx.commit().await.unwrap();
        heard.unwrap()
    }

    async fn attempt(&self, number: u128) -> Option<Attempt> {
        let connection = self.connection().await;
        attempts::find(&connection, &req_seq_id(number))
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn an_attempt_is_written_exactly_if_the_withdrawal_moved() {
    let world = World::new().await;
    for (number, state) in State::ALL.into_iter().enumerate() {
        let number = number as u128;
        let withdrawal = world.walked_to(number, state).await;
        let advanced = world.open(&withdrawal, number).await;
        let moved = matches!(advanced, Advanced::Moved { .. });
        assert_eq!(moved, state == State::Accepted, "{advanced:?}");
        let attempt = world.attempt(number).await;
        assert_eq!(attempt.is_some(), moved, "{state:?}");
        if let Some(attempt) = attempt {
            assert_eq!(attempt.withdrawal_id, withdrawal);
            assert_eq!(attempt.next_query_at, Some(world.later(30)));
            assert_eq!(attempt.outcome, None);
        }
    }
}

#[tokio::test]
async fn what_a_case_holds_gets_no_attempt() {
    let world = World::new().await;
    let held = world.walked_to(1, State::Accepted).await;
    world.take(&held, Transition::Pay).await;
    let advanced = world.open(&held, 1).await;
    assert_eq!(advanced, Advanced::Held(State::Accepted));
    assert!(world.attempt(1).await.is_none());
}

#[tokio::test]
async fn what_is_heard_is_believed_exactly_where_it_moves_or_agrees() {
    let world = World::new().await;
    let mut number = 0;
    for transition in [Transition::Submit, Transition::Pay, Transition::Fail] {
        for state in State::ALL {
            number += 1;
            let withdrawal = world.walked_to(number, state).await;
            world.open_attempt(&withdrawal, number).await.unwrap();
            let (advanced, learned) = world.hear(&withdrawal, transition, number).await;
            let (expected, believed) = match state.next(transition) {
                Next::Moves(to) => (Advanced::Moved { from: state, to }, true),
                Next::Agrees => (Advanced::Agreed(state), true),
                Next::Refused => (Advanced::Refused(state), false),
                Next::Contradicts => (Advanced::Contradicted(state), false),
            };
            let what = format!("{transition:?} in {state:?}");
            assert_eq!((advanced, learned), (expected, believed), "{what}");
            let attempt = world.attempt(number).await.unwrap();
            let outcome = believed.then_some(AttemptOutcome::Submitted);
            assert_eq!(attempt.outcome, outcome, "{what}");
            assert_eq!(attempt.hf_seq_id.is_some(), believed, "{what}");
            assert_eq!(attempt.resp_code.is_some(), believed, "{what}");
            // An end is asked about a day later; whatever did not move it leaves that as it was.
            let next = match advanced {
                Advanced::Moved { to, .. } if to.is_terminal() => {
                    return_check::first(to, world.now)
                }
                _ => Some(world.later(30)),
            };
            assert_eq!(attempt.next_query_at, next, "{what}");
        }
    }
}

#[tokio::test]
async fn nothing_is_heard_of_an_attempt_that_its_sender_closed() {
    let world = World::new().await;
    for (number, outcome) in AttemptOutcome::ALL.into_iter().enumerate() {
        let number = number as u128;
        let withdrawal = world.walked_to(number, State::Dispatching).await;
        world.open_attempt(&withdrawal, number).await.unwrap();
        world.close(number, outcome).await;
        let is_open = match outcome {
            AttemptOutcome::Submitted | AttemptOutcome::Unknown => true,
            AttemptOutcome::NotSent | AttemptOutcome::Refused => false,
        };
        let (_, learned) = world.hear(&withdrawal, Transition::Pay, number).await;
        assert_eq!(learned, is_open, "{outcome:?}");
    }
}

/// The edge waits for the sender, and what the sender wrote meanwhile counts, not what stood there
/// when the statement began.
#[tokio::test]
async fn what_a_sender_writes_while_a_callback_waits_is_seen_by_the_callback() {
    let world = World::new().await;
    let withdrawal = world.walked_to(1, State::Dispatching).await;
    world.open_attempt(&withdrawal, 1).await.unwrap();
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: not sent").await.unwrap();
    let detail = json!({});
    let not_sent = step(&withdrawal, Transition::NotSent, &detail);
    progress::advance(&tx, world.now, &not_sent).await.unwrap();
    attempts::prove_unsent(&tx, world.now, &req_seq_id(1))
        .await
        .unwrap();
    let sender = async {
        stand::eventually(PATIENCE, "the callback to wait", async || {
            let sql = "select count(*) from pg_locks where not granted \
                       and pid in (select pid from pg_stat_activity \
                                    where datname = current_database())";
            let waiting: i64 = world.raw().await.query_one(sql, &[]).await.unwrap().get(0);
            if waiting > 0 {
                Ok(())
            } else {
                Err("nobody waits")
            }
        })
        .await;
        tx.commit().await.unwrap();
    };
    let (heard, ()) = tokio::join!(world.hear(&withdrawal, Transition::Submit, 1), sender);
    assert_eq!(heard, (Advanced::Contradicted(State::Accepted), false));
    let attempt = world.attempt(1).await.unwrap();
    assert_eq!(attempt.outcome, Some(AttemptOutcome::NotSent));
}
