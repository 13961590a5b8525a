//! What consumers do with a message that is out, in tests that have no consumers.

use serde_json::{Value, json};
use store::dead_letters::{self, NewDeadLetter};
use store::notices::{self, Attempted, NoticeState, Passage};
use store::outbox;
use uuid::Uuid;

use crate::world::World;

const MESSAGE: &str = "select message_id from outbox where body = $1 order by id limit 1";

const WHOLE: &str = include_str!("sql/whole_message.sql");

/// partner-notifier sends the notice that a message asks for, and this comes of it.
pub(crate) async fn tried(world: &World, body: &str, state: NoticeState) {
    let client = world.raw().await;
    let row = client.query_one(MESSAGE, &[&body]).await.unwrap();
    let message: Uuid = row.get(0);
    let parsed: Value = serde_json::from_str(body).unwrap();
    let notice = parsed["notice_id"].as_str().unwrap().parse().unwrap();
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: try notice").await.unwrap();
    let attempted = Attempted {
        at: world.now,
        state,
        outcome: "status",
        http_status: Some(200),
        duration_ms: 1,
        answer: None,
        passage: &Passage::default(),
        event: "notice_tried",
        detail: &json!({}),
    };
    match state {
        NoticeState::Delivered => {}
        NoticeState::Pending => {
            let envelope = contract::message::Envelope {
                message_id: Uuid::new_v4(),
                at: world.now,
                causation_id: Some(message),
                traceparent: None,
                body: serde_json::from_str::<contract::message::NoticeDue>(body).unwrap(),
            };
            let later = world.later(600);
            outbox::enqueue(&tx, &envelope, later).await.unwrap();
        }
        NoticeState::DeadLettered => die(world, &tx, message).await,
    }
    assert!(outbox::settle(&tx, message).await.unwrap());
    notices::record_attempt(&tx, world.now, &notice, &attempted)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// Another consumer carries a message out, or gives it up.
pub(crate) async fn handled(world: &World, message: Uuid, gives_up: bool) {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: handle").await.unwrap();
    if gives_up {
        die(world, &tx, message).await;
    }
    assert!(outbox::settle(&tx, message).await.unwrap());
    tx.commit().await.unwrap();
}

async fn die(world: &World, tx: &store::Transaction<'_>, message: Uuid) {
    let client = world.raw().await;
    let row = client.query_one(WHOLE, &[&message]).await.unwrap();
    let body: String = row.get("body");
    let letter = NewDeadLetter {
        message_id: Some(message),
        service: "tests",
        queue: "tests",
        exchange: row.get("exchange"),
        routing_key: row.get("routing_key"),
        message_type: Some(row.get("message_type")),
        correlation_id: Some(row.get("correlation_id")),
        causation_id: None,
        partner_id: None,
        reason: "given up",
        error_class: "handler",
        attempt_count: 1,
        headers: &json!({}),
        body: body.as_bytes(),
        first_failed_at: world.now,
    };
    dead_letters::insert(tx, world.now, &letter).await.unwrap();
}
