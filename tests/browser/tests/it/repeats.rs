//! Everything a user does twice is done once.

use browser::{Browser, Device, House, PASSWORD, Person};
use contract::withdrawal::State;

const ACCEPTED: &str = "提现已受理";

#[tokio::test]
async fn two_clicks_on_the_button_are_one_withdrawal() {
    let mut house = House::open().await.unwrap();
    house.let_in(&Person::default()).await.unwrap();
    let mut browser = Browser::open(Device::phone()).await.unwrap();
    let [phone, desk] = Device::both();
    // Where no script runs, nothing but the server holds the second click.
    let devices = [phone.clone(), desk, phone.without_script()];
    let clicked = devices.len();
    for device in devices {
        browser.become_a(device).await.unwrap();
        let page = browser.ask(house.shop(), "80").await.unwrap();
        browser.type_into("#password", PASSWORD).await.unwrap();
        let button = browser.find("button[value=confirm]").await.unwrap();
        button.scroll_into_view().await.unwrap();
        let twice = browser.driver.action_chain().double_click_element(&button);
        twice.perform().await.unwrap();
        house.reaches(&page.url, State::Paid).await.unwrap();
        let end = browser.read("the end of it").await.unwrap();
        assert!(!browser.has("#password").await.unwrap(), "{}", end.text);
    }
    assert_eq!(house.scene.huifu.book().payments.len(), clicked);
    browser.close().await.unwrap();
    house.scene.close().await.unwrap();
}

#[tokio::test]
async fn a_user_who_goes_back_cannot_confirm_again() {
    let mut house = House::open().await.unwrap();
    house.let_in(&Person::default()).await.unwrap();
    let mut browser = Browser::open(Device::phone()).await.unwrap();
    for device in Device::both() {
        browser.become_a(device).await.unwrap();
        let page = browser.ask(house.shop(), "90").await.unwrap();
        browser.confirm(PASSWORD).await.unwrap();
        browser.follow("#back").await.unwrap();
        browser.read("the shop").await.unwrap();
        // To the result, then to the page, then to the page by a link that was kept.
        browser.driver.back().await.unwrap();
        assert!(browser.has("#outcome").await.unwrap());
        browser.driver.back().await.unwrap();
        browser.read("one more back").await.unwrap();
        assert!(!browser.has("button[value=confirm]").await.unwrap());
        browser.go(page.url.as_str()).await.unwrap();
        assert!(browser.has("#outcome").await.unwrap());
        house.reaches(&page.url, State::Paid).await.unwrap();
    }
    assert_eq!(house.scene.huifu.book().payments.len(), 2);
    browser.close().await.unwrap();
    house.scene.close().await.unwrap();
}

#[tokio::test]
async fn a_page_in_two_tabs_is_one_withdrawal() {
    let mut house = House::open().await.unwrap();
    house.let_in(&Person::default()).await.unwrap();
    let mut browser = Browser::open(Device::phone()).await.unwrap();
    for device in Device::both() {
        browser.become_a(device).await.unwrap();
        let page = browser.ask(house.shop(), "95").await.unwrap();
        let first = browser.driver.window().await.unwrap();
        let second = browser.driver.new_tab().await.unwrap();
        browser.driver.switch_to_window(second).await.unwrap();
        browser.emulate().await.unwrap();
        browser.go(page.url.as_str()).await.unwrap();
        browser.confirm(PASSWORD).await.unwrap();
        let there = browser.read("the second tab").await.unwrap();
        assert!(there.text.contains(ACCEPTED), "{}", there.text);
        browser.driver.close_window().await.unwrap();
        browser.driver.switch_to_window(first).await.unwrap();
        // The first tab still shows the form. It may even cancel: nothing comes of it.
        browser.follow("button[value=cancel]").await.unwrap();
        browser.read("the first tab").await.unwrap();
        assert!(browser.has("#outcome").await.unwrap());
        house.reaches(&page.url, State::Paid).await.unwrap();
    }
    assert_eq!(house.scene.huifu.book().payments.len(), 2);
    browser.close().await.unwrap();
    house.scene.close().await.unwrap();
}
