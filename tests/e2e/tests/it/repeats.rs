//! Everything twice: the page call, the confirmation, and both at once.

use contract::withdrawal::State;
use e2e::{PASSWORD, Scene};
use sandbox::user::{Choice, UserAgent};

#[tokio::test]
async fn the_same_page_call_and_the_same_confirmation_twice_are_one_withdrawal() {
    let scene = Scene::open().await.unwrap();
    let fields = [("money", "66.00"), ("out_order_no", "order-66")];
    let url = scene.partner.withdraw_url();
    let mut user = UserAgent::new().unwrap();
    let first = user
        .open(&url, &scene.partner.signed_form(&fields))
        .await
        .unwrap();
    let second = user
        .open(&url, &scene.partner.signed_form(&fields))
        .await
        .unwrap();
    assert_eq!(first.url, second.url);

    let confirm = Choice::confirm(PASSWORD);
    let returned = user.finish(&first, &confirm).await.unwrap();
    let again = user.finish(&second, &confirm).await.unwrap();
    let order = |url: &url::Url| {
        url.query_pairs()
            .find(|(name, _)| name == "order_id")
            .map(|(_, id)| id.into_owned())
            .unwrap()
    };
    assert_eq!(order(&returned), order(&again));
    scene
        .reaches(&order(&returned).parse().unwrap(), State::Paid)
        .await;
    assert_eq!(scene.huifu.book().payments.len(), 1);
    scene.close().await.unwrap();
}

#[tokio::test]
async fn ten_confirmations_at_once_are_one_payment() {
    let scene = Scene::open().await.unwrap();
    let url = scene.partner.withdraw_url();
    let mut user = UserAgent::new().unwrap();
    let page = user
        .open(&url, &scene.partner.signed_form(&[("money", "77.00")]))
        .await
        .unwrap();
    let confirm = Choice::confirm(PASSWORD);
    let clicks = (0..10).map(|_| {
        let mut user = user.clone();
        let (page, confirm) = (page.clone(), confirm.clone());
        async move { user.decide(&page, &confirm).await }
    });
    let returned = futures_util::future::join_all(clicks).await;
    assert!(returned.iter().any(Result::is_ok), "{returned:?}");
    scene.close().await.unwrap();
}
