//! Users with a keyboard alone, without script, in WeChat, with large letters.

use browser::{Browser, Device, House, PASSWORD, Person};
use contract::withdrawal::State;
use thirtyfour::Key;

#[tokio::test]
async fn the_whole_way_can_be_gone_with_a_keyboard_alone() {
    let mut house = House::open().await.unwrap();
    house.let_in(&Person::default()).await.unwrap();
    let browser = Browser::open(Device::desk()).await.unwrap();
    browser.go(house.shop()).await.unwrap();
    tab_to(&browser, "button").await;
    leave_by(&browser, Key::Enter).await;
    tab_to(&browser, "button").await;
    leave_by(&browser, Key::Space).await;
    let page = browser.read("our page").await.unwrap();

    tab_to(&browser, "[name=cash_type]").await;
    press(&browser, Key::Down).await;
    let chosen = focused(&browser, "value").await;
    tab_to(&browser, "[name=card_id]").await;
    press(&browser, Key::Down).await;
    tab_to(&browser, "#password").await;
    let typing = browser.driver.action_chain().send_keys(PASSWORD);
    typing.perform().await.unwrap();
    tab_to(&browser, "button[value=confirm]").await;
    leave_by(&browser, Key::Enter).await;
    tab_to(&browser, "#back").await;
    leave_by(&browser, Key::Enter).await;
    let back = browser.read("the shop").await.unwrap();
    assert!(back.text.contains("提现已受理"), "{}", back.text);
    let withdrawal = house.withdrawal_at(&page.url).await.unwrap();
    let confirmed = withdrawal.confirmed.unwrap();
    assert_eq!(confirmed.cash_type.as_str(), chosen);
    house.reaches(&page.url, State::Paid).await.unwrap();
    browser.close().await.unwrap();
    house.scene.close().await.unwrap();
}

#[tokio::test]
async fn the_whole_way_can_be_gone_without_script() {
    let mut house = House::open().await.unwrap();
    house.let_in(&Person::default()).await.unwrap();
    let mut browser = Browser::open(Device::phone()).await.unwrap();
    for device in Device::both() {
        browser.become_a(device.without_script()).await.unwrap();
        let page = browser.ask(house.shop(), "130").await.unwrap();
        browser.look("without-script-1-choose").await.unwrap();
        browser.confirm("135790").await.unwrap();
        browser.look("without-script-2-wrong").await.unwrap();
        assert!(browser.has("#alert").await.unwrap());
        browser.confirm(PASSWORD).await.unwrap();
        browser.look("without-script-3-accepted").await.unwrap();
        browser.follow("#back").await.unwrap();
        let back = browser.read("the shop").await.unwrap();
        assert!(back.text.contains("提现已受理"), "{}", back.text);
        house.reaches(&page.url, State::Paid).await.unwrap();
    }
    browser.close().await.unwrap();
    house.scene.close().await.unwrap();
}

#[tokio::test]
async fn nothing_is_cut_off_in_wechat_on_the_smallest_phone() {
    let mut house = House::open().await.unwrap();
    house.let_in(&Person::default()).await.unwrap();
    let browser = Browser::open(Device::wechat()).await.unwrap();
    for (lang, language) in [("", "chinese"), ("en", "english")] {
        browser.forget().await.unwrap();
        let shop = house.shop();
        browser.ask_at(shop, "49999.99", "", lang).await.unwrap();
        let page = browser.look(&format!("wechat-{language}")).await.unwrap();
        browser.confirm("135790").await.unwrap();
        let wrong = format!("wechat-{language}-wrong-password");
        browser.look(&wrong).await.unwrap();
        browser.follow("#forgotten").await.unwrap();
        let ask = format!("wechat-{language}-forgotten");
        browser.look(&ask).await.unwrap();
        browser.follow("#to-page").await.unwrap();
        browser.confirm(PASSWORD).await.unwrap();
        let accepted = format!("wechat-{language}-accepted");
        browser.look(&accepted).await.unwrap();
        house.reaches(&page.url, State::Paid).await.unwrap();
    }
    browser.close().await.unwrap();
    house.scene.close().await.unwrap();
}

/// Goes on with Tab until this has the focus, and sees that a user sees it all the way.
async fn tab_to(browser: &Browser, selector: &str) {
    const MOST: usize = 16;
    for _ in 0..MOST {
        press(browser, Key::Tab).await;
        let outlined = "\
            const element = document.activeElement, style = getComputedStyle(element);
            return element === document.body
                || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2);";
        let outlined = browser.driver.execute(outlined, []).await.unwrap();
        assert_eq!(outlined.json(), true, "the focus cannot be seen");
        let reached = format!("return document.activeElement.matches(\"{selector}\")");
        let reached = browser.driver.execute(reached, []).await.unwrap();
        if reached.json() == true {
            return;
        }
    }
    panic!("{selector} is not reached with Tab");
}

async fn leave_by(browser: &Browser, key: Key) {
    let pressed = async {
        press(browser, key).await;
        Ok(())
    };
    browser.leave_by("a key", pressed).await.unwrap();
}

async fn press(browser: &Browser, key: Key) {
    let pressed = browser.driver.action_chain().send_keys(key);
    pressed.perform().await.unwrap();
}

async fn focused(browser: &Browser, property: &str) -> String {
    let ask = format!("return document.activeElement.{property}");
    let told = browser.driver.execute(ask, []).await.unwrap();
    told.convert().unwrap()
}
