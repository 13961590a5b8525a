//! A duty is claimed by one relay at a time and lives until its effect is committed.

use std::time::Duration;

use contract::message::{Envelope, WithdrawalAccepted};
use jiff::Timestamp;
use store::outbox;
use uuid::Uuid;

use crate::world::World;

const LEASE: Duration = Duration::from_secs(30);

pub(crate) async fn enqueue(world: &World, available_at: Timestamp) -> Uuid {
    let envelope = Envelope {
        message_id: Uuid::new_v4(),
        at: world.now,
        causation_id: None,
        traceparent: None,
        body: WithdrawalAccepted {
            withdrawal_id: world.new_withdrawal(1, None).id,
        },
    };
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: enqueue").await.unwrap();
    outbox::enqueue(&tx, &envelope, available_at).await.unwrap();
    tx.commit().await.unwrap();
    envelope.message_id
}

pub(crate) async fn claim(world: &World, now: Timestamp) -> Vec<outbox::Claimed> {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: claim").await.unwrap();
    let claimed = outbox::claim(&tx, now, LEASE, 10).await.unwrap();
    tx.commit().await.unwrap();
    claimed
}

async fn settle(world: &World, message_id: Uuid) -> bool {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: settle").await.unwrap();
    let settled = outbox::settle(&tx, message_id).await.unwrap();
    tx.commit().await.unwrap();
    settled
}

#[tokio::test]
async fn a_claimed_row_is_nobody_elses_until_the_claim_runs_out() {
    let world = World::new().await;
    let message_id = enqueue(&world, world.now).await;
    let claimed = claim(&world, world.now).await;
    assert_eq!(
        claimed.iter().map(|row| row.message_id).collect::<Vec<_>>(),
        [message_id]
    );
    assert!(claim(&world, world.later(29)).await.is_empty());
    assert_eq!(claim(&world, world.later(30)).await.len(), 1);
}

#[tokio::test]
async fn a_row_that_is_due_later_waits() {
    let world = World::new().await;
    enqueue(&world, world.later(60)).await;
    assert!(claim(&world, world.later(59)).await.is_empty());
    let next = outbox::next_due(&world.connection().await).await.unwrap();
    assert_eq!(next, Some(world.later(60)));
    assert_eq!(claim(&world, world.later(60)).await.len(), 1);
}

#[tokio::test]
async fn a_published_row_goes_out_again_only_when_it_is_stale_and_unsettled() {
    let world = World::new().await;
    let (settled, unsettled) = (
        enqueue(&world, world.now).await,
        enqueue(&world, world.now).await,
    );
    let ids: Vec<i64> = claim(&world, world.now)
        .await
        .iter()
        .map(|row| row.id)
        .collect();
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: publish").await.unwrap();
    outbox::mark_published(&tx, world.now, &ids).await.unwrap();
    tx.commit().await.unwrap();
    assert!(settle(&world, settled).await);

    for (before, count) in [(world.now, 0), (world.later(1), 1), (world.later(1), 0)] {
        let tx = connection.begin("tests: republish").await.unwrap();
        let made_due =
            outbox::republish_stale(&tx, world.later(60), "withdrawal.accepted", before, 10).await;
        assert_eq!(made_due.unwrap(), count);
        tx.commit().await.unwrap();
    }
    let again = claim(&world, world.later(60)).await;
    assert_eq!(
        again.iter().map(|row| row.message_id).collect::<Vec<_>>(),
        [unsettled]
    );
}

async fn renew(world: &World, message_id: Uuid, until: Timestamp) {
    let connection = world.connection().await;
    let single = connection.single("tests: renew");
    outbox::renew(single, world.now, &[message_id], until)
        .await
        .unwrap();
}

#[tokio::test]
async fn what_was_handed_over_is_nobody_elses_for_as_long_as_it_is_renewed() {
    let world = World::new().await;
    let message_id = enqueue(&world, world.now).await;
    let rows = claim(&world, world.now).await;
    let connection = world.connection().await;
    let single = connection.single("tests: published");
    outbox::mark_published(single, world.now, &[rows[0].id])
        .await
        .unwrap();
    // The broker has it: whoever renews too early changes nothing.
    renew(&world, message_id, world.later(9)).await;
    assert_eq!(outbox::next_due(&connection).await.unwrap(), None);

    let single = connection.single("tests: hand over");
    outbox::hand_over(single, world.now, message_id, world.later(3))
        .await
        .unwrap();
    renew(&world, message_id, world.later(6)).await;
    renew(&world, message_id, world.later(4)).await;
    assert!(claim(&world, world.later(5)).await.is_empty());
    assert_eq!(claim(&world, world.later(6)).await.len(), 1);
}

#[tokio::test]
async fn a_duty_is_carried_out_once_even_by_two_at_the_same_time() {
    let world = World::new().await;
    let message_id = enqueue(&world, world.now).await;
    let (first, second) = tokio::join!(settle(&world, message_id), settle(&world, message_id));
    assert!(first ^ second);
    assert!(!settle(&world, message_id).await);
    assert!(!settle(&world, Uuid::new_v4()).await);
}

#[tokio::test]
async fn a_commit_with_messages_wakes_the_relay_and_so_does_a_notification_from_elsewhere() {
    let world = World::new().await;
    let mut listener = world.store.listen_outbox().await.unwrap();
    enqueue(&world, world.now).await;
    assert!(listener.woken().await);
    world
        .raw()
        .await
        .batch_execute("notify outbox")
        .await
        .unwrap();
    assert!(listener.woken().await);
}
