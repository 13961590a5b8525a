//! A good day: from the shop to our page, to what became of it, and back to the shop. And a day on
//! which the user thinks again, and those on which the bank does.

use browser::{Browser, Device, House, PASSWORD, Person};
use contract::withdrawal::State;
use sandbox::huifu::Fault;

#[tokio::test]
async fn a_user_comes_from_the_shop_confirms_sees_what_happens_next_and_goes_back() {
    let mut house = House::open().await.unwrap();
    house.let_in(&Person::default()).await.unwrap();
    let mut browser = Browser::open(Device::phone()).await.unwrap();
    for device in Device::both() {
        browser.become_a(device).await.unwrap();
        browser.ask(house.shop(), "1234.50").await.unwrap();
        let page = browser.look("journey-1-choose").await.unwrap();
        assert!(page.text.contains("1,234.50"), "{}", page.text);
        browser.confirm(PASSWORD).await.unwrap();
        let accepted = browser.look("journey-2-accepted").await.unwrap();
        assert!(accepted.text.contains("提现已受理"), "{}", accepted.text);
        assert!(!accepted.text.contains("提现成功"), "{}", accepted.text);

        house.reaches(&page.url, State::Paid).await.unwrap();
        browser.driver.refresh().await.unwrap();
        let paid = browser.look("journey-3-paid").await.unwrap();
        assert!(paid.text.contains("提现成功"), "{}", paid.text);
        browser.follow("#back").await.unwrap();
        let back = browser.read("the shop").await.unwrap();
        assert!(back.url.as_str().starts_with(house.shop()));
        // The signature was judged by the shop, and what it says is "accepted", never "paid".
        assert!(back.text.contains("提现已受理"), "{}", back.text);
        assert_eq!(browser.text("#code").await.unwrap(), "0000");
    }
    browser.close().await.unwrap();
    house.scene.close().await.unwrap();
}

#[tokio::test]
async fn a_user_who_changes_their_mind_is_back_in_the_shop_with_nothing_done() {
    let mut house = House::open().await.unwrap();
    house.let_in(&Person::default()).await.unwrap();
    let mut browser = Browser::open(Device::phone()).await.unwrap();
    for device in Device::both() {
        browser.become_a(device).await.unwrap();
        let page = browser.ask(house.shop(), "20").await.unwrap();
        browser.follow("button[value=cancel]").await.unwrap();
        let back = browser.read("the shop").await.unwrap();
        assert!(back.text.contains("提现未受理"), "{}", back.text);
        house.reaches(&page.url, State::Cancelled).await.unwrap();
    }
    browser.close().await.unwrap();
    house.scene.close().await.unwrap();
}

#[tokio::test]
async fn a_withdrawal_that_failed_or_came_back_says_so_on_its_page() {
    let mut house = House::open().await.unwrap();
    house.let_in(&Person::default()).await.unwrap();
    let mut browser = Browser::open(Device::phone()).await.unwrap();
    for device in Device::both() {
        browser.become_a(device).await.unwrap();
        let page = browser.ask(house.shop(), "66.60").await.unwrap();
        house.scene.huifu.fail_next(1, Fault::FinalFailure);
        browser.confirm(PASSWORD).await.unwrap();
        house.reaches(&page.url, State::Failed).await.unwrap();
        browser.go(page.url.as_str()).await.unwrap();
        let failed = browser.look("journey-failed").await.unwrap();
        assert!(failed.text.contains("提现失败"), "{}", failed.text);
        assert!(!failed.text.contains("实际到账"), "{}", failed.text);

        let page = browser.ask(house.shop(), "77.70").await.unwrap();
        browser.confirm(PASSWORD).await.unwrap();
        house.reaches(&page.url, State::Paid).await.unwrap();
        house.is_sent_back(&page.url).await.unwrap();
        house.reaches(&page.url, State::Returned).await.unwrap();
        browser.go(page.url.as_str()).await.unwrap();
        let returned = browser.look("journey-returned").await.unwrap();
        assert!(returned.text.contains("提现被退回"), "{}", returned.text);
        assert!(!returned.text.contains("实际到账"), "{}", returned.text);
    }
    browser.close().await.unwrap();
    house.scene.close().await.unwrap();
}
