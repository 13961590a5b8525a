//! Deliveries: acked after the commit, tried again, given up, unreadable, and without a queue.

use contract::topology::DEAD_LETTERS;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Confirmation};
use stand::eventually;

use crate::world::{DEADLINE, Obedient, Order, QUEUE, World, outgoing};

#[tokio::test]
async fn a_message_is_acked_once_its_effect_is_committed() {
    let world = World::new().await;
    let handler = Obedient::new(&world, &[]);
    let running = world.start(Some(handler.clone()), &[]).await;
    let message_id = world.enqueue().await;
    eventually(DEADLINE, "the message is carried out", async || {
        handler.settled() == 1
    })
    .await;
    running.stop().await.unwrap();
    assert!(!world.is_open(message_id).await);
    assert_eq!(
        world.waiting(QUEUE.name).await,
        Some(0),
        "an unacked message would be back"
    );
    assert_eq!(handler.calls(), 1);
}

#[tokio::test]
async fn a_message_that_could_not_be_handled_or_met_a_bug_is_delivered_again() {
    let world = World::new().await;
    let handler = Obedient::new(&world, &[Order::Requeue, Order::Panic]);
    let running = world.start(Some(handler.clone()), &[]).await;
    let message_id = world.enqueue().await;
    eventually(DEADLINE, "the third delivery succeeds", async || {
        handler.settled() == 1
    })
    .await;
    assert_eq!(handler.calls(), 3);
    running.stop().await.unwrap();
    assert!(!world.is_open(message_id).await);
    assert!(world.dead_letters().await.is_empty());
}

#[tokio::test]
async fn a_message_given_up_is_a_stored_dead_letter_and_no_longer_a_duty() {
    let world = World::new().await;
    let handler = Obedient::new(&world, &[Order::DeadLetter]);
    let running = world.start(Some(handler.clone()), &[]).await;
    let message_id = world.enqueue().await;
    eventually(DEADLINE, "the dead letter is stored", async || {
        world.dead_letters().await.len() == 1
    })
    .await;
    running.stop().await.unwrap();
    let letter = &world.dead_letters().await[0];
    assert_eq!(letter.message_id, Some(message_id));
    assert_eq!(letter.reason, "as the test wants");
    assert_eq!(
        (letter.queue.as_str(), letter.routing_key.as_str()),
        (QUEUE.name, QUEUE.routing_key)
    );
    assert!(!world.is_open(message_id).await);
    assert_eq!(world.waiting(QUEUE.name).await, Some(0));
    assert_eq!(handler.calls(), 1);
}

#[tokio::test]
async fn an_unreadable_message_is_stored_with_its_reason_and_its_body() {
    let world = World::new().await;
    let handler = Obedient::new(&world, &[]);
    let running = world.start(Some(handler.clone()), &[]).await;
    let mut broken = outgoing(&QUEUE);
    broken.body = "{\"withdrawal_id\":7}".to_owned();
    let mut foreign = outgoing(&QUEUE);
    foreign.message_type = "withdrawal.accepted.v99".to_owned();
    let answers = world
        .publisher()
        .publish_batch(&[broken.clone(), foreign])
        .await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    eventually(DEADLINE, "both are stored", async || {
        world.dead_letters().await.len() == 2
    })
    .await;
    running.stop().await.unwrap();
    let letters = world.dead_letters().await;
    assert!(
        letters
            .iter()
            .all(|letter| letter.error_class == "unreadable")
    );
    let kept = letters
        .iter()
        .find(|letter| letter.message_id == Some(broken.message_id))
        .unwrap();
    assert_eq!(kept.body, broken.body.into_bytes());
    assert!(kept.reason.contains("line 1"), "{}", kept.reason);
    assert_eq!(handler.calls(), 0);
}

