//! A user who has no transaction password yet sets one on the way, with a code that comes by SMS.

use browser::{Browser, Device, House, Person};
use contract::withdrawal::State;

/// Six digits, as the rule wants them.
const NEW: &str = "806142";

#[tokio::test]
async fn whoever_has_no_password_sets_one_with_a_code_and_goes_on() {
    let mut house = House::open().await.unwrap();
    let mut browser = Browser::open(Device::phone()).await.unwrap();
    for device in Device::both() {
        browser.become_a(device).await.unwrap();
        let new = Person {
            has_password: false,
            ..Person::default()
        };
        house.let_in(&new).await.unwrap();
        browser.ask(house.shop(), "150").await.unwrap();
        let page = browser.look("first-password-1-unset").await.unwrap();
        assert!(!browser.has("#password").await.unwrap());
        browser.follow("#set-password").await.unwrap();
        browser.look("first-password-2-ask").await.unwrap();
        browser.follow("button[value=send]").await.unwrap();
        let sent = browser.look("first-password-3-code").await.unwrap();
        // Of the number four digits are told; `look` sees that there are no more.
        assert!(sent.text.contains("尾号 0263"), "{}", sent.text);

        set(&browser, &house.code(), "123456", "123456").await;
        assert_eq!(told(&browser).await, "password_unfit");
        browser.look("first-password-4-unfit").await.unwrap();
        set(&browser, &house.code(), NEW, "806143").await;
        assert_eq!(told(&browser).await, "password_repeat_differs");
        set(&browser, &another(&house.code()), NEW, NEW).await;
        assert_eq!(told(&browser).await, "sms_code_wrong");
        browser.look("first-password-5-wrong-code").await.unwrap();
        set(&browser, &house.code(), NEW, NEW).await;
        let set = browser.look("first-password-6-set").await.unwrap();
        assert_eq!(set.url.path(), page.url.path());
        assert!(set.text.contains("交易密码已设置"), "{}", set.text);
        browser.confirm(NEW).await.unwrap();
        house.reaches(&page.url, State::Paid).await.unwrap();
    }
    browser.close().await.unwrap();
    house.scene.close().await.unwrap();
}

#[tokio::test]
async fn whoever_has_no_mobile_with_us_is_told_whom_to_ask() {
    let mut house = House::open().await.unwrap();
    let unreachable = Person {
        has_password: false,
        mobile: None,
        ..Person::default()
    };
    house.let_in(&unreachable).await.unwrap();
    let mut browser = Browser::open(Device::phone()).await.unwrap();
    for device in Device::both() {
        browser.become_a(device).await.unwrap();
        browser.ask(house.shop(), "150").await.unwrap();
        browser.follow("#set-password").await.unwrap();
        browser.look("first-password-no-mobile").await.unwrap();
        assert!(browser.has("[role=alert]").await.unwrap());
        assert!(!browser.has("button[value=send]").await.unwrap());
        browser.follow("#to-page").await.unwrap();
        assert!(browser.has("button[value=cancel]").await.unwrap());
    }
    browser.close().await.unwrap();
    house.scene.close().await.unwrap();
}

/// Fills in the form of the new password and sends it.
pub(crate) async fn set(browser: &Browser, code: &str, new: &str, repeat: &str) {
    browser.type_into("#code", code).await.unwrap();
    browser.type_into("#new_password", new).await.unwrap();
    browser.type_into("#repeat", repeat).await.unwrap();
    browser.follow("button[value=set]").await.unwrap();
}

/// The code of what the page tells.
pub(crate) async fn told(browser: &Browser) -> String {
    let alert = browser.find("#alert").await.unwrap();
    alert.attr("data-code").await.unwrap().unwrap_or_default()
}

/// Six digits that are not these.
pub(crate) fn another(code: &str) -> String {
    let first = if code.starts_with('0') { '1' } else { '0' };
    code.chars()
        .enumerate()
        .map(|(index, digit)| if index == 0 { first } else { digit })
        .collect()
}
