//! A dead letter stays until a person decides, and can be replayed once.

use contract::ids::NoticeId;
use contract::withdrawal::State;
use store::dead_letters::{self, Decision, Filter, NewDeadLetter, Verb};
use store::outbox;

use crate::outbox::claim;
use crate::world::World;

/// What partner-notifier does when the schedule is used up.
pub(crate) async fn give_up(world: &World, notice: &NoticeId, message: &outbox::Claimed) {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: give up").await.unwrap();
    assert!(outbox::settle(&tx, message.message_id).await.unwrap());
    let attempted = store::notices::Attempted {
        at: world.now,
        state: store::notices::NoticeState::DeadLettered,
        outcome: "timeout",
        http_status: None,
        duration_ms: 10_000,
        answer: None,
        passage: &store::notices::Passage::default(),
        event: "notice_dead_lettered",
        detail: &serde_json::json!({}),
    };
    store::notices::record_attempt(&tx, world.now, notice, &attempted)
        .await
        .unwrap();
    let letter = NewDeadLetter {
        message_id: Some(message.message_id),
        service: "partner-notifier",
        queue: "partner-notifier.notice-due",
        exchange: &message.exchange,
        routing_key: &message.routing_key,
        message_type: Some(&message.message_type),
        correlation_id: Some(&message.correlation_id),
        causation_id: None,
        partner_id: Some("demo-shop"),
        reason: "the schedule is used up",
        error_class: "timeout",
        attempt_count: 1,
        headers: &serde_json::json!({}),
        body: message.body.as_bytes(),
        first_failed_at: world.now,
    };
    store::dead_letters::insert(&tx, world.now, &letter)
        .await
        .unwrap();
    store::dead_letters::insert(&tx, world.now, &letter)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_dead_letter_is_replayed_once_and_puts_the_message_back() {
    let world = World::new().await;
    let id = world.walked_to(7, State::Paid).await;
    let connection = world.connection().await;
    let notice = store::notices::of(&connection, &id)
        .await
        .unwrap()
        .remove(0);
    let message = claim(&world, world.now).await.remove(0);
    give_up(&world, &notice.id, &message).await;
    assert!(claim(&world, world.later(60)).await.is_empty());

    let mut connection = world.connection().await;
    let letters = store::dead_letters::page(
        &connection,
        &Filter {
            partner: Some("demo-shop".to_owned()),
            ..Filter::default()
        },
        0,
        10,
    )
    .await
    .unwrap();
    assert_eq!(letters.len(), 1);
    for expected in [true, false] {
        let tx = connection.begin("tests: replay").await.unwrap();
        let decision = Decision {
            by: "sre",
            reason: "the partner is back",
        };
        let replayed =
            store::dead_letters::replay(&tx, world.later(60), letters[0].id, decision).await;
        assert_eq!(replayed.unwrap(), expected);
        tx.commit().await.unwrap();
    }
    let timeline = store::timeline::of(&connection, &id).await.unwrap();
    let told: Vec<_> = timeline
        .iter()
        .filter(|entry| entry.event == "dead_letter_replayed")
        .map(|entry| (entry.recorded_by.as_str(), &entry.detail))
        .collect();
    let detail = serde_json::json!({
        "dead_letter": letters[0].id, "by": "sre", "reason": "the partner is back",
    });
    assert_eq!(told, [("tests: replay", &detail)]);
    assert_eq!(
        claim(&world, world.later(60)).await.remove(0).message_id,
        message.message_id
    );
    let revived =
        store::notices::for_delivery(&connection, &notice.id, message.message_id, world.now)
            .await
            .unwrap()
            .unwrap();
    assert_eq!(revived.posting.state, store::notices::NoticeState::Pending);
    assert_eq!(
        (revived.posting.attempt_count, revived.posting.schedule_step),
        (1, 0)
    );
}

#[tokio::test]
async fn a_discard_is_told_on_the_timeline_of_its_withdrawal_if_there_is_one() {
    let world = World::new().await;
    let id = world.walked_to(7, State::Accepted).await;
    let mut connection = world.connection().await;
    let decision = Decision {
        by: "sre",
        reason: "the withdrawal has its end",
    };
    for (number, about) in [
        (1, Some(id.as_str())),
        (2, Some("no withdrawal")),
        (3, None),
    ] {
        let letter = NewDeadLetter {
            message_id: None,
            service: "huifu-dispatcher",
            queue: "huifu-dispatcher.withdrawal-accepted",
            exchange: "",
            routing_key: "",
            message_type: None,
            correlation_id: about,
            causation_id: None,
            partner_id: None,
            reason: "it cannot be read",
            error_class: "unreadable",
            attempt_count: 1,
            headers: &serde_json::json!({}),
            body: b"noise",
            first_failed_at: world.now,
        };
        let tx = connection.begin("tests: discard").await.unwrap();
        store::dead_letters::insert(&tx, world.now, &letter)
            .await
            .unwrap();
        let only = Filter {
            ids: Some(vec![number]),
            ..Filter::default()
        };
        for expected in [vec![number], Vec::new()] {
            let discarded =
                dead_letters::decide_many(&tx, world.now, &only, number, Verb::Discard, decision);
            assert_eq!(discarded.await.unwrap(), expected);
        }
        tx.commit().await.unwrap();
    }
    let timeline = store::timeline::of(&connection, &id).await.unwrap();
    let events: Vec<_> = timeline.iter().map(|entry| entry.event.as_str()).collect();
    assert_eq!(events, ["open", "confirm", "dead_letter_discarded"]);
    assert_eq!(timeline[2].detail["by"], "sre");
}
