//! PostgreSQL is killed under load: what was committed goes on, what was not is tried again.

use e2e::{Engines, Scene};
use stand::private::Postgres;

#[tokio::test]
async fn a_database_that_is_killed_and_started_again_loses_nothing() {
    let mut postgres = Postgres::create().await.unwrap();
    let engines = Engines::on(Some(postgres.handle()), None).await.unwrap();
    let scene = Scene::open_with(engines, |_| {}).await.unwrap();
    let mut ids = scene.withdraw_many(5, "35.00").await.unwrap();

    postgres.kill_9().await.unwrap();
    // Nobody can be served now; everybody is told so, and nothing half done is left.
    let refused = scene.withdraw("36.00").await;
    assert!(refused.is_err(), "accepted without a database: {refused:?}");
    postgres.start().await.unwrap();

    let deadline = std::time::Duration::from_secs(30);
    let id = stand::eventually(deadline, "a withdrawal after the restart", async || {
        scene.withdraw("37.00").await.ok()
    })
    .await;
    ids.push(id);
    scene.all_paid(&ids).await;
    scene.close().await.unwrap();
}
