//! A good day.

use contract::withdrawal::State;
use e2e::Scene;

#[tokio::test]
async fn a_withdrawal_travels_from_the_partner_to_the_card_and_back_to_the_partner() {
    let scene = Scene::open().await.unwrap();
    let id = scene.withdraw("123.45").await.unwrap();
    scene.reaches(&id, State::Paid).await;
    scene.hears(&id, 1).await;
    let book = scene.huifu.book();
    assert_eq!(book.payments.len(), 1);
    assert!(book.payments[0].acked("01") && book.payments[0].acked("02"));
    scene.close().await.unwrap();
}

#[tokio::test]
async fn many_at_once_are_each_paid_once_and_told_once() {
    let scene = Scene::open().await.unwrap();
    let ids = scene.withdraw_many(20, "50.00").await.unwrap();
    scene.all_paid(&ids).await;
    assert_eq!(scene.huifu.book().payments.len(), ids.len());
    scene.close().await.unwrap();
}
