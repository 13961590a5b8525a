//! What strangers try with a browser: frames, foreign forms, cookies.

use browser::{Browser, Device, House, Person};
use contract::withdrawal::State;
use thirtyfour::{By, SameSite};

#[tokio::test]
async fn our_page_shows_nothing_inside_a_foreign_one() {
    let mut house = House::open().await.unwrap();
    house.let_in(&Person::default()).await.unwrap();
    let browser = Browser::open(Device::phone()).await.unwrap();
    browser.ask(house.shop(), "50").await.unwrap();
    let page = browser.read("choose").await.unwrap();
    browser.go(house.shop()).await.unwrap();
    let frame = "\
        const frame = document.createElement('iframe'), done = arguments[1];
        frame.onload = () => done(true);
        frame.src = arguments[0];
        document.body.append(frame);";
    let arguments = [serde_json::json!(page.url.as_str())];
    browser
        .driver
        .execute_async(frame, arguments)
        .await
        .unwrap();
    let frame = browser.find("iframe").await.unwrap();
    frame.enter_frame().await.unwrap();
    let shown = browser
        .driver
        .find_all(By::Css("form, main"))
        .await
        .unwrap();
    assert!(shown.is_empty(), "the page is shown in a frame");
    browser.close().await.unwrap();
    house.scene.close().await.unwrap();
}

#[tokio::test]
async fn the_cookie_is_for_us_alone_and_no_script_reads_it() {
    let mut house = House::open().await.unwrap();
    house.let_in(&Person::default()).await.unwrap();
    let browser = Browser::open(Device::phone()).await.unwrap();
    browser.ask(house.shop(), "50").await.unwrap();
    // The session, and the language that was chosen.
    browser.follow("nav a").await.unwrap();
    let cookies = browser.driver.get_all_cookies().await.unwrap();
    assert_eq!(cookies.len(), 2, "{cookies:?}");
    for cookie in &cookies {
        assert!(cookie.name.starts_with("__Host-"), "{cookie:?}");
        assert_eq!(cookie.secure, Some(true), "{cookie:?}");
        assert_eq!(cookie.http_only, Some(true), "{cookie:?}");
        assert_eq!(cookie.same_site, Some(SameSite::Lax), "{cookie:?}");
        assert_eq!(cookie.expiry, None, "{cookie:?}");
    }
    let read = browser.driver.execute("return document.cookie", []).await;
    assert_eq!(read.unwrap().json(), "");
    browser.close().await.unwrap();
    house.scene.close().await.unwrap();
}

#[tokio::test]
async fn a_token_of_another_draft_or_another_browser_moves_nothing() {
    let mut house = House::open().await.unwrap();
    house.let_in(&Person::default()).await.unwrap();
    let browser = Browser::open(Device::phone()).await.unwrap();
    browser.ask(house.shop(), "50").await.unwrap();
    let token = "return document.querySelector('[name=csrf]').value";
    let told = browser.driver.execute(token, []).await.unwrap();
    let foreign = told.json().clone();

    browser.ask(house.shop(), "51").await.unwrap();
    let put =
        "for (const field of document.querySelectorAll('[name=csrf]')) field.value = arguments[0]";
    browser.driver.execute(put, [foreign]).await.unwrap();
    browser.follow("button[value=cancel]").await.unwrap();
    let page = browser.look("foreign-token").await.unwrap();
    assert!(page.text.contains("页面已更新"), "{}", page.text);
    let withdrawal = house.withdrawal_at(&page.url).await.unwrap();
    assert_eq!(withdrawal.state, State::Draft);

    // Its own token, in a browser that was never shown it.
    browser.forget().await.unwrap();
    browser.follow("button[value=cancel]").await.unwrap();
    let page = browser.read("another browser").await.unwrap();
    assert!(page.text.contains("页面已更新"), "{}", page.text);
    let withdrawal = house.withdrawal_at(&page.url).await.unwrap();
    assert_eq!(withdrawal.state, State::Draft);
    // What the page shows now is good again.
    browser.follow("button[value=cancel]").await.unwrap();
    let withdrawal = house.withdrawal_at(&page.url).await.unwrap();
    assert_eq!(withdrawal.state, State::Cancelled);
    browser.close().await.unwrap();
    house.scene.close().await.unwrap();
}
