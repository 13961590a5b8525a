//! Publishing: only what some queue keeps counts as published.

use contract::topology::DISPATCH;
use runtime::amqp::PublishError;

use crate::world::{World, outgoing};

#[tokio::test]
async fn a_message_that_no_queue_wants_is_never_taken_for_published() {
    let world = World::new().await;
    let publisher = world.publisher();
    // In the middle of many, whose confirms the broker gives in bulk.
    let mut batch: Vec<_> = (0..200).map(|_| outgoing(&DISPATCH)).collect();
    batch[100].routing_key = "nobody.listens".to_owned();
    let answers = publisher.publish_batch(&batch).await;
    assert!(
        matches!(answers[100], Err(PublishError::Unroutable)),
        "{:?}",
        answers[100]
    );
    let published = answers.iter().filter(|answer| answer.is_ok()).count();
    assert!(
        published >= 198,
        "at most one other may be taken for returned: {published}"
    );
    let again = publisher.publish_batch(&batch[..100]).await;
    assert!(
        again.iter().all(Result::is_ok),
        "the next batch goes out on a new channel"
    );
}

#[tokio::test]
async fn queues_that_are_gone_are_declared_again_before_the_next_batch() {
    let world = World::new().await;
    let publisher = world.publisher();
    let batch = [outgoing(&DISPATCH)];
    assert!(publisher.publish_batch(&batch).await[0].is_ok());
    world.vhost.wipe().await.unwrap();
    assert!(publisher.publish_batch(&batch).await[0].is_err());
    assert!(publisher.publish_batch(&batch).await[0].is_ok());
    assert_eq!(world.waiting(DISPATCH.name).await, Some(1));
}

#[tokio::test]
async fn a_broker_that_is_not_there_is_an_answer_not_a_wait() {
    let world = World::new().await;
    let nowhere = runtime::settings::Secret::new("amqp://127.0.0.1:1/");
    let nowhere = runtime::settings::BrokerSettings::at(nowhere);
    let link = runtime::amqp::Link::new(nowhere, "test");
    let publisher = runtime::amqp::Publisher::new(std::sync::Arc::new(link), "test");
    let answers = publisher.publish_batch(&[outgoing(&DISPATCH)]).await;
    assert!(
        matches!(answers[0], Err(PublishError::NotSent)),
        "{answers:?}"
    );
    assert_eq!(world.waiting(DISPATCH.name).await, None);
}
