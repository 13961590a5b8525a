//! A partner asks for a notice again: one message, one chain of retries, whatever there was before.

use contract::application::{ApplicationKind, State as ApplicationState, SubjectKind};
use contract::ids::NoticeId;
use contract::partner::events::EventKind;
use contract::withdrawal::State;
use jiff::Timestamp;
use store::dead_letters::{self, DeadLetterState, Decision, Filter, Verb};
use store::lanes::{self, Lane};
use store::notices::{self, Attempted, NoticeState};
use store::outbox::{self, Claimed};
use uuid::Uuid;

use crate::dead_letters::give_up;
use crate::outbox::claim;
use crate::world::{World, id, partner_id};

const BY: Decision<'_> = Decision {
    by: "partner demo-shop",
    reason: "the partner asked for its notice again",
};

/// Asks for it at this moment; `None` if nothing had to be done.
async fn ask(world: &World, notice: &NoticeId, now: Timestamp) -> Option<Uuid> {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: resend").await.unwrap();
    let locked = notices::lock_own(&tx, &partner_id(), notice)
        .await
        .unwrap()
        .unwrap();
    if notices::is_due(&tx, now, &locked).await.unwrap() {
        return None;
    }
    let message = Uuid::new_v4();
    notices::resend(&tx, now, &locked, message, BY)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    Some(message)
}

/// A paid withdrawal's notice, its message taken by the relay and by partner-notifier.
async fn under_way(world: &World) -> (NoticeId, Claimed) {
    let id = world.walked_to(1, State::Paid).await;
    let notice = notices::of(&world.connection().await, &id)
        .await
        .unwrap()
        .remove(0)
        .id;
    let message = claim(world, world.now).await.remove(0);
    (notice, message)
}

/// What partner-notifier does after a sending: with `again`, the message that asks once more.
async fn sent(world: &World, notice: &NoticeId, message: &Claimed, again: Option<Timestamp>) {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: record").await.unwrap();
    assert!(outbox::settle(&tx, message.message_id).await.unwrap());
    if let Some(at) = again {
        let body: contract::message::NoticeDue = serde_json::from_str(&message.body).unwrap();
        let envelope = contract::message::Envelope {
            message_id: Uuid::new_v4(),
            at: world.now,
            causation_id: Some(message.message_id),
            traceparent: None,
            body,
        };
        outbox::enqueue(&tx, &envelope, at).await.unwrap();
    }
    let attempted = Attempted {
        at: world.now,
        state: if again.is_some() {
            NoticeState::Pending
        } else {
            NoticeState::Delivered
        },
        outcome: "status",
        http_status: Some(500),
        duration_ms: 1,
        answer: None,
        passage: &store::notices::Passage::default(),
        event: "notice_failed",
        detail: &serde_json::json!({}),
    };
    notices::record_attempt(&tx, world.now, notice, &attempted)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// State and step of the schedule.
async fn stands(world: &World, notice: &NoticeId) -> (String, i32) {
    let row = world
        .raw()
        .await
        .query_one(
            "select state, schedule_step from notices where id = $1",
            &[&notice.as_str()],
        )
        .await
        .unwrap();
    (row.get(0), row.get(1))
}

async fn kinds(world: &World) -> Vec<EventKind> {
    let mut connection = world.connection().await;
    let tx = connection.begin("store test: number events").await.unwrap();
    store::events::number(&tx, &partner_id(), 100)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let events = store::events::after(&connection, &partner_id(), 0, 100)
        .await
        .unwrap();
    events.into_iter().map(|event| event.kind).collect()
}

fn pending(step: i32) -> (String, i32) {
    ("pending".to_owned(), step)
}

#[tokio::test]
async fn one_that_waits_for_its_next_try_is_due_now_and_by_the_same_message() {
    let world = World::new().await;
    let (notice, message) = under_way(&world).await;
    sent(&world, &notice, &message, Some(world.later(3_600))).await;
    assert!(claim(&world, world.later(60)).await.is_empty());
    assert_eq!(stands(&world, &notice).await, pending(1));
    assert!(ask(&world, &notice, world.later(60)).await.is_some());
    assert_eq!(stands(&world, &notice).await, pending(0));
    assert_eq!(
        ask(&world, &notice, world.later(61)).await,
        None,
        "it is due already"
    );
    let due = claim(&world, world.later(61)).await;
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].causation_id, Some(message.message_id));
    assert_eq!(
        kinds(&world).await,
        [EventKind::WithdrawalFinished, EventKind::NoticeResent]
    );
}

#[tokio::test]
async fn one_that_was_delivered_is_sent_again_by_a_message_of_its_own() {
    let world = World::new().await;
    let (notice, message) = under_way(&world).await;
    sent(&world, &notice, &message, None).await;
    let new = ask(&world, &notice, world.later(60)).await;
    assert_eq!(stands(&world, &notice).await, pending(0));
    let due = claim(&world, world.later(60)).await;
    assert_eq!(
        due.iter().map(|one| one.message_id).collect::<Vec<_>>(),
        [new.unwrap()]
    );
    assert_eq!(due[0].body, message.body);
    sent(&world, &notice, &due[0], None).await;
    assert_eq!(
        kinds(&world).await,
        [
            EventKind::WithdrawalFinished,
            EventKind::NoticeDelivered,
            EventKind::NoticeResent,
            EventKind::NoticeDelivered
        ]
    );
}

