//! Several of each service share the work, and lose none of it with one of them.

use e2e::Scene;

#[tokio::test]
async fn work_that_is_done_is_agreed_upon_by_everybody() {
    let scene = Scene::open().await.unwrap();
    let ids = scene.withdraw_many(4, "31.00").await.unwrap();
    scene.all_paid(&ids).await;
    scene.close().await.unwrap();
}
