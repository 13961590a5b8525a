//! The partner is away: for a while, and for too long.

use contract::withdrawal::State;
use e2e::{Engines, Scene};
use sandbox::partner::Mode;
use stand::system::Service;
use store::dead_letters::Decision;

#[tokio::test]
async fn a_partner_that_is_away_for_a_while_hears_the_notice_later() {
    let scene = Scene::open().await.unwrap();
    scene.partner.set_mode(Mode::Down);
    let id = scene.withdraw("88.00").await.unwrap();
    scene.reaches(&id, State::Paid).await;
    stand::eventually(
        std::time::Duration::from_secs(30),
        "two failed tries",
        async || attempts(&scene, id.as_str()).await >= 2,
    )
    .await;
    scene.partner.set_mode(Mode::Ok);
    scene.hears(&id, 1).await;
    scene.close().await.unwrap();
}

#[tokio::test]
async fn a_notice_nobody_took_is_a_dead_letter_until_a_person_replays_it() {
    let engines = Engines::shared().await.unwrap();
    let scene = Scene::open_with(engines, |plan| {
        plan.tell(Service::PartnerNotifier, "NOTICE_SCHEDULE_MS", "100,100");
    })
    .await
    .unwrap();
    scene.partner.set_mode(Mode::Down);
    let id = scene.withdraw("99.00").await.unwrap();
    scene.reaches(&id, State::Paid).await;

    let letter = stand::eventually(
        std::time::Duration::from_secs(30),
        "a dead letter",
        async || {
            let connection = scene.store.connection().await.unwrap();
            store::dead_letters::list(&connection, None, None, 10)
                .await
                .unwrap()
                .pop()
        },
    )
    .await;
    assert_eq!(letter.correlation_id.as_deref(), Some(id.as_str()));
    assert_eq!(letter.attempt_count, 3);

    scene.partner.set_mode(Mode::Ok);
    let mut connection = scene.store.connection().await.unwrap();
    let tx = connection.begin("e2e: replay").await.unwrap();
    let decision = Decision {
        by: "e2e",
        reason: "the partner is back",
    };
    assert!(
        store::dead_letters::replay(&tx, runtime::clock::now(), letter.id, decision)
            .await
            .unwrap()
    );
    store::outbox::notify(&tx).await.unwrap();
    tx.commit().await.unwrap();
    scene.hears(&id, 1).await;
    scene.close().await.unwrap();
}

async fn attempts(scene: &Scene, order_id: &str) -> i64 {
    let sql = scene.sql().await.unwrap();
    let counted = "select count(*) from notice_attempts
                     join notices on notices.id = notice_id where withdrawal_id = $1";
    sql.query_one(counted, &[&order_id]).await.unwrap().get(0)
}
