//! Every end and every notice's fate is an event, in one order, and nobody who reads along misses
//! one.

use std::collections::BTreeSet;

use contract::application::{ApplicationKind, State as ApplicationState, SubjectKind};
use contract::ids::{NoticeId, WithdrawalId};
use contract::partner::application_notice;
use contract::partner::events::EventKind;
use contract::partner::notice::Outcome;
use contract::partner::{ApplicationReason, ReasonCode};
use contract::withdrawal::{State, Transition};
use store::events::{self, Event};
use store::notices::Told;
use store::notices::{self, Attempted, NoticeState};

use crate::dead_letters::give_up;
use crate::outbox::claim;
use crate::world::{World, id, partner_id};

const MIGRATION: &str = include_str!("../../migrations/V0012__events.sql");

/// As the migration says how to undo it.
const UNDO: &str = "\
drop trigger notice_written_is_told on notices;
drop trigger notice_fate_is_told on notices;
drop function tell_of_notice();
drop table events;
drop function refuse_all_but_a_position();
drop index outbox_notices;
drop index dead_letters_open_about;
alter table notices drop column resent_at;";

/// Numbers what is new, as the first reader does.
async fn number(world: &World, limit: i64) {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: number").await.unwrap();
    events::number(&tx, &partner_id(), limit).await.unwrap();
    tx.commit().await.unwrap();
}

async fn all(world: &World) -> Vec<Event> {
    number(world, 1_000).await;
    let connection = world.connection().await;
    assert!(
        !events::are_unnumbered(&connection, &partner_id())
            .await
            .unwrap()
    );
    events::after(&connection, &partner_id(), 0, 1_000)
        .await
        .unwrap()
}

fn orders(events: &[Event]) -> Vec<String> {
    let each = events.iter().map(|event| match &event.told {
        Told::Withdrawal(notice) => notice.order_id.to_string(),
        Told::Application(_) => panic!("nobody applied"),
    });
    each.collect()
}

/// Position and kind of each.
async fn story(world: &World) -> Vec<(i64, EventKind)> {
    let events = all(world).await;
    events
        .iter()
        .map(|event| (event.position, event.kind))
        .collect()
}

/// Records a sending, as partner-notifier does.
async fn sent(world: &World, withdrawal: &WithdrawalId, state: NoticeState) -> NoticeId {
    let mut connection = world.connection().await;
    let notice = notices::of(&connection, withdrawal)
        .await
        .unwrap()
        .remove(0);
    let attempted = Attempted {
        at: world.now,
        state,
        outcome: "delivered",
        http_status: Some(200),
        duration_ms: 1,
        answer: None,
        passage: &store::notices::Passage::default(),
        event: "notice_delivered",
        detail: &serde_json::json!({}),
    };
    let tx = connection.begin("tests: record").await.unwrap();
    notices::record_attempt(&tx, world.later(5), &notice.id, &attempted)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    notice.id
}