#[tokio::test]
async fn what_the_broker_gave_up_on_is_drained_into_the_same_table() {
    let world = World::new().await;
    let handler = Obedient::new(&world, &[]);
    let running = world.start(Some(handler), &[]).await;
    let mut dead = outgoing(&QUEUE);
    // As the broker itself does when the delivery limit is passed.
    dead.exchange = DEAD_LETTERS.name.to_owned();
    dead.routing_key = QUEUE.name.to_owned();
    let answers = world
        .publisher()
        .publish_batch(std::slice::from_ref(&dead))
        .await;
    assert!(answers[0].is_ok(), "{answers:?}");
    eventually(DEADLINE, "it is stored", async || {
        world.dead_letters().await.len() == 1
    })
    .await;
    running.stop().await.unwrap();
    let letter = &world.dead_letters().await[0];
    assert_eq!(letter.error_class, "delivery_limit");
    assert_eq!(
        (letter.exchange.as_str(), letter.routing_key.as_str()),
        (QUEUE.exchange.name, QUEUE.routing_key)
    );
    assert_eq!(world.waiting(QUEUE.dead_letter_queue).await, Some(0));
}

#[tokio::test]
async fn a_consumer_whose_queue_was_deleted_declares_it_and_goes_on() {
    let world = World::new().await;
    let handler = Obedient::new(&world, &[]);
    let running = world.start(Some(handler.clone()), &[]).await;
    world.enqueue().await;
    eventually(DEADLINE, "the first is carried out", async || {
        handler.settled() == 1
    })
    .await;
    assert!(world.vhost.wipe().await.unwrap() > 0);
    world.enqueue().await;
    eventually(DEADLINE, "the second is carried out", async || {
        handler.settled() == 2
    })
    .await;
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_broker_that_restarts_is_found_again_and_nothing_is_lost() {
    let mut broker = stand::private::RabbitMq::create().await.unwrap();
    let world = World::on(broker.handle()).await;
    let handler = Obedient::new(&world, &[]);
    let running = world
        .start(Some(handler.clone()), &[("OUTBOX_LEASE_MS", "1000")])
        .await;
    world.enqueue().await;
    eventually(DEADLINE, "the first is carried out", async || {
        handler.settled() == 1
    })
    .await;
    broker.kill_9().await.unwrap();
    for _ in 0..20 {
        world.enqueue().await;
    }
    broker.start().await.unwrap();
    eventually(DEADLINE, "all are carried out", async || {
        handler.settled() == 21
    })
    .await;
    running.stop().await.unwrap();
}

#[tokio::test]
async fn what_postgresql_cannot_store_is_still_a_dead_letter_with_its_reason() {
    let world = World::new().await;
    let handler = Obedient::new(&world, &[]);
    let running = world.start(Some(handler), &[]).await;
    eventually(DEADLINE, "the queue is declared", async || {
        world.waiting(QUEUE.name).await == Some(0)
    })
    .await;
    let mut headers = FieldTable::default();
    let long = "x".repeat(20_000);
    headers.insert("na\0me".into(), AMQPValue::LongString("val\0ue".into()));
    headers.insert("long".into(), AMQPValue::LongString(long.into()));
    let properties = BasicProperties::default()
        .with_type("ty\0pe".into())
        .with_correlation_id("W\0".into())
        .with_message_id("\0".into())
        .with_headers(headers);
    let connection = world.connect().await;
    let channel = connection.create_channel().await.unwrap();
    channel
        .confirm_select(ConfirmSelectOptions::default())
        .await
        .unwrap();
    let confirm = channel
        .basic_publish(
            "".into(),
            QUEUE.name.into(),
            BasicPublishOptions::default(),
            b"\0",
            properties,
        )
        .await
        .unwrap();
    let confirmed = confirm.await.unwrap();
    assert!(
        matches!(confirmed, Confirmation::Ack(None)),
        "{confirmed:?}"
    );
    eventually(DEADLINE, "it is stored", async || {
        world.dead_letters().await.len() == 1
    })
    .await;
    running.stop().await.unwrap();
    let letter = &world.dead_letters().await[0];
    assert_eq!(letter.error_class, "unreadable");
    assert!(
        letter.reason.contains("the type is not"),
        "{}",
        letter.reason
    );
    assert_eq!(letter.message_type.as_deref(), Some("ty\u{fffd}pe"));
    assert_eq!(letter.correlation_id.as_deref(), Some("W\u{fffd}"));
    assert_eq!(letter.headers["na\u{fffd}me"], "val\u{fffd}ue");
    assert_eq!(letter.headers["long"].as_str().unwrap().len(), 1024);
    assert_eq!(letter.body, b"\0");
    assert_eq!(world.waiting(QUEUE.name).await, Some(0));
}
