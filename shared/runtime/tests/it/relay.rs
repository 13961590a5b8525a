//! The relay: what is in the outbox reaches the broker, whoever dies and whatever is lost.

use std::time::Duration;

use lapin::options::{BasicConsumeOptions, BasicGetOptions, BasicQosOptions};
use lapin::types::FieldTable;
use runtime::clock;
use stand::eventually;
use store::outbox;

use crate::world::{DEADLINE, Obedient, QUEUE, World};

#[tokio::test]
async fn rows_are_published_without_waiting_for_a_poll() {
    let world = World::new().await;
    let handler = Obedient::new(&world, &[]);
    // A poll once a minute: only the notification can be as quick as the deadline asks.
    let running = world
        .start(Some(handler.clone()), &[("OUTBOX_POLL_MS", "60000")])
        .await;
    world.enqueue().await;
    eventually(DEADLINE / 2, "it is carried out", async || {
        handler.settled() == 1
    })
    .await;
    world.enqueue().await;
    eventually(DEADLINE / 2, "so is the next", async || {
        handler.settled() == 2
    })
    .await;
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_row_claimed_by_a_relay_that_died_is_published_by_another() {
    let world = World::new().await;
    let message_id = world.enqueue().await;
    let mut connection = world.store.connection().await.unwrap();
    let tx = connection.begin("test: claim and die").await.unwrap();
    let lease = Duration::from_millis(500);
    let claimed = outbox::claim(&tx, clock::now(), lease, 10).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(claimed.len(), 1);
    let handler = Obedient::new(&world, &[]);
    let running = world.start(Some(handler.clone()), &[]).await;
    eventually(DEADLINE, "it is carried out", async || {
        handler.settled() == 1
    })
    .await;
    assert!(!world.is_open(message_id).await);
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_broker_that_lost_everything_is_filled_from_the_database() {
    let world = World::new().await;
    let settings = [("OUTBOX_REPUBLISH_AFTER_MS", "1000"), ("OUTBOX_BATCH", "7")];
    let relaying = world.start(None, &settings).await;
    for _ in 0..20 {
        world.enqueue().await;
    }
    eventually(DEADLINE, "all wait in the queue", async || {
        world.waiting(QUEUE.name).await == Some(20)
    })
    .await;
    world.vhost.wipe().await.unwrap();
    eventually(DEADLINE, "all wait in the queue again", async || {
        world
            .waiting(QUEUE.name)
            .await
            .is_some_and(|waiting| waiting >= 20)
    })
    .await;
    let handler = Obedient::new(&world, &[]);
    let consuming = world.start(Some(handler.clone()), &settings).await;
    eventually(DEADLINE, "all are carried out", async || {
        handler.settled() == 20
    })
    .await;
    consuming.stop().await.unwrap();
    relaying.stop().await.unwrap();
}

#[tokio::test]
async fn a_message_lost_from_a_queue_that_is_never_idle_is_published_again_in_the_end() {
    let world = World::new().await;
    let settings = [("OUTBOX_REPUBLISH_AFTER_MS", "300")];
    let relaying = world.start(None, &settings).await;
    for _ in 0..3 {
        world.enqueue().await;
    }
    eventually(DEADLINE, "all wait in the queue", async || {
        world.waiting(QUEUE.name).await == Some(3)
    })
    .await;
    // Kept: it closes when dropped.
    let connection = world.connect().await;
    let channel = connection.create_channel().await.unwrap();
    // Gone, as after a wipe: its effect was never committed.
    let lost = channel
        .basic_get(QUEUE.name.into(), BasicGetOptions { no_ack: true })
        .await
        .unwrap();
    assert!(lost.is_some());
    // In somebody's hands for ever, so that the count alone explains what is missing.
    channel
        .basic_qos(1, BasicQosOptions::default())
        .await
        .unwrap();
    let _held = channel
        .basic_consume(
            QUEUE.name.into(),
            "holder".into(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        )
        .await
        .unwrap();
    eventually(
        DEADLINE,
        "more wait than the one that was left",
        async || {
            world
                .waiting(QUEUE.name)
                .await
                .is_some_and(|waiting| waiting >= 4)
        },
    )
    .await;
    relaying.stop().await.unwrap();
}