#[tokio::test]
async fn each_end_is_told_as_its_own_notice_tells_it() {
    let world = World::new().await;
    world.walked_to(1, State::Returned).await;
    world.walked_to(2, State::Failed).await;
    for state in [State::Cancelled, State::Expired, State::Submitted] {
        world.walked_to(3 + state as u128, state).await;
    }
    let events = all(&world).await;
    let told = |event: &Event| match &event.told {
        Told::Withdrawal(notice) => (event.position, notice.sequence, notice.outcome),
        Told::Application(_) => panic!("nobody applied"),
    };
    let told: Vec<_> = events.iter().map(told).collect();
    // The walk gives no reason for a return.
    let returned = Outcome::Failed(ReasonCode::ReturnedByBank);
    let failed = Outcome::Failed(ReasonCode::RefusedByProvider);
    assert_eq!(
        told,
        [(1, 1, Outcome::Succeeded), (2, 2, returned), (3, 1, failed)]
    );
    let first = &events[0];
    assert_eq!(
        (first.kind, first.at),
        (EventKind::WithdrawalFinished, world.now)
    );
    assert_eq!(
        events::head(&world.connection().await, &partner_id())
            .await
            .unwrap(),
        3
    );
    let stranger = id("stranger");
    let connection = world.connection().await;
    assert!(
        events::after(&connection, &stranger, 0, 10)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(events::head(&connection, &stranger).await.unwrap(), 0);
}

#[tokio::test]
async fn the_end_of_an_application_is_told_as_its_notice_tells_it() {
    let world = World::new().await;
    let (kind, subject) = (ApplicationKind::Opening, SubjectKind::EnterpriseMerchant);
    world
        .applied_and_walked(1, kind, subject, 0, ApplicationState::Passed)
        .await;
    world
        .applied_and_walked(2, kind, subject, 0, ApplicationState::Refused)
        .await;
    let events = all(&world).await;
    let outcomes: Vec<_> = events
        .iter()
        .map(|event| match &event.told {
            Told::Application(notice) => (event.kind, notice.outcome),
            Told::Withdrawal(_) => panic!("nobody withdrew"),
        })
        .collect();
    let kind = EventKind::ApplicationFinished;
    let reason = ApplicationReason::from_name(crate::applicant::REASON.code);
    let reason = reason.unwrap_or(ApplicationReason::RefusedByProvider);
    assert_eq!(
        outcomes,
        [
            (kind, application_notice::Outcome::Passed),
            (kind, application_notice::Outcome::NotPassed(reason)),
        ]
    );
}

#[tokio::test]
async fn the_fate_of_a_notice_is_told_and_a_try_that_failed_is_not() {
    let world = World::new().await;
    let delivered = world.walked_to(1, State::Paid).await;
    sent(&world, &delivered, NoticeState::Pending).await;
    sent(&world, &delivered, NoticeState::Delivered).await;
    let given_up = world.walked_to(2, State::Paid).await;
    let notice = notices::of(&world.connection().await, &given_up)
        .await
        .unwrap()
        .remove(0);
    let messages = claim(&world, world.now).await;
    let mut messages = messages
        .into_iter()
        .filter(|one| one.correlation_id == given_up.as_str());
    give_up(&world, &notice.id, &messages.next().unwrap()).await;
    let end = EventKind::WithdrawalFinished;
    assert_eq!(
        story(&world).await,
        [
            (1, end),
            (2, EventKind::NoticeDelivered),
            (3, end),
            (4, EventKind::NoticeDeadLettered)
        ]
    );
    assert_eq!(all(&world).await[1].at, world.later(5));
}

#[tokio::test]
async fn what_is_rolled_back_leaves_no_gap() {
    let world = World::new().await;
    for number in 1..=3 {
        let submitted = world.walked_to(number, State::Submitted).await;
        let mut connection = world.connection().await;
        let tx = connection.begin("tests: give it up").await.unwrap();
        world
            .advance(&tx, &submitted, Transition::Pay)
            .await
            .unwrap();
        drop(tx);
        world.take(&submitted, Transition::Fail).await;
    }
    let positions: Vec<i64> = all(&world)
        .await
        .iter()
        .map(|event| event.position)
        .collect();
    assert_eq!(positions, [1, 2, 3]);
}

#[tokio::test]
async fn whoever_reads_along_sees_every_event_once_and_in_order() {
    const MANY: u128 = 120;
    let world = World::new().await;
    let mut submitted = Vec::new();
    for number in 0..MANY {
        submitted.push(world.walked_to(number, State::Submitted).await);
    }
    let write = async {
        // Four at a time: the pool has a connection for the reader, too.
        for some in submitted.chunks(4) {
            let each = some.iter().map(|one| world.take(one, Transition::Pay));
            futures_util::future::join_all(each).await;
        }
    };
    let read = async {
        let mut seen: Vec<Event> = Vec::new();
        while seen.len() < MANY as usize {
            // Fewer than there may be: what is left over must come first the next time.
            number(&world, 3).await;
            let behind = seen.last().map_or(0, |event| event.position);
            let connection = world.connection().await;
            let page = events::after(&connection, &partner_id(), behind, 7).await;
            seen.extend(page.unwrap());
        }
        seen
    };
    let ((), seen) = tokio::join!(write, read);
    let positions: Vec<i64> = seen.iter().map(|event| event.position).collect();
    assert_eq!(positions, (1..=MANY as i64).collect::<Vec<_>>());
    let orders: BTreeSet<String> = orders(&seen).into_iter().collect();
    assert_eq!(orders.len(), MANY as usize);
}

#[tokio::test]
async fn what_commits_late_is_read_late_and_never_skipped() {
    let world = World::new().await;
    let (early, late) = (
        world.walked_to(1, State::Submitted).await,
        world.walked_to(2, State::Submitted).await,
    );
    let mut connection = world.connection().await;
    // Written first, and committed after another was written, committed and read.
    let tx = connection.begin("tests: take a while").await.unwrap();
    world.advance(&tx, &early, Transition::Pay).await.unwrap();
    world.take(&late, Transition::Pay).await;
    assert_eq!(orders(&all(&world).await), [late.to_string()]);
    tx.commit().await.unwrap();
    assert_eq!(
        orders(&all(&world).await),
        [late.to_string(), early.to_string()]
    );
}

#[tokio::test]
async fn two_who_read_at_once_number_nothing_twice() {
    let world = World::new().await;
    for number in 0..20 {
        world.walked_to(number, State::Paid).await;
    }
    let readers = (0..4).map(|_| number(&world, 13));
    futures_util::future::join_all(readers).await;
    let positions: Vec<i64> = all(&world)
        .await
        .iter()
        .map(|event| event.position)
        .collect();
    assert_eq!(positions, (1..=20).collect::<Vec<_>>());
}

#[tokio::test]
async fn events_are_never_changed_but_for_a_position_once() {
    let world = World::new().await;
    world.walked_to(1, State::Paid).await;
    let client = world.raw().await;
    for (statement, allowed) in [
        (
            "update events set position = 1, kind = 'notice.resent'",
            false,
        ),
        ("update events set kind = 'notice.resent'", false),
        ("update events set position = 1", true),
        ("update events set position = 2", false),
        ("update events set position = null", false),
        ("delete from events", false),
    ] {
        let refused = client.batch_execute(statement).await.err();
        let said = refused.map(|error| error.as_db_error().unwrap().message().to_owned());
        assert_eq!(said.is_none(), allowed, "{statement}: {said:?}");
        assert!(
            said.is_none_or(|said| said.contains("append-only")),
            "{statement}"
        );
    }
}

#[tokio::test]
async fn what_happened_before_there_were_events_is_told_by_the_migration() {
    let world = World::new().await;
    let client = world.raw().await;
    client.batch_execute(UNDO).await.unwrap();
    let paid = world.walked_to(1, State::Returned).await;
    sent(&world, &paid, NoticeState::Delivered).await;
    world.walked_to(2, State::Failed).await;
    client.batch_execute(MIGRATION).await.unwrap();
    world.walked_to(3, State::Paid).await;
    let mut kinds = vec![EventKind::WithdrawalFinished; 3];
    kinds.extend([EventKind::NoticeDelivered, EventKind::WithdrawalFinished]);
    let kinds: Vec<_> = (1..).zip(kinds).collect();
    assert_eq!(story(&world).await, kinds);
}
