//! Messages that cannot be read or belong to nobody: kept with a reason, and they stop nothing.

use std::collections::BTreeMap;

use contract::topology::{DEAD_LETTERS, Exchange, QUEUES, WORK};
use e2e::Scene;
use lapin::options::BasicPublishOptions;
use lapin::types::ShortString;
use lapin::{BasicProperties, Connection, ConnectionProperties};

async fn publish(scene: &Scene, routing_key: &str, kind: &str, body: &[u8]) {
    publish_to(scene, WORK, routing_key, kind, body).await;
}

async fn publish_to(scene: &Scene, exchange: Exchange, key: &str, kind: &str, body: &[u8]) {
    let url = &scene.fleet.plan.amqp_url;
    let connection = Connection::connect(url, ConnectionProperties::default())
        .await
        .unwrap();
    let channel = connection.create_channel().await.unwrap();
    let properties = BasicProperties::default()
        .with_type(ShortString::from(kind))
        .with_message_id(ShortString::from(uuid::Uuid::new_v4().to_string()))
        .with_timestamp(1_800_000_000)
        .with_correlation_id(ShortString::from("W01KASGXE00000000000000000A"));
    let options = BasicPublishOptions::default();
    let published = channel
        .basic_publish(exchange.name.into(), key.into(), options, body, properties)
        .await;
    published.unwrap().await.unwrap();
    connection.close(200, "done".into()).await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_read_is_a_dead_letter_with_a_reason_and_the_queue_goes_on() {
    let scene = Scene::open().await.unwrap();
    let good = br#"{"withdrawal_id":"W01KASGXE00000000000000000A"}"#;
    let poison: [(&str, &str, &[u8]); 5] = [
        ("withdrawal.accepted", "withdrawal.accepted.v1", b"not json"),
        (
            "withdrawal.accepted",
            "withdrawal.accepted.v1",
            br#"{"withdrawal_id":"W1"}"#,
        ),
        ("withdrawal.accepted", "withdrawal.accepted.v99", good),
        ("notice.due", "withdrawal.accepted.v1", good),
        ("notice.due", "notice.due.v1", b"\xff\xfe"),
    ];
    for (routing_key, kind, body) in poison {
        publish(&scene, routing_key, kind, body).await;
    }
    let deadline = std::time::Duration::from_secs(30);
    let letters = stand::eventually(deadline, "five dead letters", async || {
        let connection = scene.store.connection().await.unwrap();
        let letters =
            store::dead_letters::page(&connection, &store::dead_letters::Filter::default(), 0, 100)
                .await
                .unwrap();
        (letters.len() == 5).then_some(letters)
    })
    .await;
    for letter in letters {
        assert!(
            !letter.reason.is_empty() && !letter.error_class.is_empty(),
            "{letter:?}"
        );
    }
    let id = scene.withdraw("47.00").await.unwrap();
    scene.all_paid(&[id]).await;
    scene.close().await.unwrap();
}

/// Of every queue there is: neither the wrong type nor noise reaches a handler, and what the broker
/// itself gave up is drained from beside the queue.
#[tokio::test]
async fn every_queue_keeps_what_its_consumer_cannot_read_and_what_the_broker_gave_up() {
    let scene = Scene::open().await.unwrap();
    for queue in QUEUES {
        publish(&scene, queue.routing_key, "withdrawal.accepted.v1", b"\x00").await;
        publish(&scene, queue.routing_key, "nobody.knows.v1", b"{}").await;
        publish_to(&scene, DEAD_LETTERS, queue.name, "any.v1", b"{}").await;
    }
    let deadline = std::time::Duration::from_secs(60);
    let kept = stand::eventually(deadline, "letters from each queue", async || {
        let connection = scene.store.connection().await.unwrap();
        let filter = store::dead_letters::Filter::default();
        let letters = store::dead_letters::page(&connection, &filter, 0, 100).await;
        let letters = letters.unwrap();
        (letters.len() == 3 * QUEUES.len()).then_some(letters)
    })
    .await;
    let mut classes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for letter in kept {
        classes
            .entry(letter.queue)
            .or_default()
            .push(letter.error_class);
    }
    for queue in QUEUES {
        let classes = classes.get_mut(queue.name).unwrap();
        classes.sort();
        assert_eq!(
            *classes,
            ["delivery_limit", "unreadable", "unreadable"],
            "{}",
            queue.name
        );
    }
    let id = scene.withdraw("46.00").await.unwrap();
    scene.all_paid(&[id]).await;
    scene.close().await.unwrap();
}

/// Somebody who can publish to our broker orders a payment that no row of ours knows.
#[tokio::test]
async fn a_well_formed_message_that_nobody_here_wrote_pays_nothing() {
    let scene = Scene::open().await.unwrap();
    let id = scene.withdraw("48.00").await.unwrap();
    scene.all_paid(std::slice::from_ref(&id)).await;
    let body = format!(r#"{{"withdrawal_id":"{id}"}}"#);
    publish(
        &scene,
        "withdrawal.accepted",
        "withdrawal.accepted.v1",
        body.as_bytes(),
    )
    .await;
    let again = scene.withdraw("49.00").await.unwrap();
    scene.all_paid(&[again]).await;
    assert_eq!(scene.huifu.book().payments.len(), 2);
    scene.close().await.unwrap();
}
