//! RabbitMQ is away, or back with nothing in it: PostgreSQL fills it again.

use e2e::{Engines, Scene};
use stand::private::RabbitMq;
use stand::system::Service;

#[tokio::test]
async fn users_do_not_notice_that_the_broker_is_away_and_everything_goes_on_when_it_is_back() {
    let mut rabbitmq = RabbitMq::create().await.unwrap();
    let engines = Engines::on(None, Some(rabbitmq.handle())).await.unwrap();
    let scene = Scene::open_with(engines, |_| {}).await.unwrap();
    let before = scene.withdraw_many(3, "31.00").await.unwrap();

    rabbitmq.stop().await.unwrap();
    let meanwhile = scene.withdraw_many(3, "32.00").await.unwrap();
    rabbitmq.start().await.unwrap();

    scene.all_paid(&before).await;
    scene.all_paid(&meanwhile).await;
    scene.close().await.unwrap();
}

#[tokio::test]
async fn a_broker_that_lost_all_queues_and_messages_is_filled_again() {
    let engines = Engines::shared().await.unwrap();
    let mut scene = Scene::open_with(engines, |_| {}).await.unwrap();
    // Messages pile up while nobody consumes them; then the broker loses them all.
    scene.fleet.stop(Service::HuifuDispatcher).await.unwrap();
    let ids = scene.withdraw_many(3, "33.00").await.unwrap();
    published(&scene, 3).await;
    scene.engines.wipe_broker().await.unwrap();
    scene
        .fleet
        .start_one(Service::HuifuDispatcher)
        .await
        .unwrap();
    scene.all_paid(&ids).await;

    // And once more under the feet of services that run.
    scene.engines.wipe_broker().await.unwrap();
    let ids = scene.withdraw_many(3, "34.00").await.unwrap();
    scene.all_paid(&ids).await;
    scene.close().await.unwrap();
}

async fn published(scene: &Scene, count: i64) {
    let deadline = std::time::Duration::from_secs(30);
    stand::eventually(deadline, "messages to be published", async || {
        let sql = scene.sql().await.unwrap();
        // Only these: pages wish for balances too, which nobody fetches meanwhile.
        let counted = "select count(*) from outbox
                        where published_at is not null and routing_key = 'withdrawal.accepted'";
        sql.query_one(counted, &[]).await.unwrap().get::<_, i64>(0) == count
    })
    .await;
}
