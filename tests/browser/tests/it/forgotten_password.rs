//! A user who has forgotten the transaction password sets another one, and is led to where the
//! partner wants its users then.

use browser::{Browser, Device, House, PASSWORD, Person};
use contract::withdrawal::State;
use sandbox::sms::Mode;

use crate::first_password::{another, set, told};

const NEW: &str = "806142";

#[tokio::test]
async fn whoever_forgot_the_password_sets_another_and_is_led_to_from_url() {
    let mut house = House::open().await.unwrap();
    let mut browser = Browser::open(Device::phone()).await.unwrap();
    for device in Device::both() {
        browser.become_a(device).await.unwrap();
        house.let_in(&Person::default()).await.unwrap();
        let page = browser.ask(house.shop(), "160").await.unwrap();
        browser.follow("#forgotten").await.unwrap();
        browser.look("forgotten-1-ask").await.unwrap();
        browser.follow("button[value=send]").await.unwrap();
        browser.look("forgotten-2-code").await.unwrap();
        set(&browser, &house.code(), NEW, NEW).await;
        browser.look("forgotten-3-done").await.unwrap();
        browser.follow("#back").await.unwrap();
        let back = browser.read("from_url").await.unwrap();
        assert!(back.url.as_str().starts_with(house.shop()));
        // The old one is good for nothing any more.
        browser.go(page.url.as_str()).await.unwrap();
        browser.confirm(PASSWORD).await.unwrap();
        assert_eq!(told(&browser).await, "password_wrong");
        browser.confirm(NEW).await.unwrap();
        house.reaches(&page.url, State::Paid).await.unwrap();
    }
    browser.close().await.unwrap();
    house.scene.close().await.unwrap();
}

#[tokio::test]
async fn a_lock_is_lifted_by_a_code_from_the_page_that_tells_of_it() {
    let mut house = House::open().await.unwrap();
    house.let_in(&Person::default()).await.unwrap();
    let browser = Browser::open(Device::phone()).await.unwrap();
    let page = browser.ask(house.shop(), "170").await.unwrap();
    for _ in 0..5 {
        browser.confirm("135790").await.unwrap();
    }
    assert_eq!(told(&browser).await, "password_locked");
    browser.follow("#alert a").await.unwrap();
    browser.follow("button[value=send]").await.unwrap();
    set(&browser, &house.code(), NEW, NEW).await;
    browser.follow("#to-page").await.unwrap();
    browser.confirm(NEW).await.unwrap();
    house.reaches(&page.url, State::Paid).await.unwrap();
    browser.close().await.unwrap();
    house.scene.close().await.unwrap();
}

#[tokio::test]
async fn a_code_that_was_guessed_at_is_used_up_and_one_that_was_not_sent_says_so() {
    let mut house = House::open().await.unwrap();
    let mut browser = Browser::open(Device::phone()).await.unwrap();
    for device in Device::both() {
        browser.become_a(device).await.unwrap();
        house.let_in(&Person::default()).await.unwrap();
        browser.ask(house.shop(), "180").await.unwrap();
        browser.follow("#forgotten").await.unwrap();
        house
            .scene
            .sms
            .set_mode_for_next(1, Mode::Refuse { code: 503 });
        browser.follow("button[value=send]").await.unwrap();
        browser.look("forgotten-not-sent").await.unwrap();
        assert_eq!(told(&browser).await, "sms_unavailable");

        house.let_in(&Person::default()).await.unwrap();
        let page = browser.ask(house.shop(), "190").await.unwrap();
        browser.follow("#forgotten").await.unwrap();
        browser.follow("button[value=send]").await.unwrap();
        for _ in 0..5 {
            set(&browser, &another(&house.code()), NEW, NEW).await;
        }
        browser.look("forgotten-used-up").await.unwrap();
        assert_eq!(told(&browser).await, "sms_code_used_up");
        assert!(!browser.has("#code").await.unwrap());
        // Another one may not be asked for in the same minute.
        browser.follow("button[value=send]").await.unwrap();
        browser.look("forgotten-too-soon").await.unwrap();
        assert_eq!(told(&browser).await, "rate_limited");
        // Nothing was set.
        browser.follow("#to-page").await.unwrap();
        browser.confirm(PASSWORD).await.unwrap();
        house.reaches(&page.url, State::Paid).await.unwrap();
    }
    browser.close().await.unwrap();
    house.scene.close().await.unwrap();
}
