//! What an operator looks at first: only what is open is counted, and only that is read.

use contract::withdrawal::{State, Transition};
use serde_json::json;
use store::cases::NewCase;
use store::notices::{Attempted, NoticeState, Passage};
use store::overview::{self, Counts};

use crate::plan;
use crate::world::World;

const MANY: &str = include_str!("sql/many_withdrawals.sql");

async fn sent(world: &World, number: u128, state: NoticeState, event: &str) {
    let id = world.walked_to(number, State::Paid).await;
    let mut connection = world.connection().await;
    let notice = store::notices::of(&connection, &id)
        .await
        .unwrap()
        .remove(0);
    let attempted = Attempted {
        at: world.now,
        state,
        outcome: "status",
        http_status: None,
        duration_ms: 1,
        answer: None,
        passage: &Passage::default(),
        event,
        detail: &json!({}),
    };
    let tx = connection.begin("tests: send").await.unwrap();
    store::notices::record_attempt(&tx, world.now, &notice.id, &attempted)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn what_is_open_is_counted_by_state_and_drafts_and_ends_are_not() {
    let world = World::new().await;
    for (number, state) in (1..).zip(State::ALL) {
        world.walked_to(number, state).await;
    }
    world.walked_to(20, State::Unconfirmed).await;
    let open = overview::open_withdrawals(&world.connection().await).await;
    let mut told: Vec<_> = open
        .unwrap()
        .iter()
        .map(|one| (one.state, one.held, one.count))
        .collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            (State::Accepted, false, 1),
            (State::Dispatching, false, 1),
            (State::Submitted, false, 1),
            (State::Unconfirmed, false, 2),
        ]
    );
}

#[tokio::test]
async fn a_partner_is_owed_what_it_has_not_taken_and_nobody_gave_up() {
    let world = World::new().await;
    sent(&world, 1, NoticeState::Pending, "notice_failed").await;
    sent(&world, 2, NoticeState::Delivered, "notice_delivered").await;
    sent(&world, 3, NoticeState::DeadLettered, "notice_dead_lettered").await;
    let owed = overview::undelivered(&world.connection().await)
        .await
        .unwrap();
    assert_eq!(owed.len(), 1);
    assert_eq!(
        (owed[0].partner_id.as_str(), owed[0].count, owed[0].oldest),
        ("demo-shop", 1, world.now)
    );
}

#[tokio::test]
async fn cases_are_counted_until_a_person_has_closed_them() {
    let world = World::new().await;
    let mut connection = world.connection().await;
    assert!(overview::open_cases(&connection).await.unwrap().is_empty());
    let tx = connection.begin("tests: open cases").await.unwrap();
    for fingerprint in ["a", "b"] {
        let case = NewCase {
            withdrawal: None,
            application: None,
            kind: "unclear",
            detail: &json!({}),
            fingerprint,
        };
        store::cases::open(&tx, world.now, &case).await.unwrap();
    }
    tx.commit().await.unwrap();
    let open = overview::open_cases(&connection).await.unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!((open[0].kind.as_str(), open[0].count), ("unclear", 2));
}

#[tokio::test]
async fn an_hour_holds_what_happened_in_it_and_nothing_of_the_next() {
    let world = World::new().await;
    sent(&world, 1, NoticeState::Pending, "notice_failed").await;
    sent(&world, 2, NoticeState::Delivered, "notice_delivered").await;
    sent(&world, 3, NoticeState::DeadLettered, "notice_dead_lettered").await;
    world.walked_to(4, State::Failed).await;
    world.walked_to(5, State::Returned).await;
    let refused = world.walked_to(6, State::Dispatching).await;
    world.take(&refused, Transition::Refuse).await;
    world.walked_to(7, State::Cancelled).await;
    let connection = world.connection().await;
    let counts = overview::hour(&connection, world.now).await.unwrap();
    let expected = Counts {
        accepted: 6,
        paid: 4,
        failed: 2,
        returned: 1,
        notices_delivered: 1,
        notices_failed: 1,
        notices_dead_lettered: 1,
    };
    assert_eq!(counts, expected);
    for other in [-3_600, 1] {
        let counts = overview::hour(&connection, world.later(other)).await;
        assert_eq!(counts.unwrap(), Counts::default(), "{other} seconds later");
    }
}

#[tokio::test]
async fn what_is_over_is_not_read_however_much_it_is() {
    let world = World::new().await;
    let raw = world.raw().await;
    raw.batch_execute(MANY).await.unwrap();
    // As autovacuum does: until then the newest rows of the timeline are not in its index by time.
    raw.execute("vacuum timeline", &[]).await.unwrap();
    let hour = ["timestamptz '2026-11-21T04:00Z'", "'2026-11-21T05:00Z'"];
    for (name, parameters, most) in [
        ("open_withdrawals", &["100000"][..], 20),
        ("undelivered", &["100000", "100"], 20),
        // A hundred withdrawals' rows, and what lies in the same blocks.
        ("hour", &hour, 400),
    ] {
        let name = format!("overview.{name}");
        let (pages, plan) = plan::pages(&raw, &name, parameters).await;
        assert!(pages < most, "{name} reads {pages} pages:\n{plan}");
    }
}