#[tokio::test]
async fn the_dead_letter_about_it_is_replayed_in_the_partners_name() {
    let world = World::new().await;
    let (notice, message) = under_way(&world).await;
    give_up(&world, &notice, &message).await;
    assert!(ask(&world, &notice, world.later(60)).await.is_some());
    assert_eq!(stands(&world, &notice).await, pending(0));
    let due = claim(&world, world.later(60)).await;
    let ids: Vec<Uuid> = due.iter().map(|one| one.message_id).collect();
    assert_eq!(ids, [message.message_id], "the letter's own message");
    let connection = world.connection().await;
    let letters = dead_letters::page(&connection, &Filter::default(), 0, 10)
        .await
        .unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].state, DeadLetterState::Replayed);
    assert_eq!(letters[0].decided_by.as_deref(), Some(BY.by));
    assert_eq!(
        kinds(&world).await,
        [
            EventKind::WithdrawalFinished,
            EventKind::NoticeDeadLettered,
            EventKind::NoticeResent
        ],
        "one event for the notice and its letter"
    );
}

#[tokio::test]
async fn one_whose_letter_was_given_up_for_good_is_sent_again_all_the_same() {
    let world = World::new().await;
    let (notice, message) = under_way(&world).await;
    give_up(&world, &notice, &message).await;
    let mut connection = world.connection().await;
    let letter = dead_letters::page(&connection, &Filter::default(), 0, 10)
        .await
        .unwrap()
        .remove(0);
    let tx = connection.begin("tests: discard").await.unwrap();
    let all = Filter::default();
    let discarded = dead_letters::decide_many(&tx, world.now, &all, letter.id, Verb::Discard, BY);
    assert_eq!(discarded.await.unwrap(), [letter.id]);
    tx.commit().await.unwrap();
    let new = ask(&world, &notice, world.later(60)).await.unwrap();
    let due = claim(&world, world.later(60)).await;
    assert_eq!(
        due.iter().map(|one| one.message_id).collect::<Vec<_>>(),
        [new]
    );
}

#[tokio::test]
async fn while_an_operator_decides_about_its_letter_the_partner_is_asked_to_try_again() {
    let world = World::new().await;
    let (notice, message) = under_way(&world).await;
    give_up(&world, &notice, &message).await;
    let operator = world.raw().await;
    operator
        .batch_execute("begin; select from dead_letters for update")
        .await
        .unwrap();
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: resend").await.unwrap();
    let locked = notices::lock_own(&tx, &partner_id(), &notice)
        .await
        .unwrap()
        .unwrap();
    let refused = notices::resend(&tx, world.later(60), &locked, Uuid::new_v4(), BY).await;
    assert!(
        matches!(refused, Err(store::StoreError::Retryable(_))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_notice_of_another_partner_is_none() {
    let world = World::new().await;
    let (notice, _) = under_way(&world).await;
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: resend").await.unwrap();
    assert!(
        notices::lock_own(&tx, &id("stranger"), &notice)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_notice_about_an_application_is_sent_again_as_such() {
    let world = World::new().await;
    let (kind, subject) = (ApplicationKind::Opening, SubjectKind::EnterpriseMerchant);
    let about = world
        .applied_and_walked(1, kind, subject, 0, ApplicationState::Passed)
        .await;
    let connection = world.connection().await;
    let notice = notices::of_application(&connection, &about)
        .await
        .unwrap()
        .remove(0)
        .id;
    assert_eq!(
        ask(&world, &notice, world.later(1)).await,
        None,
        "it is due already"
    );
    let sql = "delete from outbox; update notices set state = 'delivered', delivered_at = now()";
    world.raw().await.batch_execute(sql).await.unwrap();
    let new = ask(&world, &notice, world.later(60)).await.unwrap();
    let due = claim(&world, world.later(60)).await;
    assert_eq!((due.len(), due[0].message_id), (1, new));
    assert_eq!(due[0].routing_key, "application-notice.due");
    assert_eq!(due[0].correlation_id, about.as_str());
}

#[tokio::test]
async fn a_notice_that_waits_for_its_lane_goes_on_waiting_when_its_partner_asks_for_it() {
    let world = World::new().await;
    let (notice, message) = under_way(&world).await;
    let lane = Lane {
        partner: "demo-shop",
        host: "shop.example",
    };
    let connection = world.connection().await;
    let single = connection.single("tests: make lane");
    lanes::ensure(single, world.now, lane).await.unwrap();
    let single = connection.single("tests: park");
    let parked = lanes::park(single, world.now, lane, message.message_id).await;
    assert!(parked.unwrap());
    assert_eq!(
        ask(&world, &notice, world.later(60)).await,
        None,
        "it goes out as soon as its lane is free"
    );
    assert!(claim(&world, world.later(3600)).await.is_empty());
}
