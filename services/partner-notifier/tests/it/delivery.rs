//! A notice that the partner takes, and a message that comes twice.

use contract::message::{Envelope, Message as _, NoticeDue};
use contract::withdrawal::Transition;
use runtime::amqp::{Link, Outgoing, Publisher};
use runtime::settings::{BrokerSettings, Secret};
use stand::eventually;
use std::sync::Arc;
use store::notices::NoticeState;

use crate::world::{DEADLINE, ONE_SENDING, World};

#[tokio::test]
async fn a_paid_withdrawal_is_told_signed_and_numbered_and_the_duty_ends() {
    let world = World::new().await;
    let partner = world.partner("shop").await;
    let service = world.start(&[ONE_SENDING]).await;
    let due = world.ended(&partner, Transition::Pay).await;

    let attempts = world.attempts(&due, 1).await;
    assert_eq!(attempts[0].outcome, "delivered");
    assert_eq!(attempts[0].http_status, Some(200));
    assert_eq!(attempts[0].answer.as_deref(), Some("success"));
    let heard = partner.shop.notices();
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(heard[0].verdict.is_good(), "{:?}", heard[0].verdict);
    assert_eq!(heard[0].notice_id, due.notice.as_str());
    assert_eq!(heard[0].order_id, due.withdrawal.as_str());
    assert_eq!(
        (heard[0].status.as_str(), heard[0].money.as_str()),
        ("1", "100.00")
    );
    assert_eq!(heard[0].sequence, Some(1));
    for (name, value) in [
        ("fee", "1.05"),
        ("arrival_money", "98.95"),
        ("cash_type", "T1"),
        ("key_id", "ours-1"),
    ] {
        assert_eq!(heard[0].fields[name], value);
    }
    assert_eq!(world.summary(&due).await.state, NoticeState::Delivered);
    assert_eq!(
        world.events(&due).await.last().map(String::as_str),
        Some("notice_delivered")
    );
    let connection = world.connection().await;
    assert_eq!(store::outbox::next_due(&connection).await.unwrap(), None);
    service.stop().await.unwrap();
}

#[tokio::test]
async fn a_failed_withdrawal_is_told_with_its_reason() {
    let world = World::new().await;
    let partner = world.partner("shop").await;
    let _service = world.start(&[ONE_SENDING]).await;
    let due = world.ended(&partner, Transition::Fail).await;

    world.attempts(&due, 1).await;
    let heard = partner.shop.notices().remove(0);
    assert!(heard.accepted, "{:?}", heard.verdict);
    assert_eq!(heard.status, "0");
    assert_eq!(heard.fields["reason_code"], "account_frozen");
    assert_eq!(heard.fields["reason"], "账户已冻结");
}

#[tokio::test]
async fn a_message_that_comes_again_after_its_commit_reaches_nobody() {
    let world = World::new().await;
    let partner = world.partner("shop").await;
    // One at a time and in order: once the last is through, so is the one before.
    let _service = world
        .start(&[ONE_SENDING, ("CONSUMER_CONCURRENCY", "1")])
        .await;
    let due = world.ended(&partner, Transition::Pay).await;
    world.attempts(&due, 1).await;

    let broker = BrokerSettings::at(Secret::new(world.vhost.amqp_url()));
    let publisher = Publisher::new(Arc::new(Link::new(broker, "test")), "test");
    let again = Outgoing {
        message_id: due.message,
        exchange: NoticeDue::QUEUE.exchange.name.to_owned(),
        routing_key: NoticeDue::QUEUE.routing_key.to_owned(),
        message_type: NoticeDue::TYPE.to_owned(),
        correlation_id: due.withdrawal.to_string(),
        causation_id: None,
        traceparent: None,
        at: runtime::clock::now(),
        body: serde_json::to_string(&due.body()).unwrap(),
    };
    assert!(publisher.publish_batch(&[again]).await[0].is_ok());
    let last = world.ended(&partner, Transition::Pay).await;
    world.attempts(&last, 1).await;

    let heard: Vec<String> = partner
        .shop
        .notices()
        .into_iter()
        .map(|notice| notice.notice_id)
        .collect();
    assert_eq!(heard, [due.notice.to_string(), last.notice.to_string()]);
    assert_eq!(world.summary(&due).await.attempt_count, 1);
}

#[tokio::test]
async fn two_messages_about_one_notice_tell_it_once() {
    let world = World::new().await;
    let partner = world.partner("shop").await;
    let _service = world.start(&[ONE_SENDING]).await;
    let due = world.ended(&partner, Transition::Pay).await;
    world.attempts(&due, 1).await;

    let second = Envelope {
        message_id: runtime::ids::new_message_id(),
        at: runtime::clock::now(),
        causation_id: None,
        traceparent: None,
        body: due.body(),
    };
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: enqueue").await.unwrap();
    store::outbox::enqueue(&tx, &second, second.at)
        .await
        .unwrap();
    store::outbox::notify(&tx).await.unwrap();
    tx.commit().await.unwrap();
    eventually(DEADLINE, "the second message to be settled", async || {
        let connection = world.connection().await;
        let delivery =
            store::notices::for_delivery(&connection, &due.notice, second.message_id, second.at);
        !delivery.await.unwrap().unwrap().posting.message_is_open
    })
    .await;
    assert_eq!(partner.shop.notices().len(), 1);
}
