//! The bank sends money back days after it was paid: the partner hears that too.

use contract::withdrawal::State;
use e2e::Scene;

#[tokio::test]
async fn a_bank_return_after_paid_is_told_by_a_second_notice() {
    let scene = Scene::open().await.unwrap();
    let id = scene.withdraw("70.00").await.unwrap();
    scene.reaches(&id, State::Paid).await;
    scene.hears(&id, 1).await;

    let serial = scene.huifu.book().payments[0].key.req_seq_id.clone();
    assert!(scene.huifu.bank_return(&serial));
    // It would be asked about tomorrow by itself; an operator need not wait for that.
    let ask = [
        "withdrawal",
        "ask",
        id.as_str(),
        "--yes",
        "--reason",
        "the user called",
    ];
    scene.opsctl().run(&ask).await.unwrap();

    scene.reaches(&id, State::Returned).await;
    scene.hears(&id, 2).await;
    let of_this = |status: &str| {
        let notices = scene.partner.notices();
        let told = notices
            .iter()
            .filter(|notice| notice.order_id == id.as_str() && notice.status == status);
        told.count()
    };
    assert_eq!((of_this("1"), of_this("0")), (1, 1));
    scene.close().await.unwrap();
}
