//! Transactions: begun late, in the order of their statements, undone when nobody commits.

use contract::ids::WithdrawalId;
use contract::message::{Envelope, WithdrawalAccepted};
use futures_util::FutureExt as _;
use store::outbox;
use uuid::Uuid;

use crate::world::World;

fn message(world: &World) -> Envelope<WithdrawalAccepted> {
    Envelope {
        message_id: Uuid::new_v4(),
        at: world.now,
        causation_id: None,
        traceparent: None,
        body: WithdrawalAccepted {
            withdrawal_id: WithdrawalId::from_parts(1_800_000_000_000, 1),
        },
    }
}

async fn count(world: &World) -> i64 {
    let sql = "select count(*) from outbox";
    world.raw().await.query_one(sql, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn what_is_not_committed_is_undone_and_the_connection_goes_on() {
    let world = World::new().await;
    let mut connection = world.connection().await;
    for waits_for_the_answer in [true, false] {
        let tx = connection.begin("tests: leave").await.unwrap();
        let message = message(&world);
        let mut sent = Box::pin(outbox::enqueue(&tx, &message, world.now));
        if waits_for_the_answer {
            sent.as_mut().await.unwrap();
        } else {
            assert!(sent.as_mut().now_or_never().is_none());
        }
        drop(sent);
        drop(tx);
    }
    let tx = connection.begin("tests: go on").await.unwrap();
    outbox::enqueue(&tx, &message(&world), world.now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(count(&world).await, 1);
}

#[tokio::test]
async fn statements_run_in_the_order_in_which_they_were_begun_though_one_must_be_prepared() {
    let world = World::new().await;
    let mut connection = world.connection().await;
    let message = message(&world);
    let tx = connection.begin("tests: enqueue").await.unwrap();
    outbox::enqueue(&tx, &message, world.now).await.unwrap();
    tx.commit().await.unwrap();

    // The row must be deleted before its id can be written again.
    let tx = connection.begin("tests: settle first").await.unwrap();
    let (settled, ()) = tokio::try_join!(
        biased;
        outbox::settle(&tx, message.message_id),
        outbox::enqueue(&tx, &message, world.now),
    )
    .unwrap();
    assert!(settled);
    tx.commit().await.unwrap();
    assert_eq!(count(&world).await, 1);
}

#[tokio::test]
async fn a_transaction_without_statements_is_none() {
    let world = World::new().await;
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: nothing").await.unwrap();
    tx.commit().await.unwrap();
    drop(connection.begin("tests: less").await.unwrap());
    let tx = connection.begin("tests: repeat").await.unwrap();
    let message = message(&world);
    outbox::enqueue(&tx, &message, world.now).await.unwrap();
    // What fails leaves nothing behind, nor does what came before it.
    let refused = outbox::enqueue(&tx, &message, world.now).await.unwrap_err();
    assert_eq!(refused.constraint(), Some("outbox_message_once"));
    drop(tx);
    assert_eq!(count(&world).await, 0);
}
