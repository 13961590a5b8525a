//! A case holds its withdrawal until a person has closed it and lets it go.

use contract::ids::WithdrawalId;
use contract::withdrawal::{State, Transition};
use serde_json::json;
use store::cases::{self, Case, CaseState, Closed, Closing, NewCase, Released};
use store::dead_letters::Decision;
use store::progress::{self, Advanced};

use crate::world::World;

const DECISION: Decision<'static> = Decision {
    by: "lin",
    reason: "Huifu has no such payment",
};

/// Closes them, and commits only what is done, as whoever calls it must.
async fn close(world: &World, ids: &[i64], release: bool) -> Closed {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: close cases").await.unwrap();
    let closing = Closing {
        ids,
        release,
        decision: DECISION,
    };
    let closed = cases::close(&tx, world.later(60), &closing).await.unwrap();
    if matches!(closed, Closed::Done { .. }) {
        tx.commit().await.unwrap();
    }
    closed
}

/// Tells something that a person must look at; `false` when it was told before.
async fn tell(world: &World, withdrawal: Option<&WithdrawalId>, kind: &str) -> bool {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: tell case").await.unwrap();
    let case = NewCase {
        withdrawal,
        application: None,
        kind,
        detail: &json!({}),
        fingerprint: kind,
    };
    let told = match withdrawal {
        Some(withdrawal) => progress::set_aside(&tx, world.now, withdrawal, &case).await,
        None => cases::open(&tx, world.now, &case).await,
    };
    let told = told.unwrap();
    tx.commit().await.unwrap();
    told
}

async fn find(world: &World, id: i64) -> Case {
    let connection = world.connection().await;
    cases::find(&connection, id).await.unwrap().unwrap()
}

async fn held(world: &World, id: &WithdrawalId) -> bool {
    let connection = world.connection().await;
    let found = store::withdrawals::find(&connection, id).await.unwrap();
    found.unwrap().held
}

/// The rows of the timeline that the closing wrote.
async fn told(world: &World, id: &WithdrawalId) -> Vec<(String, serde_json::Value)> {
    let connection = world.connection().await;
    let timeline = store::timeline::of(&connection, id).await.unwrap();
    let written = timeline
        .into_iter()
        .filter(|entry| entry.recorded_by == "tests: close cases");
    written.map(|entry| (entry.event, entry.detail)).collect()
}

#[tokio::test]
async fn a_closed_case_says_who_and_why_and_holds_its_withdrawal_until_that_is_released() {
    let world = World::new().await;
    let id = world.walked_to(1, State::Accepted).await;
    tell(&world, Some(&id), "first").await;
    let done = |cases: &[i64], released: &[Released]| Closed::Done {
        cases: cases.to_vec(),
        released: released.to_vec(),
    };

    assert_eq!(close(&world, &[1], false).await, done(&[1], &[]));
    let case = find(&world, 1).await;
    assert_eq!(case.state, CaseState::Closed);
    assert_eq!(
        (case.decided_by.as_deref(), case.decision.as_deref()),
        (Some(DECISION.by), Some(DECISION.reason))
    );
    assert_eq!(case.decided_at, Some(world.later(60)));
    assert!(held(&world, &id).await, "closing alone lets nothing go");
    assert_eq!(close(&world, &[1], false).await, Closed::Before(1));

    let freed = Released::Withdrawal(id.clone(), State::Accepted);
    assert_eq!(close(&world, &[1], true).await, done(&[], &[freed]));
    assert!(!held(&world, &id).await);
    assert_eq!(close(&world, &[1], true).await, Closed::Before(1));

    let (by, reason) = (DECISION.by, DECISION.reason);
    let closed = json!({ "case": 1, "kind": "first", "by": by, "reason": reason });
    let released = json!({ "by": by, "reason": reason });
    assert_eq!(
        told(&world, &id).await,
        [
            ("case_closed".to_owned(), closed),
            ("released".to_owned(), released)
        ]
    );
    assert!(
        matches!(
            world.take(&id, Transition::OpenAttempt).await,
            Advanced::Moved { .. }
        ),
        "it is sent again"
    );
}

#[tokio::test]
async fn nothing_is_released_while_another_case_of_it_is_open() {
    let world = World::new().await;
    let id = world.walked_to(1, State::Accepted).await;
    let other = world.walked_to(2, State::Accepted).await;
    for (number, kind) in [(&id, "first"), (&id, "second"), (&other, "third")] {
        tell(&world, Some(number), kind).await;
    }
    assert_eq!(
        close(&world, &[1], true).await,
        Closed::StillOpen(vec![2]),
        "a case of another withdrawal is in nobody's way"
    );
    assert_eq!(find(&world, 1).await.state, CaseState::Open);
    assert_eq!(told(&world, &id).await, []);

    let closed = close(&world, &[2, 1], true).await;
    let cases = vec![1, 2];
    let released = vec![Released::Withdrawal(id.clone(), State::Accepted)];
    assert_eq!(closed, Closed::Done { cases, released });
    assert!(!held(&world, &id).await);
    assert!(held(&world, &other).await);
}

#[tokio::test]
async fn one_that_cannot_be_closed_leaves_all_as_they_were() {
    let world = World::new().await;
    let id = world.walked_to(1, State::Accepted).await;
    tell(&world, Some(&id), "ours").await;
    tell(&world, None, "foreign").await;
    assert_eq!(close(&world, &[1, 99], false).await, Closed::Unknown(99));
    assert_eq!(close(&world, &[1, 2], true).await, Closed::Nothing(2));
    assert_eq!(find(&world, 1).await.state, CaseState::Open);
    let cases = vec![2];
    let released = Vec::new();
    assert_eq!(
        close(&world, &[2], false).await,
        Closed::Done { cases, released }
    );
}

#[tokio::test]
async fn what_a_person_has_decided_about_holds_nothing_when_it_is_told_again() {
    let world = World::new().await;
    let id = world.walked_to(1, State::Accepted).await;
    assert!(tell(&world, Some(&id), "first").await);
    close(&world, &[1], true).await;
    assert!(!tell(&world, Some(&id), "first").await);
    assert!(!held(&world, &id).await, "no open case would let it go");
    assert!(tell(&world, Some(&id), "second").await);
    assert!(held(&world, &id).await);
}

/// Whichever of the two is first, an open case and a withdrawal that is let go never meet.
#[tokio::test]
async fn a_case_that_arrives_while_another_is_closed_holds_the_withdrawal() {
    let world = World::new().await;
    for number in 1..=10 {
        let id = world.walked_to(number, State::Accepted).await;
        tell(&world, Some(&id), &format!("{number}")).await;
        let connection = world.connection().await;
        let open = cases::list_open(&connection, 100).await.unwrap();
        let first = [open.last().unwrap().id];
        let second = format!("{number} again");
        let (_, told) = tokio::join!(
            close(&world, &first, true),
            tell(&world, Some(&id), &second)
        );
        assert!(told);
        assert!(held(&world, &id).await);
    }
}
